/** Rounding to an integral value of the same format (IEEE 754-2019, 5.9; its zero keeps the sign, 6.3). */
import type { FpContext } from './context.ts';
import { family } from './family.ts';
import type { HostRule } from './family.ts';
import { NX } from './flags.ts';
import { F16 } from './format.ts';
import type { FloatFormat } from './format.ts';
import { roundToInteger } from './integral.ts';
import { packNanOperand } from './nan.ts';
import { packInfinity, packZero, roundAndPack } from './pack.ts';
import { RUP } from './rounding.ts';
import { INFINITE, ZERO } from './unpacked.ts';

const host: HostRule = {
  doc: 'fNN.nearest, trunc, floor, ceil for RNE, RTZ, RDN, RUP: a is no NaN. f16 has no host type.',
  exact: (x) => x.format !== F16 && x.rm <= RUP && x.a === x.a,
};

export const roundInt = family('roundInt', {
  doc: 'a rounded to an integral value, without raising inexact.',
  args: ['f'],
  result: 'f',
  rounds: true,
  host,
  run: (cx, format) => {
    run(cx, format);
  },
});

export const roundIntExact = family('roundIntExact', {
  doc: 'a rounded to an integral value; inexact if that differs from a.',
  args: ['f'],
  result: 'f',
  rounds: true,
  host,
  run: (cx, format) => {
    if (run(cx, format)) cx.raised |= NX;
  },
});

function run(cx: FpContext, format: FloatFormat): boolean {
  const { a, r } = cx;
  a.decode(format, cx.aHi, cx.aLo);
  if (a.isNan) {
    packNanOperand(cx, format, a, a, a);
    return false;
  }
  if (a.kind === INFINITE) {
    packInfinity(cx, format, a.sign);
    return false;
  }
  if (a.kind === ZERO) {
    packZero(cx, format, a.sign);
    return false;
  }
  r.copy(a);
  // A number without bits below the point is integral already, and may be beyond 2^64.
  const inexact = r.exp < format.fraction && roundToInteger(r, cx.rm);
  if (r.exp < format.fraction) {
    if ((r.hi | r.lo) === 0) {
      packZero(cx, format, r.sign);
      return inexact;
    }
    r.exp = 62;
    r.normalize();
  }
  roundAndPack(cx, format);
  return inexact;
}
