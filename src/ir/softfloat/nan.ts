/** NaN results (IEEE 754-2019, 6.2): which NaN an operation delivers, and when NaN operands are invalid. */
import type { FpContext } from './context.ts';
import type { FloatFormat } from './format.ts';
import { QUIET_BIT, SIGNALING_NAN } from './unpacked.ts';
import type { Unpacked } from './unpacked.ts';

/** Delivers a quiet NaN of `format`; `hi:lo` is a fraction as in `Unpacked`. */
function packNan(cx: FpContext, format: FloatFormat, sign: number, hi: number, lo: number): void {
  const ones = 2 * format.emax + 1;
  const quiet = hi | QUIET_BIT;
  if (format.wide) {
    cx.deliver((sign << 31) | (ones << 20) | (quiet >>> 10), (quiet << 22) | (lo >>> 10));
  } else {
    const fraction = quiet >>> (30 - format.fraction);
    cx.deliver(0, (sign << (format.width - 1)) | (ones << format.fraction) | fraction);
  }
}

/** The NaN of an operation without a NaN operand: positive, quiet, payload zero (RISC-V, 11.3). */
export function packDefaultNan(cx: FpContext, format: FloatFormat): void {
  packNan(cx, format, 0, 0, 0);
}

/** An invalid operation on operands that are no NaNs (7.2). */
export function packInvalid(cx: FpContext, format: FloatFormat): void {
  cx.invalid();
  packDefaultNan(cx, format);
}

/** 7.2 a: a signaling operand is invalid, whatever is delivered. */
export function signalNans(cx: FpContext, a: Unpacked, b: Unpacked): void {
  if (a.kind === SIGNALING_NAN || b.kind === SIGNALING_NAN) cx.invalid();
}

/** Delivers the NaN of an operation of which `a`, `b` or `c` is one; pass an operand twice if there are fewer. */
export function packNanOperand(cx: FpContext, format: FloatFormat, a: Unpacked, b: Unpacked, c: Unpacked): void {
  const signaling =
    a.kind === SIGNALING_NAN ? a : b.kind === SIGNALING_NAN ? b : c.kind === SIGNALING_NAN ? c : undefined;
  if (signaling !== undefined) cx.invalid();
  if (!cx.propagates) {
    packDefaultNan(cx, format);
    return;
  }
  const chosen = signaling ?? (a.isNan ? a : b.isNan ? b : c);
  packNan(cx, format, chosen.sign, chosen.hi, chosen.lo);
}
