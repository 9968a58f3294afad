/**
 * A thread's call window: what JavaScript and machine code (x86-64.ts, aarch64.ts) tell each other. Offsets in bytes;
 * the machine code contains them as numbers.
 */
export const WINDOW = {
  /** Words of 64 bits: the call's number, six arguments, the result. */
  NUMBER: 0,
  ARGUMENTS: 8,
  RESULT: 56,
  /** A word of 32 bits: not 0 lets no blocking call begin. */
  ATTENTION: 64,
  /** The number of the signal that waits to be taken, or 0. */
  SIGNAL: 68,
  /** Address of a word of 32 bits, or 0; and the bits that a signal sets there. */
  EXIT_ADDRESS: 72,
  EXIT_BITS: 80,
  /** Signals that stay masked from the moment one arrived, and those that were masked before. */
  HOLD_MASK: 88,
  OLD_MASK: 96,
  /** Address of the engine's handler of SIGSEGV, or 0 or 1 as in struct sigaction. */
  ENGINE_HANDLER: 104,
  /** Siginfo of the signal that waits. */
  SIGINFO: 128,
  SCRATCH: 256,
} as const;

export const SIGINFO_BYTES = 128;
export const WINDOW_BYTES = 512;
/** As many threads as a process can have: each is a worker, of several MiB. */
export const WINDOWS = 1024;
