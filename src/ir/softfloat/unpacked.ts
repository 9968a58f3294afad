/**
 * A floating-point datum taken apart, in any format.
 *
 * A finite non-zero number is (-1)^sign * S * 2^(exp - 62), where S = hi:lo is normalized:
 * its leading one is bit 62, so that hi is a positive int32 and a sum's carry shows as its sign.
 * Bit 0 may be sticky: it then stands for anything between S and S + 1 (at most 53 of the
 * 63 bits are kept by rounding, so the sticky bit is always below half of the last one).
 * For a NaN, hi:lo holds the fraction with the quiet bit at bit 61 (3.4, 6.2.1).
 */
import type { FloatFormat } from './format.ts';

export const ZERO = 0;
export const FINITE = 1;
export const INFINITE = 2;
export const QUIET_NAN = 3;
export const SIGNALING_NAN = 4;

/** The quiet bit of a NaN in `hi`. */
export const QUIET_BIT = 1 << 29;

// One double seen as two words, little-endian as every host of WebAssembly must appear.
const double = new Float64Array(1);
const words = new Int32Array(double.buffer);

export class Unpacked {
  kind: number;
  sign: number;
  exp: number;
  hi: number;
  lo: number;

  constructor() {
    this.kind = ZERO;
    this.sign = 0;
    this.exp = 0;
    this.hi = 0;
    this.lo = 0;
  }

  get isNan(): boolean {
    return this.kind >= QUIET_NAN;
  }

  /** Decodes an encoding of `format` (3.4); narrow formats are in `lo` alone. */
  decode(format: FloatFormat, hi: number, lo: number): void {
    if (format.wide) this.#decodeWide(hi, lo);
    else this.#decodeNarrow(format, lo);
  }

  #decodeWide(hi: number, lo: number): void {
    const field = (hi >>> 20) & 0x7ff;
    this.sign = hi >>> 31;
    this.hi = ((hi & 0xfffff) << 10) | (lo >>> 22);
    this.lo = lo << 10;
    if (field === 0) {
      this.exp = -1022;
      this.#decodeSubnormal();
    } else if (field === 0x7ff) {
      this.#decodeSpecial();
    } else {
      this.kind = FINITE;
      this.exp = field - 1023;
      this.hi |= 0x40000000;
    }
  }

  #decodeNarrow(format: FloatFormat, bits: number): void {
    const { fraction, emax } = format;
    const ones = 2 * emax + 1;
    const field = (bits >>> fraction) & ones;
    this.sign = (bits >>> (format.width - 1)) & 1;
    this.hi = (bits & ((1 << fraction) - 1)) << (30 - fraction);
    this.lo = 0;
    if (field === 0) {
      this.exp = format.emin;
      this.#decodeSubnormal();
    } else if (field === ones) {
      this.#decodeSpecial();
    } else {
      this.kind = FINITE;
      this.exp = field - emax;
      this.hi |= 0x40000000;
    }
  }

  #decodeSubnormal(): void {
    if ((this.hi | this.lo) === 0) {
      this.kind = ZERO;
    } else {
      this.kind = FINITE;
      this.normalize();
    }
  }

  #decodeSpecial(): void {
    if ((this.hi | this.lo) === 0) this.kind = INFINITE;
    else this.kind = (this.hi & QUIET_BIT) !== 0 ? QUIET_NAN : SIGNALING_NAN;
  }

  copy(from: Unpacked): void {
    this.kind = from.kind;
    this.sign = from.sign;
    this.exp = from.exp;
    this.hi = from.hi;
    this.lo = from.lo;
  }

  /** Brings the leading one of a non-zero hi:lo, which is below bit 63, to bit 62. */
  normalize(): void {
    const { hi, lo } = this;
    const shift = (hi !== 0 ? Math.clz32(hi) : 32 + Math.clz32(lo)) - 1;
    if (shift === 0) return;
    this.exp -= shift;
    if (shift < 32) {
      this.hi = (hi << shift) | (lo >>> (32 - shift));
      this.lo = lo << shift;
    } else {
      this.hi = lo << (shift - 32);
      this.lo = 0;
    }
  }

  /** Divides hi:lo, seen as unsigned, by 2^count; a lost one makes bit 0 sticky. */
  shiftRight(count: number): void {
    const { hi, lo } = this;
    if (count === 0) return;
    if (count < 32) {
      const lost = lo << (32 - count);
      this.lo = (lo >>> count) | (hi << (32 - count)) | (lost !== 0 ? 1 : 0);
      this.hi = hi >>> count;
    } else if (count < 64) {
      const lost = lo | (count === 32 ? 0 : hi << (64 - count));
      this.lo = (hi >>> (count - 32)) | (lost !== 0 ? 1 : 0);
      this.hi = 0;
    } else {
      this.lo = (hi | lo) !== 0 ? 1 : 0;
      this.hi = 0;
    }
  }

  /** S * 2^-62, in [1, 2), as a host double: exact, because decoded numbers have at most 53 bits. */
  significand(): number {
    words[1] = ((this.hi >>> 10) & 0xfffff) | 0x3ff00000;
    words[0] = (this.hi << 22) | (this.lo >>> 10);
    return double[0];
  }

  /**
   * Takes the value (near + units * u) * 2^exp, where u is a 2^-10th part of `near`'s last place.
   * `near` is a positive normal double and |units| at most 512, half a place; it need not be whole.
   */
  setNear(near: number, units: number, exp: number): void {
    double[0] = near;
    const high = words[1];
    const low = words[0];
    this.kind = FINITE;
    this.exp = exp + (high >>> 20) - 1023;
    this.hi = (((high & 0xfffff) | 0x100000) << 10) | (low >>> 22);
    this.lo = low << 10;
    if (units === 0) return;
    const whole = Math.floor(units);
    if (whole < 0) {
      this.hi -= this.lo === 0 ? 1 : 0;
      this.lo = (this.lo + whole) | 0;
      if (this.hi < 0x40000000) this.normalize();
    } else {
      this.lo |= whole;
    }
    if (units !== whole) this.lo |= 1;
  }
}
