/** Predicates that several families share for the host's operations; see `index.ts` for the reasoning. */
import type { HostCase } from './family.ts';
import { RDN, RNE, RTZ, RUP } from './rounding.ts';

export function isFinite754(x: number): boolean {
  return x - x === 0;
}

/**
 * Above the smallest normal number, and finite. The number itself is left out: it may be
 * the rounding of a result that is tiny and inexact.
 */
export function isSafelyNormal(x: HostCase): boolean {
  const magnitude = Math.abs(x.r);
  return magnitude > x.format.minNormal && isFinite754(magnitude);
}

export function isNearest(x: HostCase): boolean {
  return x.rm === RNE;
}

/** fNN.nearest, which JavaScript lacks, but for the sign of zero. */
function nearest(x: number): number {
  const down = Math.floor(x);
  const rest = x - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 !== 0) ? down + 1 : down;
}

/** The host's rounding to an integral number in mode `rm`; it has four. */
export function hostIntegral(rm: number, x: number): number {
  switch (rm) {
    case RNE:
      return nearest(x);
    case RTZ:
      return Math.trunc(x);
    case RDN:
      return Math.floor(x);
    case RUP:
      return Math.ceil(x);
    default:
      return NaN;
  }
}
