/**
 * How a program makes calls of the Linux system below it, as user mode does: raw, without libc, with arguments as
 * halves of 64-bit words, errors as negative numbers. One JavaScript thread has one `NativeThread`.
 */
import type { LinuxCall } from './linux-calls.ts';

/** The number of the call with each name on this processor, or -1. */
export type CallNumbers = Readonly<Record<LinuxCall, number>>;

/**
 * What `blocking` returns when the thread's attention was raised before the kernel was entered: nothing was done.
 * No call of Linux returns this (it is ERESTARTSYS, which stays within the kernel).
 */
export const INTERRUPTED_BEFORE = -512;

/** Reasons in a thread's attention word. The other bits are free for whoever raises them. */
export const ATTENTION = { SIGNAL: 1, KICK: 2 } as const;

/** What threads of one process share; it can be sent to a worker. */
export type NativeShare = {
  /** Memory whose offsets `at` turns into addresses. */
  readonly memory: WebAssembly.Memory;
  /** The threads' call windows, one a slot. */
  readonly windows: SharedArrayBuffer;
};

/** Calls by one thread. Arguments that are not set keep the value they had in the last call. */
export interface NativeThread {
  readonly share: NativeShare;
  readonly processor: 'x86-64' | 'aarch64';
  readonly numbers: CallNumbers;
  /** The window's words, for `Atomics` on the attention word; see `attentionIndex`. */
  readonly words: Int32Array;
  /** Index in `words` of the attention word: while it is not 0, `blocking` returns at once. */
  readonly attentionIndex: number;
  /** Where the shared memory lies in this process, in halves; high * 2 ** 32 + low. */
  readonly memoryLow: number;
  readonly memoryHigh: number;
  /** Where the window's scratch bytes lie; `SCRATCH_BYTES` of them, also to be had as `scratch`. */
  readonly scratch: DataView;

  /** Makes argument `index` (0 to 5) a number of 32 bits, extended with its sign. */
  int(index: number, value: number): void;
  /** Makes argument `index` a word given in halves. */
  word(index: number, low: number, high: number): void;
  /** Makes argument `index` the address of byte `offset` (0 to 2 ** 32 - 1) of the shared memory. */
  at(index: number, offset: number): void;
  /** Makes argument `index` the address of byte `offset` of the scratch bytes. */
  scratchAt(index: number, offset: number): void;

  /** Makes a call and returns the low half of its result: -1 to -4095 are errors. */
  call(number: number): number;
  /** The same, unless attention is raised before the kernel is entered: then INTERRUPTED_BEFORE. */
  blocking(number: number): number;
  /** The high half of the last result. */
  high(): number;
}

/** Bytes of a window that are free for arguments of calls, such as a timespec. */
export const SCRATCH_BYTES = 256;
