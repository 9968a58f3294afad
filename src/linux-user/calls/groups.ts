import { call } from './call.ts';
import { int } from './types.ts';

/** Process groups and sessions. */

export const setpgid = call('setpgid', { pid: int, group: int });
export const getpgid = call('getpgid', { pid: int });
export const getsid = call('getsid', { pid: int });
export const setsid = call('setsid', {});
