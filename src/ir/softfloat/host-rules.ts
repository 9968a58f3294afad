/** Predicates that several families share for the host's operations; see `index.ts` for the reasoning. */
import type { HostCase } from './family.ts';
import { RNE } from './rounding.ts';

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
