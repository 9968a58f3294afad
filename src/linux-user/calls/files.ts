import { EBADF } from '../errno.ts';
import type { Caller } from './caller.ts';
import { call } from './call.ts';
import { dirfd, fd, hex, input, int, long, mode, newFd, output, path, size } from './types.ts';

/** Files and descriptors. */

const O_CLOEXEC = 0x8_0000;

const closesBy =
  (index: number) =>
  (caller: Caller): boolean =>
    (caller.low(index) & O_CLOEXEC) !== 0;

export const openat = call('openat', { dirfd, path, flags: hex, mode }, { result: newFd(closesBy(2)), blocks: true });

export const close = call(
  'close',
  { fd: int },
  {
    perform(caller) {
      const host = caller.process.descriptors.remove(caller.low(0));
      if (host < 0) return -EBADF;
      caller.host.word(0, host, 0);
      return caller.host.call(caller.host.numbers.close);
    },
  },
);

export const read = call('read', { fd, buffer: output({ argument: 2 }), count: size }, { blocks: true });
export const write = call('write', { fd, buffer: input({ argument: 2 }), count: size }, { blocks: true });
export const pread64 = call('pread64', { fd, buffer: output({ argument: 2 }), count: size, offset: long });
export const pwrite64 = call('pwrite64', { fd, buffer: input({ argument: 2 }), count: size, offset: long });
export const lseek = call('lseek', { fd, offset: long, whence: int });
