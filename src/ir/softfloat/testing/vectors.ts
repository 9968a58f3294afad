/** Encodings on which arithmetic tends to go wrong, drawn from a seeded source. */
import type { FpType } from '../family.ts';
import { FORMATS } from '../format.ts';
import type { FloatFormat } from '../format.ts';
import type { FpOp } from '../ops.ts';

/** Thirty-two random bits (Marsaglia, "Xorshift RNGs", 2003). */
export class RandomWords {
  #x: number;
  #y: number;
  #z: number;
  #w: number;
  constructor(seed: number) {
    this.#x = seed | 0;
    this.#y = 362436069;
    this.#z = 521288629;
    this.#w = 88675123;
    for (let i = 0; i < 20; i += 1) this.word();
  }
  word(): number {
    const t = this.#x ^ (this.#x << 11);
    this.#x = this.#y;
    this.#y = this.#z;
    this.#z = this.#w;
    this.#w = this.#w ^ (this.#w >>> 19) ^ t ^ (t >>> 8);
    return this.#w >>> 0;
  }
  below(n: number): number {
    return this.word() % n;
  }
  bits(n: number): bigint {
    return BigInt.asUintN(n, (BigInt(this.word()) << 32n) | BigInt(this.word()));
  }
}

/** Random bits, runs of equal bits, or a few single bits: ties, carries and cancellations. */
function pattern(random: RandomWords, width: number): bigint {
  const all = (1n << BigInt(width)) - 1n;
  const at = (): bigint => BigInt(random.below(width + 1));
  switch (random.below(6)) {
    case 0:
      return 0n;
    case 1:
      return all;
    case 2:
      return (all << at()) & all;
    case 3:
      return (1n << at()) & all;
    case 4:
      return ((1n << at()) + (1n << at()) - 1n) & all;
    default:
      return random.bits(width);
  }
}

function exponentField(random: RandomWords, format: FloatFormat): number {
  const ones = 2 * format.emax + 1;
  switch (random.below(9)) {
    case 0:
      return 0;
    case 1:
      return 1 + random.below(3);
    case 2:
      return ones - 1 - random.below(3);
    case 3:
      return ones;
    case 4:
      // Around the widths of integers.
      return Math.min(ones - 1, format.emax + [30, 31, 32, 62, 63, 64][random.below(6)]);
    case 5:
      // Products and quotients near the ends of the range.
      return format.emax + ((random.below(2) ? 1 : -1) * (format.emax + random.below(2 * format.precision))) / 2;
    case 6:
      return random.below(ones + 1);
    default:
      return Math.min(ones - 1, Math.max(1, format.emax + random.below(2 * format.precision) - format.precision));
  }
}

export function encoding(random: RandomWords, format: FloatFormat): bigint {
  const sign = BigInt(random.below(2)) << BigInt(format.width - 1);
  const field = BigInt(Math.max(0, Math.trunc(exponentField(random, format)))) << BigInt(format.fraction);
  return sign | field | pattern(random, format.fraction);
}

function integer(random: RandomWords, width: number): bigint {
  const value = pattern(random, width) >> BigInt(random.below(2) ? 0 : random.below(width));
  return BigInt.asUintN(width, random.below(2) ? value : -value);
}

function operand(random: RandomWords, type: FpType): bigint {
  const format = FORMATS.find((f) => f.name === type);
  return format === undefined ? integer(random, type.endsWith('64') ? 64 : 32) : encoding(random, format);
}

/**
 * Operands for one operation. Now and then the later ones are near the first, so that
 * sums cancel and comparisons are close.
 */
export function operands(random: RandomWords, op: FpOp): bigint[] {
  const drawn = op.args.map((type) => operand(random, type));
  const near = BigInt(random.below(5)) - 2n;
  const signBit = 1n << BigInt(op.format.width - 1);
  if (drawn.length > 1 && random.below(4) === 0)
    drawn[1] = BigInt.asUintN(op.format.width, drawn[0] + near) ^ (random.below(2) ? signBit : 0n);
  if (op.name.endsWith('.fma') && random.below(3) === 0) drawn[2] = nearProduct(drawn, op.format, near, random);
  return drawn;
}

/** An addend whose exponent is that of the product, give or take, so that the sum may cancel. */
function nearProduct(drawn: readonly bigint[], format: FloatFormat, near: bigint, random: RandomWords): bigint {
  const field = (x: bigint): bigint => (x >> BigInt(format.fraction)) & BigInt(2 * format.emax + 1);
  const wanted =
    field(drawn[0]) + field(drawn[1]) - BigInt(format.emax) + near + BigInt(random.below(2) * random.below(60));
  const clamped = wanted < 0n ? 0n : wanted > BigInt(2 * format.emax) ? BigInt(2 * format.emax) : wanted;
  // Few significant bits multiply to few: copying the product's top bits makes exact cancellation likely.
  const top = (x: bigint): bigint => BigInt.asUintN(format.fraction, x) | (1n << BigInt(format.fraction));
  const product = top(drawn[0]) * top(drawn[1]);
  const length = product.toString(2).length;
  const fraction = BigInt.asUintN(format.fraction, product >> BigInt(length - format.precision));
  const sign = BigInt(random.below(2)) << BigInt(format.width - 1);
  return sign | (clamped << BigInt(format.fraction)) | (random.below(2) ? fraction : pattern(random, format.fraction));
}
