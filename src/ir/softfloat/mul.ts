/** Multiplication (IEEE 754-2019, 5.4.1). */
import type { FpContext } from './context.ts';
import { productError } from './exact-product.ts';
import { family } from './family.ts';
import type { FloatFormat } from './format.ts';
import { isNearest, isSafelyNormal } from './host-rules.ts';
import { packInvalid, packNanOperand } from './nan.ts';
import { packInfinity, packZero, roundAndPack } from './pack.ts';
import { FINITE, INFINITE, ZERO } from './unpacked.ts';

export const mul = family('mul', {
  doc: 'a * b',
  args: ['f', 'f'],
  result: 'f',
  rounds: true,
  host: {
    doc: 'fNN.mul: rm is RNE, and r is finite with |r| > smallest normal, or r = 0 and an operand is 0.',
    exact: (x) => isNearest(x) && (isSafelyNormal(x) || (x.r === 0 && (x.a === 0 || x.b === 0))),
  },
  run,
});

function run(cx: FpContext, format: FloatFormat): void {
  const { a, b, r } = cx;
  a.decode(format, cx.aHi, cx.aLo);
  b.decode(format, cx.bHi, cx.bLo);
  const sign = a.sign ^ b.sign;
  if (a.kind === FINITE && b.kind === FINITE) {
    // Both are in [1, 2): the host's product, in [1, 4), and its error are exact. A place of the
    // product is 2^-52 or 2^-51; the error counts in 2^-10ths of one.
    const x = a.significand();
    const y = b.significand();
    const product = x * y;
    const error = productError(x, y, product);
    r.sign = sign;
    r.setNear(product, error * (product < 2 ? 2 ** 62 : 2 ** 61), a.exp + b.exp);
    roundAndPack(cx, format);
  } else if (a.isNan || b.isNan) {
    packNanOperand(cx, format, a, b, b);
  } else if (a.kind === ZERO || b.kind === ZERO) {
    if (a.kind === INFINITE || b.kind === INFINITE) packInvalid(cx, format);
    else packZero(cx, format, sign);
  } else {
    packInfinity(cx, format, sign);
  }
}
