/** Comparisons (IEEE 754-2019, 5.6.1): a NaN is unordered, for which every predicate here is false. */
import type { FpContext } from './context.ts';
import { family } from './family.ts';
import type { Family, HostRule } from './family.ts';
import type { FloatFormat } from './format.ts';
import { signalNans } from './nan.ts';
import { compareNumbers } from './order.ts';

const host: HostRule = {
  doc: 'fNN.eq, fNN.lt, fNN.le: neither operand is NaN. Any rm.',
  exact: (x) => x.a === x.a && x.b === x.b,
};

type Test = (order: number) => boolean;

function comparison<const N extends string>(name: N, doc: string, signaling: boolean, test: Test): Family<N> {
  return family(name, {
    doc,
    args: ['f', 'f'],
    result: 'i1',
    rounds: false,
    host,
    run: (cx, format) => run(cx, format, signaling, test),
  });
}

export const eq = comparison('eq', 'a = b; invalid only for a signaling NaN.', false, (order) => order === 0);
export const lt = comparison('lt', 'a < b; invalid for any NaN.', true, (order) => order < 0);
export const le = comparison('le', 'a <= b; invalid for any NaN.', true, (order) => order <= 0);
export const ltQuiet = comparison('ltQuiet', 'a < b; invalid only for a signaling NaN.', false, (order) => order < 0);
export const leQuiet = comparison('leQuiet', 'a <= b; invalid only for a signaling NaN.', false, (order) => order <= 0);

function run(cx: FpContext, format: FloatFormat, signaling: boolean, test: Test): void {
  const { a, b } = cx;
  a.decode(format, cx.aHi, cx.aLo);
  b.decode(format, cx.bHi, cx.bLo);
  if (a.isNan || b.isNan) {
    if (signaling) cx.invalid();
    else signalNans(cx, a, b);
    cx.deliver(0, 0);
  } else {
    cx.deliver(0, test(compareNumbers(a, b)) ? 1 : 0);
  }
}
