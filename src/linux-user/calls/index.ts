import * as attributes from './attributes.ts';
import type { SystemCall } from './call.ts';
import * as directories from './directories.ts';
import * as eventFiles from './event-files.ts';
import * as fcntl from './fcntl.ts';
import * as io from './io.ts';
import * as ioctl from './ioctl.ts';
import * as memory from './memory.ts';
import * as open from './open.ts';
import * as process from './process.ts';
import * as signals from './signals.ts';
import * as sleep from './sleep.ts';
import * as stat from './stat.ts';
import * as time from './time.ts';
import * as timers from './timers.ts';

/** Every system call that there is. */
export const CALLS: readonly SystemCall[] = [
  attributes,
  directories,
  eventFiles,
  fcntl,
  io,
  ioctl,
  memory,
  open,
  process,
  signals,
  sleep,
  stat,
  time,
  timers,
].flatMap((group) => Object.values(group as Readonly<Record<string, SystemCall>>));
