/**
 * Rounding-direction attributes (IEEE 754-2019, 4.3), numbered as RISC-V's rm field
 * (Unprivileged ISA 20191213, table 11.1).
 */

/** roundTiesToEven. */
export const RNE = 0;
/** roundTowardZero. */
export const RTZ = 1;
/** roundTowardNegative. */
export const RDN = 2;
/** roundTowardPositive. */
export const RUP = 3;
/** roundTiesToAway. */
export const RMM = 4;
/** Round to odd: truncate, then set the last bit if anything was lost. RISC-V reserves this code. */
export const ODD = 5;

/** What lies below the last kept bit of a magnitude, as two bits: half, anything below half. */
export const EXACT = 0;
export const BELOW_HALF = 1;
export const HALF = 2;
export const ABOVE_HALF = 3;

/** Reads the two bits for the low `count` bits (1 to 63) of hi:lo. */
export function restBelow(hi: number, lo: number, count: number): number {
  const under = count - 1;
  if (under < 32) {
    const low = lo & ((1 << under) - 1);
    return (((lo >>> under) & 1) << 1) | (low !== 0 ? 1 : 0);
  }
  const low = lo | (hi & ((1 << (under - 32)) - 1));
  return (((hi >>> (under - 32)) & 1) << 1) | (low !== 0 ? 1 : 0);
}

/**
 * Whether a magnitude whose last kept bit is `odd` and whose lost part is `rest`
 * goes to the next one away from zero.
 */
export function roundsAway(rm: number, sign: number, odd: number, rest: number): boolean {
  switch (rm) {
    case RNE:
      return rest > HALF || (rest === HALF && odd !== 0);
    case RDN:
      return rest !== EXACT && sign !== 0;
    case RUP:
      return rest !== EXACT && sign === 0;
    case RMM:
      return rest >= HALF;
    case ODD:
      return rest !== EXACT && odd === 0;
    default:
      return false;
  }
}
