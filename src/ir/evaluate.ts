import type { Node } from './node.ts';
import type { OpName } from './ops.ts';
import { BITS, type Type } from './types.ts';

/**
 * What every pure operation computes, on bigints: the reference for all translators. A value of any
 * type is its bits, as an unsigned number of the type's width.
 */
export type Evaluate = (a: bigint, b: bigint, c: bigint) => bigint;

/** Made from a node: its type, attributes and the types of its arguments are fixed then. */
type Rule = (node: Node) => Evaluate;

const u = (bits: number, value: bigint): bigint => BigInt.asUintN(bits, value);
const s = (bits: number, value: bigint): bigint => BigInt.asIntN(bits, value);
const truth = (condition: boolean): bigint => (condition ? 1n : 0n);
const width = (node: Node): number => BITS[node.type!];
const argument = (node: Node, index: number): number => BITS[node.args[index]!.type!];
const first = (node: Node): number => Number(node.attributes.value);
const length = (node: Node): number => node.attributes.length!;

/** A function of the two arguments and their width, brought into range. */
const binary =
  (compute: (a: bigint, b: bigint, bits: number) => bigint): Rule =>
  (node) => {
    const bits = width(node);
    return (a, b) => u(bits, compute(a, b, bits));
  };
/** The same of their signed values. */
const signed = (compute: (a: bigint, b: bigint) => bigint): Rule =>
  binary((a, b, bits) => compute(s(bits, a), s(bits, b)));
const compare =
  (holds: (a: bigint, b: bigint) => boolean): Rule =>
  () =>
  (a, b) =>
    truth(holds(a, b));
const compareSigned =
  (holds: (a: bigint, b: bigint) => boolean): Rule =>
  (node) => {
    const bits = argument(node, 0);
    return (a, b) => truth(holds(s(bits, a), s(bits, b)));
  };
/** The amount of a shift or rotation, modulo the width. */
const by = (amount: bigint, bits: number): bigint => amount & BigInt(bits - 1);

function rotateLeft(a: bigint, amount: bigint, bits: number): bigint {
  return (a << amount) | (a >> (BigInt(bits) - amount));
}

function carrylessProduct(a: bigint, b: bigint): bigint {
  let product = 0n;
  for (let rest = b, shifted = a; rest !== 0n; rest >>= 1n, shifted <<= 1n) if (rest & 1n) product ^= shifted;
  return product;
}

/** Bits that are set below the lowest one that is. */
const bitLength = (a: bigint): number => (a === 0n ? 0 : a.toString(2).length);

const lanesOf = (node: Node): bigint => BigInt(BITS[(node.attributes.lane ?? 'i64') as Type]);
const lanes =
  (compute: (a: bigint, b: bigint) => bigint): Rule =>
  (node) => {
    const bits = lanesOf(node);
    return (a, b) => {
      let result = 0n;
      for (let at = 0n; at < 128n; at += bits) {
        result |= u(Number(bits), compute(a >> at, b >> at)) << at;
      }
      return result;
    };
  };

/** Conditions after sub(a, b) that compare its inputs; and those on the flags of any result. */
const COMPARISONS: Readonly<Record<string, Rule>> = {
  lt_u: compare((a, b) => a < b),
  le_u: compare((a, b) => a <= b),
  gt_u: compare((a, b) => a > b),
  ge_u: compare((a, b) => a >= b),
  lt_s: compareSigned((a, b) => a < b),
  le_s: compareSigned((a, b) => a <= b),
  gt_s: compareSigned((a, b) => a > b),
  ge_s: compareSigned((a, b) => a >= b),
};

/** `carry` after sub says that there was no borrow; `logic` sets the flags of its first input. */
const test: Rule = (node) => {
  const { kind, lane } = node.attributes;
  const comparison = COMPARISONS[lane!];
  if (comparison !== undefined && kind === 'sub') return comparison(node);
  const bits = argument(node, 0);
  return (a, b) => {
    const exact = kind === 'add' ? a + b : kind === 'sub' ? a - b : a;
    const exactSigned =
      kind === 'add' ? s(bits, a) + s(bits, b) : kind === 'sub' ? s(bits, a) - s(bits, b) : s(bits, a);
    const result = u(bits, exact);
    switch (lane) {
      case 'eq':
        return truth(result === 0n);
      case 'ne':
        return truth(result !== 0n);
      case 'negative':
        return result >> BigInt(bits - 1);
      case 'carry':
        return truth(kind === 'add' ? exact !== result : kind === 'sub' && exact >= 0n);
      case 'overflow':
        return truth(exactSigned !== s(bits, exactSigned));
      default:
        throw new TypeError(`no condition ${lane} after ${kind}`);
    }
  };
};

const signBit = (node: Node): bigint => 1n << BigInt(width(node) - 1);

/** Operations that are more than a function of their arguments. */
type Other =
  | 'operand'
  | 'pc'
  | 'next_pc'
  | 'fp'
  | 'get'
  | 'set'
  | 'load'
  | 'store'
  | 'atomic_rmw'
  | 'atomic_cas'
  | 'load_reserved'
  | 'store_conditional'
  | 'fence'
  | 'if'
  | 'else'
  | 'end'
  | 'insn_start'
  | 'call'
  | 'branch'
  | 'jump'
  | 'jump_reg'
  | 'exit';

