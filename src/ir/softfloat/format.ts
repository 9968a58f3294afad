/**
 * Binary interchange formats (IEEE 754-2019, 3.4 and table 3.5).
 *
 * Every operation is written once over a `FloatFormat`; a format is only numbers.
 */

export type FormatName = 'f16' | 'f32' | 'f64';

export class FloatFormat {
  readonly name: FormatName;
  /** Position in `FORMATS`, and the high bits of every operation code. */
  readonly index: number;
  /** Bits of the encoding, 754's k. */
  readonly width: number;
  /** Bits of the significand with the hidden one, 754's p. */
  readonly precision: number;
  /** Stored bits of the significand, p - 1. */
  readonly fraction: number;
  /** Largest exponent, and the bias of the encoding. */
  readonly emax: number;
  /** Exponent of the smallest normal number, 1 - emax. */
  readonly emin: number;
  /** The encoding takes two words of the register window. */
  readonly wide: boolean;
  /** Smallest normal number and largest finite number, as host numbers. */
  readonly minNormal: number;
  readonly maxFinite: number;

  constructor(name: FormatName, index: number, width: number, precision: number) {
    this.name = name;
    this.index = index;
    this.width = width;
    this.precision = precision;
    this.fraction = precision - 1;
    this.emax = (1 << (width - precision - 1)) - 1;
    this.emin = 1 - this.emax;
    this.wide = width > 32;
    this.minNormal = 2 ** this.emin;
    this.maxFinite = (2 - 2 ** -this.fraction) * 2 ** this.emax;
  }
}

export const F32 = new FloatFormat('f32', 0, 32, 24);
export const F64 = new FloatFormat('f64', 1, 64, 53);
export const F16 = new FloatFormat('f16', 2, 16, 11);

/** Append only: the index of a format is part of the operation codes. */
export const FORMATS: readonly FloatFormat[] = [F32, F64, F16];
