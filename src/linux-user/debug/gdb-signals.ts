/** Signals as gdb numbers them (gdb, include/gdb/signals.def), by Linux's numbers from 1 on; 143: none that gdb knows. */
const STANDARD = [
  1, 2, 3, 4, 5, 6, 10, 8, 9, 30, 11, 31, 13, 14, 15, 143, 20, 19, 17, 18, 21, 22, 16, 24, 25, 26, 27, 28, 23, 32, 12,
];
const SIG32 = 77;
const REALTIME_33 = 45;
const REALTIME_64 = 78;

export function toGdb(signal: number): number {
  if (signal <= STANDARD.length) return STANDARD[signal - 1] ?? 143;
  if (signal === 32) return SIG32;
  return signal === 64 ? REALTIME_64 : REALTIME_33 + signal - 33;
}

/** 0: Linux has none such. */
export function fromGdb(number: number): number {
  const at = STANDARD.indexOf(number);
  if (at >= 0) return at + 1;
  if (number === SIG32) return 32;
  if (number === REALTIME_64) return 64;
  return number >= REALTIME_33 && number < REALTIME_33 + 31 ? number - REALTIME_33 + 33 : 0;
}
