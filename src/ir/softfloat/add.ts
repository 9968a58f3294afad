/** Addition and subtraction (IEEE 754-2019, 5.4.1; signs of zero sums, 6.3). */
import type { FpContext } from './context.ts';
import { family } from './family.ts';
import type { HostRule } from './family.ts';
import type { FloatFormat } from './format.ts';
import { isFinite754, isNearest } from './host-rules.ts';
import { packInvalid, packNanOperand } from './nan.ts';
import { packInfinity, packZero, roundAndPack } from './pack.ts';
import { RDN } from './rounding.ts';
import { FINITE, INFINITE, ZERO } from './unpacked.ts';
import type { Unpacked } from './unpacked.ts';

const host: HostRule = {
  doc: 'fNN.add, fNN.sub: rm is RNE and r is finite. A tiny sum is exact, so underflow cannot occur.',
  exact: (x) => isNearest(x) && isFinite754(x.r),
};

export const add = family('add', {
  doc: 'a + b',
  args: ['f', 'f'],
  result: 'f',
  rounds: true,
  host,
  run: (cx, format) => sum(cx, format, 0),
});

export const sub = family('sub', {
  doc: 'a - b',
  args: ['f', 'f'],
  result: 'f',
  rounds: true,
  host,
  run: (cx, format) => sum(cx, format, 1),
});

function sum(cx: FpContext, format: FloatFormat, negateB: number): void {
  const { a, b } = cx;
  a.decode(format, cx.aHi, cx.aLo);
  b.decode(format, cx.bHi, cx.bLo);
  if (a.isNan || b.isNan) {
    packNanOperand(cx, format, a, b, b);
    return;
  }
  b.sign ^= negateB;
  if (a.kind === FINITE && b.kind === FINITE) {
    if (a.sign === b.sign) addMagnitudes(cx, format);
    else subtractMagnitudes(cx, format);
  } else if (a.kind === INFINITE || b.kind === INFINITE) {
    if (a.kind === b.kind && a.sign !== b.sign) packInvalid(cx, format);
    else packInfinity(cx, format, a.kind === INFINITE ? a.sign : b.sign);
  } else if (a.kind === ZERO && b.kind === ZERO) {
    packZero(cx, format, a.sign === b.sign ? a.sign : zeroSumSign(cx.rm));
  } else {
    cx.r.copy(a.kind === ZERO ? b : a);
    roundAndPack(cx, format);
  }
}

/** 6.3: an exact zero sum of operands unlike in sign is +0, but -0 toward negative. */
export function zeroSumSign(rm: number): number {
  return rm === RDN ? 1 : 0;
}

function addMagnitudes(cx: FpContext, format: FloatFormat): void {
  const { r } = cx;
  const small = alignSmaller(cx);
  const lo = (r.lo + small.lo) | 0;
  const carry = lo >>> 0 < small.lo >>> 0 ? 1 : 0;
  r.hi = (r.hi + small.hi + carry) | 0;
  r.lo = lo;
  if (r.hi < 0) {
    r.shiftRight(1);
    r.exp += 1;
  }
  roundAndPack(cx, format);
}

function subtractMagnitudes(cx: FpContext, format: FloatFormat): void {
  const { r } = cx;
  const small = alignSmaller(cx);
  const borrow = r.lo >>> 0 < small.lo >>> 0 ? 1 : 0;
  r.lo = (r.lo - small.lo) | 0;
  r.hi = (r.hi - small.hi - borrow) | 0;
  if (r.hi < 0) {
    // Equal exponents, and the subtrahend was the larger.
    r.sign ^= 1;
    r.lo = -r.lo | 0;
    r.hi = (r.lo === 0 ? -r.hi : ~r.hi) | 0;
  }
  if ((r.hi | r.lo) === 0) {
    packZero(cx, format, zeroSumSign(cx.rm));
    return;
  }
  r.normalize();
  roundAndPack(cx, format);
}

/**
 * Puts the operand of the larger exponent into `cx.r` and returns the other, shifted to that exponent.
 * One sticky bit is enough: bits are lost only if the exponents differ by more than ten,
 * and then the difference loses at most one leading bit.
 */
function alignSmaller(cx: FpContext): Unpacked {
  const { a, b, r } = cx;
  const distance = a.exp - b.exp;
  if (distance >= 0) {
    r.copy(a);
    b.shiftRight(distance);
    return b;
  }
  r.copy(b);
  a.shiftRight(-distance);
  return a;
}
