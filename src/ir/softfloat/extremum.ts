/**
 * Minimum and maximum (IEEE 754-2019, 9.6). All order -0 below +0 and deliver one operand's
 * encoding unchanged; they differ in what a NaN does.
 */
import type { FpContext } from './context.ts';
import { family } from './family.ts';
import type { Family, HostRule } from './family.ts';
import type { FloatFormat } from './format.ts';
import { packNanOperand, signalNans } from './nan.ts';
import { compareSigned } from './order.ts';

const host: HostRule = {
  doc: 'fNN.min, fNN.max: r is no NaN, which says that neither operand was. Any rm.',
  exact: (x) => x.r === x.r,
};

function extremum<const N extends string>(name: N, doc: string, largest: boolean, numbersWin: boolean): Family<N> {
  return family(name, {
    doc,
    args: ['f', 'f'],
    result: 'f',
    rounds: false,
    host,
    run: (cx, format) => run(cx, format, largest, numbersWin),
  });
}

/** minimumNumber and maximumNumber: RISC-V's fmin and fmax since version 2.2 of F. */
export const min = extremum('min', 'The smaller of a and b; a number if one is NaN.', false, true);
export const max = extremum('max', 'The larger of a and b; a number if one is NaN.', true, true);
/** minimum and maximum: RISC-V's fminm and fmaxm, Arm's FMIN and FMAX, wasm's min and max. */
export const minimum = extremum('minimum', 'The smaller of a and b; NaN if one is.', false, false);
export const maximum = extremum('maximum', 'The larger of a and b; NaN if one is.', true, false);

function run(cx: FpContext, format: FloatFormat, largest: boolean, numbersWin: boolean): void {
  const { a, b } = cx;
  a.decode(format, cx.aHi, cx.aLo);
  b.decode(format, cx.bHi, cx.bLo);
  let takesA: boolean;
  if (a.isNan || b.isNan) {
    if (!numbersWin || (a.isNan && b.isNan)) {
      packNanOperand(cx, format, a, b, b);
      return;
    }
    signalNans(cx, a, b);
    takesA = b.isNan;
  } else {
    const order = compareSigned(a, b);
    takesA = largest ? order >= 0 : order <= 0;
  }
  const mask = format.width === 16 ? 0xffff : -1;
  if (takesA) cx.deliver(format.wide ? cx.aHi : 0, cx.aLo & mask);
  else cx.deliver(format.wide ? cx.bHi : 0, cx.bLo & mask);
}
