/**
 * What JavaScript and `fork` in machine code tell each other: whom to copy and how. Offsets in bytes; the machine code
 * contains them as numbers. The block follows the windows.
 */
import { WINDOW_BYTES, WINDOWS } from './window.ts';

export const FORK = {
  /** How many threads there are besides the caller. */
  THREADS: 0,
  PROCESS: 8,
  /** Of clone, for the copy, and where it writes the copy's number in the copy. */
  FLAGS: 16,
  CHILD_NUMBER_ADDRESS: 24,
  /** How long to wait for a thread before asking whether it still exists: a timespec. */
  PATIENCE: 48,
  /** siginfo of the signal that freezes; its si_value is the thread's record. */
  SIGINFO: 64,
  /** Two ranges of addresses, start and length, which are to be copied. */
  RANGES: 192,
  RECORDS: 256,
} as const;

/** A thread besides the caller. */
export const FORK_RECORD = {
  /** 0 asked, 1 frozen, 2 let go, 3 gone, 4 on its way: it looks at the record no more. */
  STATE: 0,
  /** 1 lives on in the copy, 0 does not. */
  LIVES_ON: 4,
  NUMBER: 32,
  BYTES: 64,
} as const;

/** si_code of a signal that freezes. Who else sends that signal has another one, and freezes nobody. */
export const FREEZE_CODE = -77;

export const FORK_BLOCK_AT = WINDOWS * WINDOW_BYTES;
export const MOST_THREADS = 1024;
export const FORK_BLOCK_BYTES = FORK.RECORDS + MOST_THREADS * FORK_RECORD.BYTES;
