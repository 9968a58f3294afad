/** Square root (IEEE 754-2019, 5.4.1; the root of -0 is -0, 6.3). */
import type { FpContext } from './context.ts';
import { productError } from './exact-product.ts';
import { family } from './family.ts';
import type { FloatFormat } from './format.ts';
import { isNearest } from './host-rules.ts';
import { packInvalid, packNanOperand } from './nan.ts';
import { packInfinity, packZero, roundAndPack } from './pack.ts';
import { FINITE, ZERO } from './unpacked.ts';

export const sqrt = family('sqrt', {
  doc: 'The square root of a.',
  args: ['f'],
  result: 'f',
  rounds: true,
  host: {
    doc: 'fNN.sqrt: rm is RNE and r is no NaN. A root neither overflows nor underflows.',
    exact: (x) => isNearest(x) && x.r === x.r,
  },
  run,
});

function run(cx: FpContext, format: FloatFormat): void {
  const { a, r } = cx;
  a.decode(format, cx.aHi, cx.aLo);
  if (a.isNan) packNanOperand(cx, format, a, a, a);
  else if (a.kind === ZERO) packZero(cx, format, a.sign);
  else if (a.sign !== 0) packInvalid(cx, format);
  else if (a.kind === FINITE) {
    // x is in [1, 4), so that the exponent left is even. Engines compute Math.sqrt with the
    // hardware's correctly rounded instruction (a test checks it); the remainder's sign is
    // exact, and enough, for the reasons given in division.
    const odd = a.exp & 1;
    const x = odd !== 0 ? 2 * a.significand() : a.significand();
    const root = Math.sqrt(x);
    const square = root * root;
    const remainder = x - square - productError(root, root, square);
    r.sign = 0;
    r.setNear(root, Math.sign(remainder) / 2, (a.exp - odd) >> 1);
    roundAndPack(cx, format);
  } else {
    packInfinity(cx, format, 0);
  }
}
