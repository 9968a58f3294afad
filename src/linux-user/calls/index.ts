import type { SystemCall } from './call.ts';
import * as files from './files.ts';
import * as memory from './memory.ts';
import * as process from './process.ts';
import * as time from './time.ts';

/** Every system call that there is. */
export const CALLS: readonly SystemCall[] = [files, memory, process, time].flatMap((group) =>
  Object.values(group as Readonly<Record<string, SystemCall>>),
);
