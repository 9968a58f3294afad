/** Rounding a finite number to an integer, before anyone asks where the integer goes (IEEE 754-2019, 5.8, 5.9). */
import { ABOVE_HALF, BELOW_HALF, EXACT, HALF, restBelow, roundsAway } from './rounding.ts';
import type { Unpacked } from './unpacked.ts';

/**
 * Rounds `x` (at most 53 significant bits) in place: hi:lo becomes the unsigned magnitude,
 * which must be below 2^64 (`x.exp` at most 63). Returns whether anything was lost.
 */
export function roundToInteger(x: Unpacked, rm: number): boolean {
  const { exp, hi, lo } = x;
  let rest = EXACT;
  if (exp >= 62) {
    if (exp === 63) {
      x.hi = (hi << 1) | (lo >>> 31);
      x.lo = lo << 1;
    }
  } else if (exp < 0) {
    // From a half up to one, or below a half.
    if (exp === -1) rest = hi === 0x40000000 && lo === 0 ? HALF : ABOVE_HALF;
    else rest = BELOW_HALF;
    x.hi = 0;
    x.lo = 0;
  } else {
    const dropped = 62 - exp;
    rest = restBelow(hi, lo, dropped);
    if (dropped < 32) {
      x.hi = hi >>> dropped;
      x.lo = (lo >>> dropped) | (hi << (32 - dropped));
    } else {
      x.hi = 0;
      x.lo = (hi >>> (dropped - 32)) | 0;
    }
  }
  if (rest === EXACT) return false;
  if (roundsAway(rm, x.sign, x.lo & 1, rest)) {
    x.lo = (x.lo + 1) | 0;
    if (x.lo === 0) x.hi += 1;
  }
  return true;
}
