import * as attributes from './attributes.ts';
import type { SystemCall } from './call.ts';
import * as children from './children.ts';
import * as directories from './directories.ts';
import * as eventFiles from './event-files.ts';
import * as execute from './execute.ts';
import * as fcntl from './fcntl.ts';
import * as futex from './futex.ts';
import * as groups from './groups.ts';
import * as pidfd from './pidfd.ts';
import * as prctl from './prctl.ts';
import * as io from './io.ts';
import * as ipc from './ipc.ts';
import * as ioctl from './ioctl.ts';
import * as memory from './memory.ts';
import * as open from './open.ts';
import * as process from './process.ts';
import * as signals from './signals.ts';
import * as sleep from './sleep.ts';
import * as stat from './stat.ts';
import * as epoll from './epoll.ts';
import * as ids from './ids.ts';
import * as lengths from './lengths.ts';
import * as limits from './limits.ts';
import * as messages from './messages.ts';
import * as polling from './polling.ts';
import * as residence from './residence.ts';
import * as scheduling from './scheduling.ts';
import * as sockets from './sockets.ts';
import * as system from './system.ts';
import * as threads from './threads.ts';
import * as time from './time.ts';
import * as timers from './timers.ts';

/** Every system call that there is. */
export const CALLS: readonly SystemCall[] = [
  attributes,
  children,
  directories,
  eventFiles,
  execute,
  fcntl,
  futex,
  groups,
  pidfd,
  prctl,
  io,
  ipc,
  ioctl,
  memory,
  open,
  process,
  signals,
  sleep,
  stat,
  epoll,
  ids,
  lengths,
  limits,
  messages,
  polling,
  residence,
  scheduling,
  sockets,
  system,
  threads,
  time,
  timers,
].flatMap((group): readonly SystemCall[] => Object.values(group));
