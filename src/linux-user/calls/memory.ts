import { EINVAL } from '../errno.ts';
import { MAP_ANONYMOUS } from '../memory/address-space.ts';
import { addressResult } from '../strace/show.ts';
import { call } from './call.ts';
import { int, size } from './types.ts';
import { advice, mapFlags, offset, pointer, protection, remapFlags } from './named-types.ts';

/** Mappings and the heap. */

const shape = { address: pointer, length: size };

export const brk = call(
  'brk',
  { address: pointer },
  {
    result: addressResult,
    perform: (caller) => caller.process.lock.with(() => caller.process.brk(caller.value(0))),
  },
);

export const mmap = call(
  'mmap',
  { ...shape, prot: protection, flags: mapFlags, fd: int, offset },
  {
    result: addressResult,
    perform(caller) {
      const { process } = caller;
      const [hint, length, prot, flags] = [caller.value(0), caller.value(1), caller.low(2), caller.low(3)];
      if ((flags & MAP_ANONYMOUS) !== 0) {
        return process.lock.with(() => process.space.map(hint, length, prot, flags));
      }
      const position = caller.value(5);
      if (position % 4096 !== 0) return -EINVAL;
      const file = process.files.toMap(caller, caller.low(4), position);
      if (typeof file === 'number') return file;
      return process.lock.with(() => process.space.map(hint, length, prot, flags, file));
    },
  },
);

export const munmap = call('munmap', shape, {
  perform: (caller) => caller.process.lock.with(() => caller.process.space.unmap(caller.value(0), caller.value(1))),
});

export const mprotect = call(
  'mprotect',
  { ...shape, prot: protection },
  {
    perform: (caller) =>
      caller.process.lock.with(() => caller.process.space.protect(caller.value(0), caller.value(1), caller.low(2))),
  },
);

export const mremap = call(
  'mremap',
  { address: pointer, oldLength: size, newLength: size, flags: remapFlags, newAddress: pointer },
  {
    result: addressResult,
    perform: (caller) =>
      caller.process.lock.with(() =>
        caller.process.space.remap(caller.value(0), caller.value(1), caller.value(2), caller.low(3), caller.value(4)),
      ),
  },
);

export const msync = call(
  'msync',
  { ...shape, flags: int },
  { perform: (caller) => caller.process.space.sync(caller.value(0), caller.value(1), caller.low(2)) },
);

export const madvise = call(
  'madvise',
  { ...shape, advice },
  { perform: (caller) => caller.process.space.advise(caller.value(0), caller.value(1), caller.low(2)) },
);
