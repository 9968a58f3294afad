/**
 * What an operation runs in: the register window, the attributes in force, the flags raised,
 * and scratch room, so that no operation allocates.
 */
import { NV } from './flags.ts';
import { RNE } from './rounding.ts';
import { Unpacked } from './unpacked.ts';

export interface FpOptions {
  /**
   * When a result is tiny (IEEE 754-2019, 7.5): `after` rounding as on RISC-V and x86,
   * `before` as on Arm.
   */
  readonly tininess?: 'after' | 'before';
  /**
   * `canonical`: every NaN result is the default one (RISC-V, Unprivileged ISA 20191213, 11.3).
   * `propagate`: the first signaling operand, else the first quiet one, made quiet (6.2.3).
   */
  readonly nan?: 'canonical' | 'propagate';
  /**
   * The integer delivered for an invalid conversion. `saturate`: the nearest end of the range,
   * the upper one for NaN (RISC-V). `saturate-nan-zero`: the same, but zero for NaN (Arm, wasm).
   * `indefinite`: the top bit alone for signed, all ones for unsigned (x86).
   */
  readonly invalidInteger?: 'saturate' | 'saturate-nan-zero' | 'indefinite';
}

/** The register window: words of a, b, c and the result, each low word first. */
export const WINDOW_WORDS = 8;

export class FpContext {
  readonly window: Int32Array;
  readonly tinyBefore: boolean;
  readonly propagates: boolean;
  readonly invalidInteger: 'saturate' | 'saturate-nan-zero' | 'indefinite';
  /** Rounding mode of the operation. */
  rm: number;
  /** Flags this operation has raised so far. */
  raised: number;
  readonly a: Unpacked;
  readonly b: Unpacked;
  readonly c: Unpacked;
  readonly r: Unpacked;

  constructor(window: Int32Array, options: FpOptions) {
    if (window.length < WINDOW_WORDS) throw new RangeError(`a register window has ${WINDOW_WORDS} words`);
    this.window = window;
    this.tinyBefore = options.tininess === 'before';
    this.propagates = options.nan === 'propagate';
    this.invalidInteger = options.invalidInteger ?? 'saturate';
    this.rm = RNE;
    this.raised = 0;
    this.a = new Unpacked();
    this.b = new Unpacked();
    this.c = new Unpacked();
    this.r = new Unpacked();
  }

  get aLo(): number {
    return this.window[0];
  }
  get aHi(): number {
    return this.window[1];
  }
  get bLo(): number {
    return this.window[2];
  }
  get bHi(): number {
    return this.window[3];
  }
  get cLo(): number {
    return this.window[4];
  }
  get cHi(): number {
    return this.window[5];
  }

  /** Delivers the result; narrower ones are zero-extended. */
  deliver(hi: number, lo: number): void {
    this.window[6] = lo;
    this.window[7] = hi;
  }

  invalid(): void {
    this.raised |= NV;
  }
}
