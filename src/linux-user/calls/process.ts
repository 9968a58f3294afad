import { call } from './call.ts';
import { int } from './types.ts';

/** Processes and threads. */

export const getpid = call('getpid', {});
export const getppid = call('getppid', {});
export const gettid = call('gettid', {});
export const getuid = call('getuid', {});
export const geteuid = call('geteuid', {});
export const getgid = call('getgid', {});
export const getegid = call('getegid', {});

export const exitGroup = call('exit_group', { status: int });
export const exit = call('exit', { status: int }, { perform: (caller) => caller.process.exit(caller) });
