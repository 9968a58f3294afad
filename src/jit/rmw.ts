import type { RmwOp } from '../ir/node.ts';

/** What an atomic operation of `bits` bits stores, from the old value and its operand. */
export function rmw(op: RmwOp, bits: number, old: bigint, operand: bigint): bigint {
  const a = BigInt.asIntN(bits, old);
  const b = BigInt.asIntN(bits, operand);
  const isLess = (x: bigint, y: bigint): boolean =>
    op.endsWith('_u') ? BigInt.asUintN(bits, x) < BigInt.asUintN(bits, y) : x < y;
  switch (op) {
    case 'swap':
      return b;
    case 'add':
      return a + b;
    case 'and':
      return a & b;
    case 'or':
      return a | b;
    case 'xor':
      return a ^ b;
    case 'min_s':
    case 'min_u':
      return isLess(b, a) ? b : a;
    case 'max_s':
    case 'max_u':
      return isLess(a, b) ? b : a;
  }
}
