import { call } from './call.ts';
import { optionalOutput } from './buffers.ts';
import { type ArgumentType, fd, hex, int } from './types.ts';

/** Waiting for children. rusage and siginfo are laid out alike on all architectures of 64 bits. */

const RUSAGE = 144;
const SIGINFO = 128;

export const wait4 = call(
  'wait4',
  { pid: int, status: optionalOutput(4), options: hex, usage: optionalOutput(RUSAGE) },
  { blocks: true },
);

/** idtype_t (linux/wait.h): whom waitid is for is named by a descriptor. */
const P_PIDFD = 3;

/** Number of a process or group, or a descriptor of a process: as the argument before it says. */
const awaited: ArgumentType = {
  ...int,
  pass: (caller, index) => (caller.low(index - 1) === P_PIDFD ? fd : int).pass(caller, index),
};

export const waitid = call(
  'waitid',
  { type: int, id: awaited, info: optionalOutput(SIGINFO), options: hex, usage: optionalOutput(RUSAGE) },
  { blocks: true },
);
