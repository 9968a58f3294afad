import { SIGKILL, SIGSTOP } from './numbers.ts';

/** A set of signals, as the kernel has it: bit n - 1 for signal n, in halves. */
export interface SignalSet {
  low: number;
  high: number;
}

/** Bytes of a set in a program's memory. */
export const SET_BYTES = 8;

export const lowBit = (signal: number): number => (signal <= 32 ? 1 << (signal - 1) : 0);
export const highBit = (signal: number): number => (signal > 32 ? 1 << (signal - 33) : 0);

export const has = (set: Readonly<SignalSet>, signal: number): boolean =>
  ((set.low & lowBit(signal)) | (set.high & highBit(signal))) !== 0;

/** What can never be masked. */
export const UNMASKABLE = lowBit(SIGKILL) | lowBit(SIGSTOP);

/** The lowest signal of a set given as halves; 0 if it is empty. */
export function lowest(low: number, high: number): number {
  if (low !== 0) return 32 - Math.clz32(low & -low);
  return high === 0 ? 0 : 64 - Math.clz32(high & -high);
}

export const readSet = (view: DataView, at: number): SignalSet => ({
  low: view.getInt32(at, true),
  high: view.getInt32(at + 4, true),
});

export function writeSet(view: DataView, at: number, { low, high }: Readonly<SignalSet>): void {
  view.setInt32(at, low, true);
  view.setInt32(at + 4, high, true);
}
