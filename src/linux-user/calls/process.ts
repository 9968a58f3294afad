import { call } from './call.ts';

/** Processes and threads. */

export const getpid = call('getpid', {});
export const getppid = call('getppid', {});
export const gettid = call('gettid', {});
export const getuid = call('getuid', {});
export const geteuid = call('geteuid', {});
export const getgid = call('getgid', {});
export const getegid = call('getegid', {});
