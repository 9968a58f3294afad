import type { Node } from '../node.ts';
import { BITS } from '../types.ts';
import { constantOf, shiftAmount } from './match.ts';

/** How far back a question about a value is followed. */
const DEPTH = 6;

const COMPARISONS = new Set(['eq', 'ne', 'lt_s', 'lt_u', 'le_s', 'le_u', 'test', 'store_conditional']);

/** Whether an i32 is 0 or 1. */
export function isTruth(node: Node): boolean {
  return node.type === 'i32' && leadingZeros(node) >= 31;
}

/** How many of the highest bits are known to be 0. */
export function leadingZeros(node: Node, depth = DEPTH): number {
  const bits = BITS[node.type!];
  const of = (index: number): number => leadingZeros(node.args[index]!, depth - 1);
  const { op, args, attributes } = node;
  if (op === 'const') return bits - BigInt.asUintN(bits, constantOf(node)!).toString(2).replace(/^0$/, '').length;
  if (COMPARISONS.has(op)) return 31;
  if (depth === 0) return 0;
  switch (op) {
    case 'extend_u':
      return bits - BITS[args[0]!.type!] + of(0);
    case 'extend_s': {
      const zeros = of(0);
      return zeros > 0 ? bits - BITS[args[0]!.type!] + zeros : 0;
    }
    case 'trunc':
      return Math.max(0, of(0) - (BITS[args[0]!.type!] - bits));
    case 'load':
      return attributes.access!.signed ? 0 : bits - 8 * attributes.access!.size;
    case 'and':
      return Math.max(of(0), of(1));
    case 'or':
    case 'xor':
      return Math.min(of(0), of(1));
    case 'add':
      return Math.max(0, Math.min(of(0), of(1)) - 1);
    case 'div_u':
      return of(0);
    case 'rem_u':
      return Math.max(of(0), of(1));
    case 'select':
      return Math.min(of(1), of(2));
    case 'extract_u':
      return bits - attributes.length!;
    case 'shr_u': {
      const amount = shiftAmount(node);
      return amount === undefined ? of(0) : Math.min(bits, of(0) + amount);
    }
    case 'shl': {
      const amount = shiftAmount(node);
      return amount === undefined ? 0 : Math.max(0, of(0) - amount);
    }
    case 'shr_s': {
      const zeros = of(0);
      return zeros === 0 ? 0 : Math.min(bits, zeros + (shiftAmount(node) ?? 0));
    }
    case 'clz':
    case 'ctz':
    case 'popcnt':
      return bits - 7;
    default:
      return 0;
  }
}

/** How many of the highest bits are known to be equal: at least 1. */
export function signBits(node: Node, depth = DEPTH): number {
  const bits = BITS[node.type!];
  const { op, args, attributes } = node;
  if (op === 'const') {
    const value = constantOf(node)!;
    return leadingZerosOf(bits, value < 0n ? ~value : value);
  }
  const zeros = leadingZeros(node, depth);
  if (zeros > 0 || depth === 0) return Math.max(1, zeros);
  const of = (index: number): number => signBits(args[index]!, depth - 1);
  switch (op) {
    case 'extend_s':
      return bits - BITS[args[0]!.type!] + of(0);
    case 'trunc':
      return Math.max(1, of(0) - (BITS[args[0]!.type!] - bits));
    case 'load':
      return attributes.access!.signed ? bits - 8 * attributes.access!.size + 1 : 1;
    case 'and':
    case 'or':
    case 'xor':
      return Math.min(of(0), of(1));
    case 'add':
    case 'sub':
      return Math.max(1, Math.min(of(0), of(1)) - 1);
    case 'select':
      return Math.min(of(1), of(2));
    case 'extract_s':
      return bits - attributes.length! + 1;
    case 'shr_s':
      return Math.min(bits, of(0) + (shiftAmount(node) ?? 0));
    case 'shl': {
      const amount = shiftAmount(node);
      return amount === undefined ? 1 : Math.max(1, of(0) - amount);
    }
    default:
      return 1;
  }
}

function leadingZerosOf(bits: number, value: bigint): number {
  return value === 0n ? bits : bits - value.toString(2).length;
}

/** The bits that may be 1. */
export function possibleBits(node: Node, depth = DEPTH): bigint {
  const bits = BITS[node.type!];
  const { op, args } = node;
  const value = constantOf(node);
  if (value !== undefined) return BigInt.asUintN(bits, value);
  const all = (1n << BigInt(bits - leadingZeros(node, depth))) - 1n;
  if (depth === 0) return all;
  const of = (index: number): bigint => possibleBits(args[index]!, depth - 1);
  switch (op) {
    case 'and':
      return of(0) & of(1);
    case 'or':
    case 'xor':
      return of(0) | of(1);
    case 'select':
      return of(1) | of(2);
    case 'extend_u':
      return of(0);
    case 'trunc':
      return BigInt.asUintN(bits, of(0));
    case 'shl': {
      const amount = shiftAmount(node);
      return amount === undefined ? all : BigInt.asUintN(bits, of(0) << BigInt(amount));
    }
    case 'shr_u': {
      const amount = shiftAmount(node);
      return amount === undefined ? all : of(0) >> BigInt(amount);
    }
    default:
      return all;
  }
}
