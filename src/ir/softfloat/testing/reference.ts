/**
 * What every operation must give, computed the slow and plain way: exact rationals in bigint,
 * rounded once by definition. It shares no arithmetic with the engine. NaNs are canonical,
 * tininess is detected after rounding unless told, invalid conversions are RISC-V's.
 */
import { DZ, NV, NX, OF, UF } from '../flags.ts';
import type { FloatFormat } from '../format.ts';
import type { FpResult } from '../evaluate.ts';
import { fpOp } from '../ops.ts';
import type { FpOpName } from '../ops.ts';
import { FORMATS } from '../format.ts';

type Number754 =
  | { readonly kind: 'nan'; readonly signaling: boolean; readonly negative: boolean }
  | { readonly kind: 'infinite'; readonly negative: boolean }
  /** (-1)^negative * magnitude * 2^scale; the magnitude may be zero. */
  | { readonly kind: 'finite'; readonly negative: boolean; readonly magnitude: bigint; readonly scale: number };

type Finite = Extract<Number754, { kind: 'finite' }>;

export function decode(format: FloatFormat, bits: bigint): Number754 {
  const fractionBits = BigInt(format.fraction);
  const fraction = BigInt.asUintN(format.fraction, bits);
  const field = Number(BigInt.asUintN(format.width - format.precision, bits >> fractionBits));
  const negative = ((bits >> BigInt(format.width - 1)) & 1n) === 1n;
  if (field === 2 * format.emax + 1) {
    if (fraction === 0n) return { kind: 'infinite', negative };
    return { kind: 'nan', signaling: fraction >> (fractionBits - 1n) === 0n, negative };
  }
  const magnitude = field === 0 ? fraction : fraction | (1n << fractionBits);
  return { kind: 'finite', negative, magnitude, scale: Math.max(field, 1) - format.emax - format.fraction };
}

function specials(format: FloatFormat): { infinity: bigint; largest: bigint; nan: bigint; sign: bigint } {
  const infinity = BigInt(2 * format.emax + 1) << BigInt(format.fraction);
  return {
    infinity,
    largest: infinity - 1n,
    nan: infinity | (1n << BigInt(format.fraction - 1)),
    sign: 1n << BigInt(format.width - 1),
  };
}

/** floor(n / d) and what is left of it, compared with a half: 0 nothing, 1 below, 2 a half, 3 above. */
function divide(n: bigint, d: bigint): { whole: bigint; left: number } {
  const whole = n / d;
  const twice = 2n * (n - whole * d);
  return { whole, left: twice === 0n ? 0 : twice < d ? 1 : twice === d ? 2 : 3 };
}

/** The integer next to n / d that mode `rm` selects, by the wording of 754's 4.3. */
function roundToWhole(rm: number, negative: boolean, n: bigint, d: bigint): { whole: bigint; inexact: boolean } {
  const { whole, left } = divide(n, d);
  if (left === 0) return { whole, inexact: false };
  const odd = whole % 2n === 1n;
  const up = [left === 3 || (left === 2 && odd), false, negative, !negative, left >= 2, !odd][rm];
  return { whole: up ? whole + 1n : whole, inexact: true };
}

const shifted = (x: bigint, by: number): bigint => (by >= 0 ? x << BigInt(by) : x);

/** Rounds n/d * 2^scale, positive, as a multiple of 2^quantum; the result counts quanta. */
function quanta(rm: number, negative: boolean, n: bigint, d: bigint, scale: number, quantum: number) {
  const by = scale - quantum;
  return roundToWhole(rm, negative, shifted(n, by), shifted(d, -by));
}

export type Tininess = 'after' | 'before';

/** Rounds (-1)^negative * n/d * 2^scale to `format`; n and d are positive. */
export function round(
  format: FloatFormat,
  rm: number,
  negative: boolean,
  n: bigint,
  d: bigint,
  scale: number,
  tininess: Tininess = 'after',
): FpResult {
  const { infinity, largest, sign } = specials(format);
  const signBit = negative ? sign : 0n;
  // The exponent e with 2^e <= n/d * 2^scale < 2^(e+1).
  let e = n.toString(2).length - d.toString(2).length;
  if (shifted(n, -e) < shifted(d, e)) e -= 1;
  const exponent = e + scale;

  const unbounded = quanta(rm, negative, n, d, scale, exponent - format.fraction);
  const carried = unbounded.whole >> BigInt(format.precision) === 1n;
  if (exponent + (carried ? 1 : 0) > format.emax) {
    const toInfinity = [true, false, negative, !negative, true, false][rm];
    return { value: signBit | (toInfinity ? infinity : largest), flags: OF | NX };
  }
  const tiny = exponent < format.emin && (tininess === 'before' || !(carried && exponent === format.emin - 1));
  const quantum = Math.max(exponent, format.emin) - format.fraction;
  const { whole, inexact } = quanta(rm, negative, n, d, scale, quantum);
  const flags = inexact ? (tiny ? UF | NX : NX) : 0;
  const field = BigInt(quantum + format.fraction - format.emin);
  return { value: signBit | (whole + (field << BigInt(format.fraction))), flags };
}

