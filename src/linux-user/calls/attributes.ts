import { call } from './call.ts';
import { input, optionalInput, optionalOutput } from './buffers.ts';
import { linkPath, lookupAt, path, pathAt, unless } from './path-types.ts';
import { dirfd, fd, int, mode, size, string } from './types.ts';
import { atFlags } from './named-types.ts';

/** Owners, modes, times and extended attributes of files. */

const ids = { user: int, group: int };

export const fchmod = call('fchmod', { fd, mode });
export const fchmodat = call('fchmodat', { dirfd, path: pathAt(), mode });
export const fchown = call('fchown', { fd, ...ids });
export const fchownat = call('fchownat', { dirfd, path: pathAt(unless(4)), ...ids, flags: atFlags });

const TIMES = 32;
export const utimensat = call('utimensat', {
  dirfd,
  path: lookupAt(unless(3), true),
  times: optionalInput(TIMES),
  flags: atFlags,
});

const set = { name: string, value: input({ argument: 3 }), size, flags: int };
const get = { name: string, value: optionalOutput({ argument: 3 }), size };
const list = { list: optionalOutput({ argument: 2 }), size };
const link = { path: linkPath };

export const setxattr = call('setxattr', { path, ...set });
export const lsetxattr = call('lsetxattr', { ...link, ...set });
export const fsetxattr = call('fsetxattr', { fd, ...set });
export const getxattr = call('getxattr', { path, ...get });
export const lgetxattr = call('lgetxattr', { ...link, ...get });
export const fgetxattr = call('fgetxattr', { fd, ...get });
export const listxattr = call('listxattr', { path, ...list });
export const llistxattr = call('llistxattr', { ...link, ...list });
export const flistxattr = call('flistxattr', { fd, ...list });
export const removexattr = call('removexattr', { path, name: string });
export const lremovexattr = call('lremovexattr', { ...link, name: string });
export const fremovexattr = call('fremovexattr', { fd, name: string });
