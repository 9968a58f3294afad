/** Delivering results in a format: zeros, infinities, and rounding what is in `cx.r` (IEEE 754-2019, 4.3, 7.4, 7.5). */
import type { FpContext } from './context.ts';
import { NX, OF, UF } from './flags.ts';
import type { FloatFormat } from './format.ts';
import { ABOVE_HALF, EXACT, restBelow, roundsAway } from './rounding.ts';

/** Delivers the encoding that is `magnitude` in its top word and zero below. */
function deliverTop(cx: FpContext, format: FloatFormat, sign: number, magnitude: number): void {
  if (format.wide) cx.deliver((sign << 31) | magnitude, 0);
  else cx.deliver(0, (sign << (format.width - 1)) | magnitude);
}

export function packZero(cx: FpContext, format: FloatFormat, sign: number): void {
  deliverTop(cx, format, sign, 0);
}

/** The exponent field of all ones, with a zero fraction, in the top word. */
function infinityTop(format: FloatFormat): number {
  return (2 * format.emax + 1) << (format.wide ? 20 : format.fraction);
}

export function packInfinity(cx: FpContext, format: FloatFormat, sign: number): void {
  deliverTop(cx, format, sign, infinityTop(format));
}

/** 7.4: infinity, or the largest finite number where the direction leads back to it. */
function packOverflow(cx: FpContext, format: FloatFormat, sign: number): void {
  cx.raised |= OF | NX;
  const top = infinityTop(format);
  if (roundsAway(cx.rm, sign, 1, ABOVE_HALF)) deliverTop(cx, format, sign, top);
  else if (format.wide) cx.deliver((sign << 31) | (top - 1), -1);
  else cx.deliver(0, (sign << (format.width - 1)) | (top - 1));
}

/**
 * Rounds the finite non-zero number `cx.r` to `format` in mode `cx.rm` and delivers it.
 *
 * Encodings of one sign are ordered as their values: a carry out of the rounded fraction
 * moves to the next exponent, from subnormal to normal too, by itself.
 */
export function roundAndPack(cx: FpContext, format: FloatFormat): void {
  if (cx.r.exp > format.emax) packOverflow(cx, format, cx.r.sign);
  else if (format.wide) roundWide(cx, format);
  else roundNarrow(cx, format);
}

/**
 * Whether a number below the smallest normal one is tiny (7.5). After rounding it is not
 * if, with the exponent range unbounded, it would have been rounded to that number.
 */
function isTiny(cx: FpContext, format: FloatFormat): boolean {
  const { sign, exp, hi, lo } = cx.r;
  if (cx.tinyBefore || exp < format.emin - 1) return true;
  const dropped = 63 - format.precision;
  const allOnes =
    dropped < 32 ? hi === 0x7fffffff && lo >> dropped === -1 : hi >> (dropped - 32) === 0x7fffffff >> (dropped - 32);
  return !(allOnes && roundsAway(cx.rm, sign, 1, restBelow(hi, lo, dropped)));
}

function roundWide(cx: FpContext, format: FloatFormat): void {
  const { r } = cx;
  let tiny = false;
  let base = (r.exp + 1022) << 20;
  if (r.exp < -1022) {
    tiny = isTiny(cx, format);
    r.shiftRight(-1022 - r.exp);
    base = 0;
  }
  let lo = (r.hi << 22) | (r.lo >>> 10);
  let hi = base + (r.hi >>> 10);
  const rest = restBelow(0, r.lo, 10);
  if (rest !== EXACT) {
    cx.raised |= tiny ? NX | UF : NX;
    if (roundsAway(cx.rm, r.sign, lo & 1, rest)) {
      lo = (lo + 1) | 0;
      if (lo === 0) hi += 1;
    }
    if (hi >= 0x7ff00000) {
      packOverflow(cx, format, r.sign);
      return;
    }
  }
  cx.deliver((r.sign << 31) | hi, lo);
}

function roundNarrow(cx: FpContext, format: FloatFormat): void {
  const { r } = cx;
  const dropped = 31 - format.precision;
  let tiny = false;
  let base = (r.exp - format.emin) << format.fraction;
  if (r.exp < format.emin) {
    tiny = isTiny(cx, format);
    r.shiftRight(format.emin - r.exp);
    base = 0;
  }
  let bits = base + (r.hi >>> dropped);
  const rest = restBelow(r.hi, r.lo, dropped + 32);
  if (rest !== EXACT) {
    cx.raised |= tiny ? NX | UF : NX;
    if (roundsAway(cx.rm, r.sign, bits & 1, rest)) bits += 1;
    if (bits >= infinityTop(format)) {
      packOverflow(cx, format, r.sign);
      return;
    }
  }
  cx.deliver(0, (r.sign << (format.width - 1)) | bits);
}
