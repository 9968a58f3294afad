import type { SystemCall } from './call.ts';
import * as files from './files.ts';
import * as memory from './memory.ts';
import * as process from './process.ts';
import * as signals from './signals.ts';
import * as sleep from './sleep.ts';
import * as time from './time.ts';
import * as timers from './timers.ts';

/** Every system call that there is. */
export const CALLS: readonly SystemCall[] = [files, memory, process, signals, sleep, time, timers].flatMap((group) =>
  Object.values(group as Readonly<Record<string, SystemCall>>),
);
