/** Division (IEEE 754-2019, 5.4.1; division by zero, 7.3). */
import type { FpContext } from './context.ts';
import { productError } from './exact-product.ts';
import { family } from './family.ts';
import { DZ } from './flags.ts';
import type { FloatFormat } from './format.ts';
import { isNearest, isSafelyNormal } from './host-rules.ts';
import { packInvalid, packNanOperand } from './nan.ts';
import { packInfinity, packZero, roundAndPack } from './pack.ts';
import { FINITE, INFINITE, ZERO } from './unpacked.ts';

export const div = family('div', {
  doc: 'a / b',
  args: ['f', 'f'],
  result: 'f',
  rounds: true,
  host: {
    doc: 'fNN.div: rm is RNE, and r is finite with |r| > smallest normal, or r = 0 and a is 0 or b infinite.',
    exact: (x) => isNearest(x) && (isSafelyNormal(x) || (x.r === 0 && (x.a === 0 || Math.abs(x.b) === Infinity))),
  },
  run,
});

function run(cx: FpContext, format: FloatFormat): void {
  const { a, b, r } = cx;
  a.decode(format, cx.aHi, cx.aLo);
  b.decode(format, cx.bHi, cx.bLo);
  const sign = a.sign ^ b.sign;
  if (a.kind === FINITE && b.kind === FINITE) {
    // Both are in [1, 2). The host's quotient is the nearest; its product with y is so near to x
    // that x - product is exact, hence the sign of the remainder is that of the quotient's error.
    // More need not be known: a quotient of two such numbers is never halfway between two.
    const x = a.significand();
    const y = b.significand();
    const quotient = x / y;
    const product = quotient * y;
    const remainder = x - product - productError(quotient, y, product);
    r.sign = sign;
    r.setNear(quotient, Math.sign(remainder) / 2, a.exp - b.exp);
    roundAndPack(cx, format);
  } else if (a.isNan || b.isNan) {
    packNanOperand(cx, format, a, b, b);
  } else if (a.kind === b.kind) {
    packInvalid(cx, format);
  } else if (a.kind === INFINITE || b.kind === ZERO) {
    if (a.kind === FINITE) cx.raised |= DZ;
    packInfinity(cx, format, sign);
  } else {
    packZero(cx, format, sign);
  }
}
