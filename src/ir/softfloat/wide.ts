/**
 * A 128-bit magnitude in four words, for the fused multiply-add: it holds a whole product
 * of two significands and, beside it, an addend. Bit 0 may be sticky, as in `Unpacked`.
 */
import type { Unpacked } from './unpacked.ts';

/** High word of the product of two unsigned words. */
function mulHigh(x: number, y: number): number {
  const xHigh = x >>> 16;
  const xLow = x & 0xffff;
  const yHigh = y >>> 16;
  const yLow = y & 0xffff;
  const cross = Math.imul(xHigh, yLow);
  const other = Math.imul(xLow, yHigh);
  const middle = (Math.imul(xLow, yLow) >>> 16) + (cross & 0xffff) + (other & 0xffff);
  return (Math.imul(xHigh, yHigh) + (cross >>> 16) + (other >>> 16) + (middle >>> 16)) | 0;
}

/** Carry out of a word sum, of which `part` was one term and zero or one came in. */
function carried(sum: number, part: number, carryIn: number): number {
  return sum >>> 0 < part >>> 0 || (carryIn !== 0 && sum === part) ? 1 : 0;
}

export class Wide {
  w3: number;
  w2: number;
  w1: number;
  w0: number;

  constructor() {
    this.w3 = 0;
    this.w2 = 0;
    this.w1 = 0;
    this.w0 = 0;
  }

  /** The product of two normalized significands; its leading one is bit 124 or 125. */
  setProduct(a: Unpacked, b: Unpacked): void {
    const lowLow = mulHigh(a.lo, b.lo);
    const lowHigh = Math.imul(a.lo, b.hi);
    const highLow = Math.imul(a.hi, b.lo);
    const highHigh = Math.imul(a.hi, b.hi);
    const lowHighTop = mulHigh(a.lo, b.hi);
    const highLowTop = mulHigh(a.hi, b.lo);
    this.w0 = Math.imul(a.lo, b.lo);
    const first = (lowLow + lowHigh) | 0;
    this.w1 = (first + highLow) | 0;
    const carry1 = carried(first, lowHigh, 0) + carried(this.w1, highLow, 0);
    const second = (lowHighTop + highLowTop) | 0;
    const third = (second + highHigh) | 0;
    this.w2 = (third + carry1) | 0;
    const carry2 = carried(second, highLowTop, 0) + carried(third, highHigh, 0) + (this.w2 >>> 0 < carry1 ? 1 : 0);
    this.w3 = (mulHigh(a.hi, b.hi) + carry2) | 0;
  }

  /** A normalized significand with its leading one at bit 124; its low two bits must be zero. */
  setAddend(c: Unpacked): void {
    this.w3 = c.hi >>> 2;
    this.w2 = (c.hi << 30) | (c.lo >>> 2);
    this.w1 = 0;
    this.w0 = 0;
  }

  shiftRight(count: number): void {
    let lost = 0;
    let left = count;
    while (left >= 32) {
      if ((this.w3 | this.w2 | this.w1 | this.w0) === 0) break;
      lost |= this.w0;
      this.w0 = this.w1;
      this.w1 = this.w2;
      this.w2 = this.w3;
      this.w3 = 0;
      left -= 32;
    }
    left &= 31;
    if (left !== 0) {
      const back = 32 - left;
      lost |= this.w0 << back;
      this.w0 = (this.w0 >>> left) | (this.w1 << back);
      this.w1 = (this.w1 >>> left) | (this.w2 << back);
      this.w2 = (this.w2 >>> left) | (this.w3 << back);
      this.w3 >>>= left;
    }
    if (lost !== 0) this.w0 |= 1;
  }

  add(x: Wide): void {
    this.w0 = (this.w0 + x.w0) | 0;
    let carry = carried(this.w0, x.w0, 0);
    this.w1 = (this.w1 + x.w1 + carry) | 0;
    carry = carried(this.w1, x.w1, carry);
    this.w2 = (this.w2 + x.w2 + carry) | 0;
    carry = carried(this.w2, x.w2, carry);
    this.w3 = (this.w3 + x.w3 + carry) | 0;
  }

  /** Becomes |this - x|, both below 2^127; true if x was the larger. */
  subtract(x: Wide): boolean {
    this.#complement();
    this.add(x);
    // ~this + x = x - this - 1: negative unless x is the larger.
    const larger = this.w3 >= 0;
    if (larger) this.#increment();
    else this.#complement();
    return larger;
  }

  #complement(): void {
    this.w3 = ~this.w3;
    this.w2 = ~this.w2;
    this.w1 = ~this.w1;
    this.w0 = ~this.w0;
  }

  #increment(): void {
    this.w0 = (this.w0 + 1) | 0;
    if (this.w0 === 0) this.w1 = (this.w1 + 1) | 0;
    if ((this.w0 | this.w1) === 0) this.w2 = (this.w2 + 1) | 0;
    if ((this.w0 | this.w1 | this.w2) === 0) this.w3 = (this.w3 + 1) | 0;
  }

  get isZero(): boolean {
    return (this.w3 | this.w2 | this.w1 | this.w0) === 0;
  }

  /** Moves the value this * 2^(exp - 124), not zero and below 2^127, into `r`, with a sticky bit. */
  moveTo(r: Unpacked, exp: number): void {
    let { w3, w2, w1, w0 } = this;
    let at = exp + 2;
    while (w3 === 0) {
      w3 = w2;
      w2 = w1;
      w1 = w0;
      w0 = 0;
      at -= 32;
    }
    if (w3 < 0) {
      // Only after whole words were moved: back by one.
      r.hi = w3 >>> 1;
      r.lo = (w3 << 31) | (w2 >>> 1) | ((w2 & 1) | w1 | w0 ? 1 : 0);
      r.exp = at + 1;
      return;
    }
    const shift = Math.clz32(w3) - 1;
    if (shift !== 0) {
      const back = 32 - shift;
      w3 = (w3 << shift) | (w2 >>> back);
      w2 = (w2 << shift) | (w1 >>> back);
      w1 = (w1 << shift) | (w0 >>> back);
      w0 <<= shift;
    }
    r.hi = w3;
    r.lo = w2 | ((w1 | w0) !== 0 ? 1 : 0);
    r.exp = at - shift;
  }
}
