import { closeSync, fstatSync, openSync, readlinkSync, readSync } from 'node:fs';
import type { DebugFiles } from '../../linux-user/debug/debug-site.ts';
import { bytesOf } from './environment.ts';

/** Numbers of errors in gdb's protocol (GDB manual, "Errno Values"); others are "unknown". */
const ERRORS: Readonly<Record<string, number>> = {
  EPERM: 1,
  ENOENT: 2,
  EBADF: 9,
  EACCES: 13,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  EMFILE: 24,
  EROFS: 30,
  ENAMETOOLONG: 91,
};
const UNKNOWN = 9999;
const WRITES = 3;
const STAT_BYTES = 64;

/** Files of a program, which are looked for below its prefix first; gdb only reads them. */
export function debugFiles(prefix: string): DebugFiles {
  const open = new Set<number>();
  const own = (fd: number): number => {
    if (!open.has(fd)) throw Object.assign(new Error('not open'), { code: 'EBADF' });
    return fd;
  };
  return {
    open: (path, flags) =>
      attempt(() => {
        if ((flags & WRITES) !== 0) return -ERRORS['EROFS']!;
        const fd = below(prefix, path, (name) => openSync(name, 'r'));
        open.add(fd);
        return fd;
      }),
    close: (fd) =>
      attempt(() => {
        closeSync(own(fd));
        open.delete(fd);
        return 0;
      }),
    read: (fd, length, offset) =>
      attempt(() => {
        const bytes = new Uint8Array(length);
        return bytes.subarray(0, readSync(own(fd), bytes, 0, length, offset));
      }),
    stat: (fd) => attempt(() => statBytes(own(fd))),
    readlink: (path) => attempt(() => below(prefix, path, (name) => readlinkSync(name, { encoding: 'buffer' }))),
  };
}

function below<T>(prefix: string, path: string, act: (name: Buffer) => T): T {
  try {
    return act(bytesOf(prefix + path) as Buffer);
  } catch {
    return act(bytesOf(path) as Buffer);
  }
}

function attempt<T>(act: () => T): T | number {
  try {
    return act();
  } catch (error) {
    return -(ERRORS[(error as NodeJS.ErrnoException).code ?? ''] ?? UNKNOWN);
  }
}

/** `struct stat` of gdb's protocol, big-endian (GDB manual, "struct stat"). */
function statBytes(fd: number): Uint8Array {
  const stats = fstatSync(fd);
  const view = new DataView(new ArrayBuffer(STAT_BYTES));
  const words = [stats.dev, stats.ino, stats.mode, stats.nlink, stats.uid, stats.gid, stats.rdev];
  words.forEach((word, i) => view.setUint32(4 * i, word % 2 ** 32));
  [stats.size, stats.blksize, stats.blocks].forEach((word, i) => view.setBigUint64(28 + 8 * i, BigInt(word)));
  [stats.atimeMs, stats.mtimeMs, stats.ctimeMs].forEach((ms, i) => view.setUint32(52 + 4 * i, (ms / 1000) % 2 ** 32));
  return new Uint8Array(view.buffer);
}
