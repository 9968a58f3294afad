import { call } from './call.ts';
import { optionalOutput } from './buffers.ts';
import { hex, int } from './types.ts';

/** Waiting for children. rusage and siginfo are laid out alike on all architectures of 64 bits. */

const RUSAGE = 144;
const SIGINFO = 128;

export const wait4 = call(
  'wait4',
  { pid: int, status: optionalOutput(4), options: hex, usage: optionalOutput(RUSAGE) },
  { blocks: true },
);

export const waitid = call(
  'waitid',
  { type: int, id: int, info: optionalOutput(SIGINFO), options: hex, usage: optionalOutput(RUSAGE) },
  { blocks: true },
);
