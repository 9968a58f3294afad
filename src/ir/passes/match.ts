import type { Node } from '../node.ts';
import type { OpName } from '../ops.ts';
import { BITS } from '../types.ts';

/** The signed value of an integer constant. */
export function constantOf(node: Node): bigint | undefined {
  if (node.op !== 'const' || !node.type!.startsWith('i')) return undefined;
  return BigInt.asIntN(BITS[node.type!], BigInt(node.attributes.value!));
}

/** Whether constants may be made of its type. */
export const isInteger = ({ type }: Node): boolean =>
  type === 'i64' || type === 'i32' || type === 'i16' || type === 'i8';

export function isConstant(node: Node, value: bigint): boolean {
  return constantOf(node) === value;
}

/** By how much a shift or rotation moves, if that is known. */
export function shiftAmount(node: Node): number | undefined {
  const amount = node.args[1]!;
  if (amount.op !== 'const') return undefined;
  const { value } = amount.attributes;
  const bits = BITS[node.type!];
  return typeof value === 'number' && value >= 0 ? value % bits : Number(BigInt(value!) & BigInt(bits - 1));
}

/** The first argument of a node of that operation. */
export function argumentOf(node: Node, op: OpName): Node | undefined {
  return node.op === op ? node.args[0] : undefined;
}

/** Whether two nodes make the same value. Conversions are looked through: they are made anew for each use. */
export function isSame(a: Node, b: Node): boolean {
  if (a === b) return true;
  if (a.op !== b.op || a.type !== b.type) return false;
  if (a.op === 'const') return constantOf(a) !== undefined && constantOf(a) === constantOf(b);
  return (a.op === 'trunc' || a.op === 'extend_s' || a.op === 'extend_u') && isSame(a.args[0]!, b.args[0]!);
}