/** floor of the square root, by Newton's iteration from above. */
function wholeRoot(x: bigint): bigint {
  if (x < 2n) return x;
  let root = 1n << BigInt((x.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + x / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** Compares magnitudes and signs of two numbers, zeros alike; infinities count as very large. */
function order(a: Number754, b: Number754): number {
  const value = (x: Number754): bigint => {
    if (x.kind === 'nan') throw new Error('a NaN has no place in the order');
    const magnitude = x.kind === 'infinite' ? 1n << 5000n : x.magnitude << BigInt(x.scale + 1200);
    return x.negative ? -magnitude : magnitude;
  };
  const difference = value(a) - value(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

const isZero = (x: Number754): boolean => x.kind === 'finite' && x.magnitude === 0n;

class Reference {
  readonly format: FloatFormat;
  readonly rm: number;
  readonly tininess: Tininess;
  constructor(format: FloatFormat, rm: number, tininess: Tininess) {
    this.format = format;
    this.rm = rm;
    this.tininess = tininess;
  }

  nan(operands: readonly Number754[], invalid = false): FpResult {
    const signals = operands.some((x) => x.kind === 'nan' && x.signaling);
    return { value: specials(this.format).nan, flags: invalid || signals ? NV : 0 };
  }
  zero(negative: boolean): FpResult {
    return { value: negative ? specials(this.format).sign : 0n, flags: 0 };
  }
  infinity(negative: boolean, flags = 0): FpResult {
    const { infinity, sign } = specials(this.format);
    return { value: (negative ? sign : 0n) | infinity, flags };
  }
  number(negative: boolean, n: bigint, d: bigint, scale: number): FpResult {
    return n === 0n ? this.zero(negative) : round(this.format, this.rm, negative, n, d, scale, this.tininess);
  }

  add(a: Number754, b: Number754): FpResult {
    if (a.kind === 'nan' || b.kind === 'nan') return this.nan([a, b]);
    if (a.kind === 'infinite' && b.kind === 'infinite' && a.negative !== b.negative) return this.nan([], true);
    if (a.kind === 'infinite') return this.infinity(a.negative);
    if (b.kind === 'infinite') return this.infinity(b.negative);
    const scale = Math.min(a.scale, b.scale);
    const term = (x: Finite): bigint => shifted(x.magnitude, x.scale - scale) * (x.negative ? -1n : 1n);
    const sum = term(a) + term(b);
    if (sum !== 0n) return this.number(sum < 0n, sum < 0n ? -sum : sum, 1n, scale);
    return this.zero(a.negative === b.negative ? a.negative : this.rm === 2);
  }

  mul(a: Number754, b: Number754): FpResult {
    if (a.kind === 'nan' || b.kind === 'nan') return this.nan([a, b]);
    const negative = a.negative !== b.negative;
    if (a.kind === 'finite' && b.kind === 'finite')
      return this.number(negative, a.magnitude * b.magnitude, 1n, a.scale + b.scale);
    return isZero(a) || isZero(b) ? this.nan([], true) : this.infinity(negative);
  }

  fma(a: Number754, b: Number754, c: Number754): FpResult {
    const invalid = (isZero(a) && b.kind === 'infinite') || (isZero(b) && a.kind === 'infinite');
    if (a.kind === 'nan' || b.kind === 'nan' || c.kind === 'nan') return this.nan([a, b, c], invalid);
    if (invalid) return this.nan([], true);
    const negative = a.negative !== b.negative;
    if (a.kind === 'infinite' || b.kind === 'infinite') return this.add({ kind: 'infinite', negative }, c);
    return this.add({ kind: 'finite', negative, magnitude: a.magnitude * b.magnitude, scale: a.scale + b.scale }, c);
  }

  div(a: Number754, b: Number754): FpResult {
    if (a.kind === 'nan' || b.kind === 'nan') return this.nan([a, b]);
    const negative = a.negative !== b.negative;
    if ((a.kind === 'infinite' && b.kind === 'infinite') || (isZero(a) && isZero(b))) return this.nan([], true);
    if (a.kind === 'infinite') return this.infinity(negative);
    if (b.kind === 'infinite') return this.zero(negative);
    if (isZero(b)) return this.infinity(negative, DZ);
    return this.number(negative, a.magnitude, b.magnitude, a.scale - b.scale);
  }

  sqrt(a: Number754): FpResult {
    if (a.kind === 'nan') return this.nan([a]);
    if (isZero(a)) return this.zero(a.negative);
    if (a.negative) return this.nan([], true);
    if (a.kind === 'infinite') return this.infinity(false);
    // 140 more bits, then one more that says whether the root went on.
    const even = a.scale & 1 ? a.scale - 1 : a.scale;
    const x = (a.magnitude << BigInt(a.scale - even)) << 140n;
    const root = wholeRoot(x);
    return this.number(false, 2n * root + (root * root === x ? 0n : 1n), 1n, even / 2 - 71);
  }

  extremum(a: Number754, b: Number754, bits: readonly bigint[], largest: boolean, numbersWin: boolean): FpResult {
    const { flags } = this.nan([a, b]);
    const encoding = (i: number): bigint => BigInt.asUintN(this.format.width, bits[i]);
    if (a.kind === 'nan' || b.kind === 'nan') {
      if (!numbersWin || a.kind === b.kind) return this.nan([a, b]);
      return { value: encoding(a.kind === 'nan' ? 1 : 0), flags };
    }
    const compared = order(a, b) || Number(b.negative) - Number(a.negative);
    return { value: encoding(compared === 0 || compared < 0 !== largest ? 0 : 1), flags };
  }

  compare(a: Number754, b: Number754, signaling: boolean, holds: (order: number) => boolean): FpResult {
    if (a.kind === 'nan' || b.kind === 'nan') return { value: 0n, flags: signaling ? NV : this.nan([a, b]).flags };
    return { value: holds(order(a, b)) ? 1n : 0n, flags: 0 };
  }

  classify(a: Number754): FpResult {
    if (a.kind === 'nan') return { value: a.signaling ? 0x100n : 0x200n, flags: 0 };
    const place = () => {
      if (a.kind === 'infinite') return 3n;
      if (a.magnitude === 0n) return 0n;
      return a.magnitude >> BigInt(this.format.fraction) === 0n ? 1n : 2n;
    };
    return { value: 1n << (a.negative ? 3n - place() : 4n + place()), flags: 0 };
  }

  toInteger(a: Number754, bits: number, signed: boolean): FpResult {
    const lowest = signed ? -(1n << BigInt(bits - 1)) : 0n;
    const highest = signed ? (1n << BigInt(bits - 1)) - 1n : (1n << BigInt(bits)) - 1n;
    const encode = (x: bigint, flags: number): FpResult => ({ value: BigInt.asUintN(bits, x), flags });
    if (a.kind === 'nan') return encode(highest, NV);
    if (a.kind === 'infinite') return encode(a.negative ? lowest : highest, NV);
    const { whole, inexact } = quanta(this.rm, a.negative, a.magnitude, 1n, a.scale, 0);
    const value = a.negative ? -whole : whole;
    if (value < lowest) return encode(lowest, NV);
    if (value > highest) return encode(highest, NV);
    return encode(value, inexact ? NX : 0);
  }

  fromInteger(bits: bigint, width: number, signed: boolean): FpResult {
    const value = signed ? BigInt.asIntN(width, bits) : BigInt.asUintN(width, bits);
    return this.number(value < 0n, value < 0n ? -value : value, 1n, 0);
  }

  roundInt(a: Number754, exact: boolean): FpResult {
    if (a.kind === 'nan') return this.nan([a]);
    if (a.kind === 'infinite') return this.infinity(a.negative);
    const { whole, inexact } = quanta(this.rm, a.negative, a.magnitude, 1n, a.scale, 0);
    const { value } = this.number(a.negative, whole, 1n, 0);
    return { value, flags: exact && inexact ? NX : 0 };
  }

  convert(a: Number754): FpResult {
    if (a.kind === 'nan') return this.nan([a]);
    if (a.kind === 'infinite') return this.infinity(a.negative);
    return this.number(a.negative, a.magnitude, 1n, a.scale);
  }
}

/** The result and flags operation `name` must give. */
export function reference(name: FpOpName, rm: number, bits: readonly bigint[], tininess: Tininess = 'after'): FpResult {
  const { format } = fpOp(name);
  const ref = new Reference(format, rm, tininess);
  const operation = name.slice(name.indexOf('.') + 1);
  const integer = /^(to|from)([IU])(32|64)$/.exec(operation);
  if (integer !== null) {
    const [, way, sign, width] = integer;
    if (way === 'from') return ref.fromInteger(bits[0], Number(width), sign === 'I');
    return ref.toInteger(decode(format, bits[0]), Number(width), sign === 'I');
  }
  const [a, b, c] = bits.map((x) => decode(format, x));
  const target = FORMATS.find((to) => `to${to.name.toUpperCase()}` === operation);
  if (target !== undefined) return new Reference(target, rm, tininess).convert(a);
  switch (operation) {
    case 'add':
      return ref.add(a, b);
    case 'sub':
      return ref.add(a, b.kind === 'nan' ? b : { ...b, negative: !b.negative });
    case 'mul':
      return ref.mul(a, b);
    case 'div':
      return ref.div(a, b);
    case 'sqrt':
      return ref.sqrt(a);
    case 'fma':
      return ref.fma(a, b, c);
    case 'min':
    case 'max':
      return ref.extremum(a, b, bits, operation === 'max', true);
    case 'minimum':
    case 'maximum':
      return ref.extremum(a, b, bits, operation === 'maximum', false);
    case 'eq':
      return ref.compare(a, b, false, (o) => o === 0);
    case 'lt':
    case 'ltQuiet':
      return ref.compare(a, b, operation === 'lt', (o) => o < 0);
    case 'le':
    case 'leQuiet':
      return ref.compare(a, b, operation === 'le', (o) => o <= 0);
    case 'classify':
      return ref.classify(a);
    case 'roundInt':
    case 'roundIntExact':
      return ref.roundInt(a, operation === 'roundIntExact');
    default:
      throw new Error(`${name} has no reference`);
  }
}
