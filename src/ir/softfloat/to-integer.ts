/** Conversions to integers (IEEE 754-2019, 5.8; invalid ones as RISC-V, Unprivileged ISA 20191213, 11.7, table 11.4). */
import type { FpContext } from './context.ts';
import { family } from './family.ts';
import type { Family } from './family.ts';
import { NX } from './flags.ts';
import { F16 } from './format.ts';
import type { FloatFormat } from './format.ts';
import { hostIntegral } from './host-rules.ts';
import { roundToInteger } from './integral.ts';
import { RUP } from './rounding.ts';
import { FINITE, ZERO } from './unpacked.ts';

type IntegerType = 'i32' | 'u32' | 'i64' | 'u64';

function conversion<const N extends string>(name: N, to: IntegerType): Family<N> {
  const wide = to.endsWith('64');
  const signed = to.startsWith('i');
  const bits = wide ? 64 : 32;
  const below = signed ? -(2 ** (bits - 1)) : 0;
  const above = signed ? 2 ** (bits - 1) : 2 ** bits;
  return family(name, {
    doc: `a rounded to ${to}; out of range is invalid, and then not inexact.`,
    args: ['f'],
    result: to,
    rounds: true,
    host: {
      doc:
        'fNN.nearest, trunc, floor or ceil for RNE, RTZ, RDN, RUP, then iNN.trunc: the integral number n is in the ' +
        'range, as in -2^63 <= n < 2^63, whose bounds every format but f16 holds.',
      exact: (x) => {
        if (x.format === F16 || x.rm > RUP) return false;
        const n = hostIntegral(x.rm, x.a);
        return n >= below && n < above;
      },
    },
    run: (cx, format) => run(cx, format, wide, signed),
  });
}

export const toI32 = conversion('toI32', 'i32');
export const toU32 = conversion('toU32', 'u32');
export const toI64 = conversion('toI64', 'i64');
export const toU64 = conversion('toU64', 'u64');

function run(cx: FpContext, format: FloatFormat, wide: boolean, signed: boolean): void {
  const { a } = cx;
  a.decode(format, cx.aHi, cx.aLo);
  if (a.kind === ZERO) {
    cx.deliver(0, 0);
    return;
  }
  if (a.kind !== FINITE || a.exp > 63) {
    deliverInvalid(cx, wide, signed);
    return;
  }
  const inexact = roundToInteger(a, cx.rm);
  if (!fits(a.hi, a.lo, a.sign, wide, signed)) {
    deliverInvalid(cx, wide, signed);
    return;
  }
  if (inexact) cx.raised |= NX;
  if (a.sign === 0) cx.deliver(wide ? a.hi : 0, a.lo);
  else cx.deliver(wide ? ~a.hi + (a.lo === 0 ? 1 : 0) : 0, -a.lo | 0);
}

/** Whether the integer of this sign and magnitude is in the range. */
function fits(hi: number, lo: number, sign: number, wide: boolean, signed: boolean): boolean {
  if (sign !== 0 && !signed) return (hi | lo) === 0;
  if (!wide && hi !== 0) return false;
  if (!signed) return true;
  const top = wide ? hi : lo;
  const under = wide ? lo : 0;
  return top >= 0 || (sign !== 0 && top === -0x80000000 && under === 0);
}

function deliverInvalid(cx: FpContext, wide: boolean, signed: boolean): void {
  cx.invalid();
  const { sign, isNan } = cx.a;
  if (cx.invalidInteger === 'indefinite') {
    deliverEnd(cx, wide, signed, signed);
  } else if (isNan && cx.invalidInteger === 'saturate-nan-zero') {
    cx.deliver(0, 0);
  } else {
    deliverEnd(cx, wide, signed, sign !== 0 && !isNan);
  }
}

/** The lowest or highest integer of a type. */
function deliverEnd(cx: FpContext, wide: boolean, signed: boolean, lowest: boolean): void {
  const top = signed ? (lowest ? -0x80000000 : 0x7fffffff) : lowest ? 0 : -1;
  if (wide) cx.deliver(top, lowest ? 0 : -1);
  else cx.deliver(0, top);
}
