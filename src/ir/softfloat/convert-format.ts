/** Conversions between formats (IEEE 754-2019, 5.4.2). */
import type { FpContext } from './context.ts';
import { family } from './family.ts';
import type { HostCase, HostRule } from './family.ts';
import { F16, F32, F64 } from './format.ts';
import type { FloatFormat } from './format.ts';
import { isFinite754, isNearest } from './host-rules.ts';
import { packNanOperand } from './nan.ts';
import { packInfinity, packZero, roundAndPack } from './pack.ts';
import { INFINITE, ZERO } from './unpacked.ts';

/** The host demotes f64 to f32; every other narrowing is soft. */
function narrowed(x: HostCase, to: FloatFormat): boolean {
  const magnitude = Math.abs(x.r);
  return isNearest(x) && ((magnitude > to.minNormal && isFinite754(magnitude)) || x.a === 0);
}

function host(to: FloatFormat): HostRule {
  return {
    doc:
      'f64.promote_f32: a is no NaN. f32.demote_f64: rm is RNE, and r is finite with |r| > smallest normal of f32, ' +
      'or a is 0. Formats without a host type: never.',
    exact: (x) => {
      if (to === F16 || x.format === F16) return false;
      return to.precision > x.format.precision ? x.a === x.a : narrowed(x, to);
    },
  };
}

export const toF16 = family('toF16', {
  doc: 'a in f16.',
  args: ['f'],
  result: 'f16',
  rounds: true,
  host: host(F16),
  run: (cx, format) => run(cx, format, F16),
});

export const toF32 = family('toF32', {
  doc: 'a in f32.',
  args: ['f'],
  result: 'f32',
  rounds: true,
  host: host(F32),
  run: (cx, format) => run(cx, format, F32),
});

export const toF64 = family('toF64', {
  doc: 'a in f64; exact.',
  args: ['f'],
  result: 'f64',
  rounds: false,
  host: host(F64),
  run: (cx, format) => run(cx, format, F64),
});

function run(cx: FpContext, from: FloatFormat, to: FloatFormat): void {
  const { a } = cx;
  a.decode(from, cx.aHi, cx.aLo);
  if (a.isNan) packNanOperand(cx, to, a, a, a);
  else if (a.kind === INFINITE) packInfinity(cx, to, a.sign);
  else if (a.kind === ZERO) packZero(cx, to, a.sign);
  else {
    cx.r.copy(a);
    roundAndPack(cx, to);
  }
}