export const EVALUATE: Readonly<Record<Exclude<OpName, Other>, Rule>> = {
  const: (node) => {
    const value = u(width(node), BigInt(node.attributes.value!));
    return () => value;
  },
  add: binary((a, b) => a + b),
  sub: binary((a, b) => a - b),
  mul: binary((a, b) => a * b),
  mulhi_s: binary((a, b, bits) => (s(bits, a) * s(bits, b)) >> BigInt(bits)),
  mulhi_u: binary((a, b, bits) => (a * b) >> BigInt(bits)),
  mulhi_su: binary((a, b, bits) => (s(bits, a) * b) >> BigInt(bits)),
  div_s: signed((a, b) => a / b),
  div_u: binary((a, b) => a / b),
  rem_s: signed((a, b) => a % b),
  rem_u: binary((a, b) => a % b),
  and: binary((a, b) => a & b),
  or: binary((a, b) => a | b),
  xor: binary((a, b) => a ^ b),
  shl: binary((a, b, bits) => a << by(b, bits)),
  shr_u: binary((a, b, bits) => a >> by(b, bits)),
  shr_s: binary((a, b, bits) => s(bits, a) >> by(b, bits)),
  rotl: binary((a, b, bits) => rotateLeft(a, by(b, bits), bits)),
  rotr: binary((a, b, bits) => rotateLeft(a, by(-b, bits), bits)),
  clz: (node) => (a) => BigInt(width(node) - bitLength(a)),
  ctz: (node) => (a) => BigInt(a === 0n ? width(node) : bitLength(a & -a) - 1),
  popcnt: () => (a) => BigInt(a.toString(2).replaceAll('0', '').length),
  bswap: (node) => (a) => {
    let result = 0n;
    for (let at = 0; at < width(node); at += 8) result = (result << 8n) | ((a >> BigInt(at)) & 0xffn);
    return result;
  },
  clmul: binary((a, b) => carrylessProduct(a, b)),
  clmulh: binary((a, b, bits) => carrylessProduct(a, b) >> BigInt(bits)),
  eq: compare((a, b) => a === b),
  ne: compare((a, b) => a !== b),
  lt_s: compareSigned((a, b) => a < b),
  lt_u: compare((a, b) => a < b),
  le_s: compareSigned((a, b) => a <= b),
  le_u: compare((a, b) => a <= b),
  select: () => (a, b, c) => (a !== 0n ? b : c),
  trunc: (node) => {
    const bits = width(node);
    return (a) => u(bits, a);
  },
  extend_s: (node) => {
    const [from, to] = [argument(node, 0), width(node)];
    return (a) => u(to, s(from, a));
  },
  extend_u: () => (a) => a,
  extract_s: (node) => {
    const [at, count, bits] = [BigInt(first(node)), length(node), width(node)];
    return (a) => u(bits, s(count, a >> at));
  },
  extract_u: (node) => {
    const [at, count] = [BigInt(first(node)), length(node)];
    return (a) => u(count, a >> at);
  },
  deposit: (node) => {
    const [at, count] = [BigInt(first(node)), length(node)];
    const mask = u(count, -1n) << at;
    return (a, b) => (a & ~mask) | (u(count, b) << at);
  },
  pair: () => (a, b) => (b << 64n) | a,
  lo: () => (a) => u(64, a),
  hi: () => (a) => a >> 64n,
  mul_wide_s: () => (a, b) => u(128, s(64, a) * s(64, b)),
  mul_wide_u: () => (a, b) => a * b,
  add_carry: () => (a, b, c) => a + b + (c === 0n ? 0n : 1n),
  test,
  bitcast: () => (a) => a,
  fneg: (node) => {
    const sign = signBit(node);
    return (a) => a ^ sign;
  },
  fabs: (node) => {
    const sign = signBit(node);
    return (a) => a & ~sign;
  },
  fcopysign: (node) => {
    const sign = signBit(node);
    return (a, b) => (a & ~sign) | (b & sign);
  },
  v_splat: (node) => {
    const bits = lanesOf(node);
    return (a) => {
      let result = 0n;
      for (let at = 0n; at < 128n; at += bits) result |= u(Number(bits), a) << at;
      return result;
    };
  },
  v_add: lanes((a, b) => a + b),
  v_sub: lanes((a, b) => a - b),
  v_extract: (node) => {
    const bits = lanesOf(node);
    return (a) => u(Number(bits), a >> (bits * BigInt(first(node))));
  },
  v_replace: (node) => {
    const bits = lanesOf(node);
    const at = bits * BigInt(first(node));
    const mask = u(Number(bits), -1n) << at;
    return (a, b) => (a & ~mask) | (u(Number(bits), b) << at);
  },
};

/** The function that a pure node computes of its arguments; undefined if the node is not one. */
export function evaluatorOf(node: Node): Evaluate | undefined {
  return node.op in EVALUATE ? EVALUATE[node.op as keyof typeof EVALUATE](node) : undefined;
}
