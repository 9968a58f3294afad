import { askInt } from '../calls/ask.ts';
import type { Caller } from '../calls/caller.ts';
import { EINVAL } from '../errno.ts';
import { PHASE } from '../thread-shared.ts';
import { pathOf } from './own-path.ts';

const SEEK_SET = 0;
const SEEK_CUR = 1;
const DT_DIR = 4;
const DT_LNK = 10;
const DT_REG = 8;
/** struct linux_dirent64 before the name: inode, offset, bytes of the record, type. */
const HEADER = 19;
/** Entries before the first descriptor's: itself and its parent. */
const DOTS = 2;
/** Inode numbers mean nothing here, but 0 would be no entry. */
const FIRST_INODE = 1;

/** Directories whose entries are numbers of the program's own: what they are, ascending from `least` on. */
const LISTS: Readonly<
  Record<string, { readonly type: number; from(caller: Caller, least: number): Iterable<number> }>
> = {
  fd: { type: DT_LNK, from: (caller, least) => caller.process.descriptors.open(least) },
  fdinfo: { type: DT_REG, from: (caller, least) => caller.process.descriptors.open(least) },
  task: {
    type: DT_DIR,
    from: ({ process }, least) =>
      process.threads.all
        .filter(({ phase, tid }) => phase === PHASE.RUNNING && tid >= least)
        .map(({ tid }) => tid)
        .toSorted((a, b) => a - b),
  },
};

/**
 * getdents64 of /proc/self/fd, fdinfo and task: the guest's numbers. Where the reader stands is kept by the host, as the
 * offset of the file. Undefined if the directory is another one.
 */
export function listOwn(caller: Caller, fd: number, address: number, room: number): number | undefined {
  const { memory, descriptors } = caller.process;
  const host = descriptors.hostOf(fd);
  const path = pathOf(caller, host);
  const list = LISTS[path.slice(path.lastIndexOf('/') + 1)];
  if (list === undefined) return undefined;
  let position = askInt(caller, 'lseek', host, 0, SEEK_CUR);
  if (position < 0) return position;
  let at = address;
  const put = (name: string, kind: number, next: number): boolean => {
    const length = Math.ceil((HEADER + name.length + 1) / 8) * 8;
    if (at + length > address + room) return false;
    memory.bytes.fill(0, at, at + length);
    memory.setU64(at, FIRST_INODE + position);
    memory.setU64(at + 8, next);
    memory.view.setUint16(at + 16, length, true);
    memory.bytes[at + 18] = kind;
    for (let i = 0; i < name.length; i++) memory.bytes[at + HEADER + i] = name.charCodeAt(i);
    at += length;
    position = next;
    return true;
  };
  let isFull = false;
  for (; position < DOTS && !isFull;) isFull = !put('.'.repeat(position + 1), DT_DIR, position + 1);
  if (!isFull) {
    for (const number of list.from(caller, position - DOTS)) {
      isFull = !put(String(number), list.type, number + 1 + DOTS);
      if (isFull) break;
    }
  }
  if (at === address) return isFull ? -EINVAL : 0;
  memory.wrote(address, at - address);
  askInt(caller, 'lseek', host, position, SEEK_SET);
  return at - address;
}
