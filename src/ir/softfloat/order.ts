/** The order of two decoded numbers (IEEE 754-2019, 5.11). */
import { FINITE, ZERO } from './unpacked.ts';
import type { Unpacked } from './unpacked.ts';

/** Negative, zero or positive as |a| is below, equal to or above |b|; no NaN. */
function compareMagnitudes(a: Unpacked, b: Unpacked): number {
  // Zero, finite and infinite are numbered in this order.
  if (a.kind !== b.kind) return a.kind - b.kind;
  if (a.kind !== FINITE) return 0;
  if (a.exp !== b.exp) return a.exp - b.exp;
  if (a.hi !== b.hi) return a.hi - b.hi;
  return (a.lo >>> 0) - (b.lo >>> 0);
}

/** As above with signs, in which -0 is below +0. */
export function compareSigned(a: Unpacked, b: Unpacked): number {
  if (a.sign !== b.sign) return b.sign - a.sign;
  return a.sign !== 0 ? compareMagnitudes(b, a) : compareMagnitudes(a, b);
}

/** The order of numbers: zeros are equal whatever their sign. */
export function compareNumbers(a: Unpacked, b: Unpacked): number {
  return a.kind === ZERO && b.kind === ZERO ? 0 : compareSigned(a, b);
}
