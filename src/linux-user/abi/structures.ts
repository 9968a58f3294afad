import type { NativeThread } from '../../host/native.ts';
import { layout, type Layout } from './layout.ts';

/** What architectures of Linux have each their own of, besides the numbers of system calls. */
export interface Structures {
  readonly stat: Layout;
  readonly epollEvent: Layout;
  /** Values of the flags of open that are not the same everywhere. */
  readonly openFlags: OpenFlags;
}

export interface OpenFlags {
  readonly O_DIRECTORY: number;
  readonly O_NOFOLLOW: number;
  readonly O_DIRECT: number;
  readonly O_LARGEFILE: number;
}

const TIMES = {
  st_atime: 8,
  st_atime_nsec: 8,
  st_mtime: 8,
  st_mtime_nsec: 8,
  st_ctime: 8,
  st_ctime_nsec: 8,
} as const;

/** asm-generic/stat.h, asm-generic/fcntl.h, linux/eventpoll.h: riscv64. */
export const GENERIC: Structures = {
  stat: layout(
    {
      st_dev: 8,
      st_ino: 8,
      st_mode: 4,
      st_nlink: 4,
      st_uid: 4,
      st_gid: 4,
      st_rdev: 8,
      pad1: 8,
      st_size: 8,
      st_blksize: 4,
      pad2: 4,
      st_blocks: 8,
      ...TIMES,
    },
    { size: 128 },
  ),
  epollEvent: layout({ events: 4, data: 8 }),
  openFlags: { O_DIRECTORY: 0o200000, O_NOFOLLOW: 0o400000, O_DIRECT: 0o40000, O_LARGEFILE: 0o100000 },
};

/** The generic ones, but for flags that arm always had otherwise. */
export const AARCH64: Structures = {
  ...GENERIC,
  openFlags: { O_DIRECTORY: 0o40000, O_NOFOLLOW: 0o100000, O_DIRECT: 0o200000, O_LARGEFILE: 0o400000 },
};

/** asm/stat.h; struct epoll_event is packed. */
export const X86_64: Structures = {
  stat: layout(
    {
      st_dev: 8,
      st_ino: 8,
      st_nlink: 8,
      st_mode: 4,
      st_uid: 4,
      st_gid: 4,
      pad0: 4,
      st_rdev: 8,
      st_size: 8,
      st_blksize: 8,
      st_blocks: 8,
      ...TIMES,
    },
    { size: 144 },
  ),
  epollEvent: layout({ events: 4, data: 8 }, { packed: true }),
  openFlags: GENERIC.openFlags,
};

/** The host's. */
export const STRUCTURES: Readonly<Record<NativeThread['processor'], Structures>> = {
  'x86-64': X86_64,
  aarch64: AARCH64,
};

/** Flags of open in another architecture's values. */
export function openFlags(flags: number, from: OpenFlags, to: OpenFlags): number {
  if (from === to) return flags;
  let result = flags;
  for (const name of OPEN_FLAGS) result &= ~from[name];
  for (const name of OPEN_FLAGS) if ((flags & from[name]) !== 0) result |= to[name];
  return result;
}

const OPEN_FLAGS = ['O_DIRECTORY', 'O_NOFOLLOW', 'O_DIRECT', 'O_LARGEFILE'] as const;
