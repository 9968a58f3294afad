import { EFAULT, EINVAL } from '../errno.ts';
import { PROT_WRITE } from '../memory/pages.ts';
import { ownNameAt } from '../proc/own-path.ts';
import { output, structureOutput } from './buffers.ts';
import { call } from './call.ts';
import { lookup, lookupAt, pathLength, unless } from './path-types.ts';
import { passOn } from './pass.ts';
import { dirfd, fd, hex, int } from './types.ts';
import { accessFlags, accessMode, atFlags } from './named-types.ts';

/** What there is to know of files. */

const stat = structureOutput('stat');
const STATX = 256;
const STATFS = 120;

export const newfstatat = call('newfstatat', { dirfd, path: lookupAt(unless(3), true), stat, flags: atFlags });
export const fstat = call('fstat', { fd, stat });
export const statx = call('statx', {
  dirfd,
  path: lookupAt(unless(2), true),
  flags: atFlags,
  mask: hex,
  statx: output(STATX),
});
export const statfs = call('statfs', { path: lookup, statfs: output(STATFS) });
export const fstatfs = call('fstatfs', { fd, statfs: output(STATFS) });

export const faccessat = call('faccessat', { dirfd, path: lookupAt(), mode: accessMode });
export const faccessat2 = call('faccessat2', {
  dirfd,
  path: lookupAt(unless(3)),
  mode: accessMode,
  flags: accessFlags,
});

export const readlinkat = call(
  'readlinkat',
  { dirfd, path: lookupAt(() => false), buffer: output({ argument: 3 }), size: int },
  {
    perform(caller, self) {
      const { memory, program } = caller.process;
      const size = caller.low(3);
      if (size <= 0) return -EINVAL;
      const length = pathLength(caller, caller.address(1));
      if (length < 0) return length;
      const text = memory.text(caller.address(1), length);
      if (!text.endsWith('exe') || ownNameAt(caller, caller.low(0), text)?.kind !== 'exe') return passOn(caller, self);
      const path = program.path.slice(0, size);
      const buffer = caller.address(2);
      if (!memory.pages.permits(buffer, path.length, PROT_WRITE)) return -EFAULT;
      for (let i = 0; i < path.length; i++) memory.bytes[buffer + i] = path.charCodeAt(i);
      memory.wrote(buffer, path.length);
      return path.length;
    },
  },
);
