import { EFAULT } from '../errno.ts';
import { PROT_WRITE } from '../memory/pages.ts';
import { listOwn } from '../proc/list.ts';
import { output, outputCount, outputPart } from './buffers.ts';
import { call } from './call.ts';
import { nameAt, onlyIf, path, pathAt } from './path-types.ts';
import { passOn } from './pass.ts';
import { dirfd, fd, hex, int, mode, size, string } from './types.ts';
import { atFlags, unlinkFlags } from './named-types.ts';

/** Directories and the names in them. */

export const getdents64 = call(
  'getdents64',
  { fd, entries: outputPart, count: outputCount },
  {
    perform(caller, self) {
      if (!caller.process.descriptors.listsOwn(caller.low(0))) return passOn(caller, self);
      const { pages } = caller.process.memory;
      const address = caller.address(1);
      const room = address === Infinity ? 0 : pages.reach(address, caller.low(2) >>> 0, PROT_WRITE);
      if (room === 0) return -EFAULT;
      return listOwn(caller, caller.low(0), address, room) ?? passOn(caller, self);
    },
  },
);

export const getcwd = call('getcwd', { buffer: output({ argument: 1 }), size });
export const chdir = call('chdir', { path });
export const fchdir = call('fchdir', { fd });
export const chroot = call('chroot', { path });

export const mkdirat = call('mkdirat', { dirfd, path: nameAt, mode });
export const mknodat = call('mknodat', { dirfd, path: nameAt, mode, device: int });
export const unlinkat = call('unlinkat', { dirfd, path: nameAt, flags: unlinkFlags });
export const symlinkat = call('symlinkat', { target: string, dirfd, path: nameAt });

const two = { oldDirfd: dirfd, oldPath: nameAt, newDirfd: dirfd, newPath: nameAt };
export const linkat = call('linkat', { ...two, oldPath: pathAt(onlyIf(4)), flags: atFlags });
export const renameat = call('renameat', two);
export const renameat2 = call('renameat2', { ...two, flags: hex });

export const umask = call('umask', { mask: mode });
