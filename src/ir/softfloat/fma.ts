/** Fused multiply-add (IEEE 754-2019, 5.4.1). */
import { zeroSumSign } from './add.ts';
import type { FpContext } from './context.ts';
import { family } from './family.ts';
import type { FloatFormat } from './format.ts';
import { isNearest, isSafelyNormal } from './host-rules.ts';
import { packInvalid, packNanOperand } from './nan.ts';
import { packInfinity, packZero, roundAndPack } from './pack.ts';
import { FINITE, INFINITE, ZERO } from './unpacked.ts';
import { Wide } from './wide.ts';

export const fma = family('fma', {
  doc: 'a * b + c, rounded once. The other three sign variants are this one with a or c negated.',
  args: ['f', 'f', 'f'],
  result: 'f',
  rounds: true,
  host: {
    doc:
      'A fused host operation (a relaxed madd known to fuse, or `fused.ts`): rm is RNE, and r is finite with ' +
      '|r| > smallest normal, or r = 0 and a or b is 0.',
    exact: (x) => isNearest(x) && (isSafelyNormal(x) || (x.r === 0 && (x.a === 0 || x.b === 0))),
  },
  run,
});

const product = new Wide();
const addend = new Wide();

function run(cx: FpContext, format: FloatFormat): void {
  const { a, b, c, r } = cx;
  a.decode(format, cx.aHi, cx.aLo);
  b.decode(format, cx.bHi, cx.bLo);
  c.decode(format, cx.cHi, cx.cLo);
  const sign = a.sign ^ b.sign;
  if (a.kind === FINITE && b.kind === FINITE && c.kind === FINITE) {
    fuse(cx, format, sign);
    return;
  }
  // 7.2 c leaves 0 * infinity + quiet NaN to the implementation; RISC-V raises invalid
  // (Unprivileged ISA 20191213, 11.6).
  const invalid = (a.kind === ZERO && b.kind === INFINITE) || (a.kind === INFINITE && b.kind === ZERO);
  if (a.isNan || b.isNan || c.isNan) {
    if (invalid) cx.invalid();
    packNanOperand(cx, format, a, b, c);
  } else if (invalid) {
    packInvalid(cx, format);
  } else if (a.kind === INFINITE || b.kind === INFINITE) {
    if (c.kind === INFINITE && c.sign !== sign) packInvalid(cx, format);
    else packInfinity(cx, format, sign);
  } else if (c.kind === INFINITE) {
    packInfinity(cx, format, c.sign);
  } else if (a.kind === ZERO || b.kind === ZERO) {
    if (c.kind === ZERO) {
      packZero(cx, format, sign === c.sign ? sign : zeroSumSign(cx.rm));
    } else {
      r.copy(c);
      roundAndPack(cx, format);
    }
  } else {
    // A finite product and a zero addend.
    product.setProduct(a, b);
    r.sign = sign;
    product.moveTo(r, a.exp + b.exp);
    roundAndPack(cx, format);
  }
}

/**
 * All three finite and not zero. The product uses bits 20 to 125 and the addend 72 to 124:
 * one loses bits to the sticky one only when it is far below the other, and then their
 * difference has at least 124 bits.
 */
function fuse(cx: FpContext, format: FloatFormat, sign: number): void {
  const { a, b, c, r } = cx;
  let exp = a.exp + b.exp;
  product.setProduct(a, b);
  addend.setAddend(c);
  if (exp >= c.exp) {
    addend.shiftRight(exp - c.exp);
  } else {
    product.shiftRight(c.exp - exp);
    exp = c.exp;
  }
  r.sign = sign;
  if (sign === c.sign) product.add(addend);
  else if (product.subtract(addend)) r.sign = c.sign;
  if (product.isZero) {
    packZero(cx, format, zeroSumSign(cx.rm));
    return;
  }
  product.moveTo(r, exp);
  roundAndPack(cx, format);
}
