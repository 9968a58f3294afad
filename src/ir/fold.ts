import type { Builder } from './builder.ts';
import type { Node } from './node.ts';
import type { OpName } from './ops.ts';

const ZERO_ON_THE_RIGHT = new Set<OpName>(['add', 'sub', 'or', 'xor', 'shl', 'shr_u', 'shr_s']);

/** What is free to fold while building: sums of small constants, and neutral zeros. */
export function foldBinary(g: Builder, op: OpName, a: Node, b: Node): Node | undefined {
  const x = constant(a);
  const y = constant(b);
  if (y === 0 && ZERO_ON_THE_RIGHT.has(op)) return a;
  if (x === 0 && (op === 'add' || op === 'or' || op === 'xor')) return b;
  if (op === 'add' && a.op === 'pc' && y !== undefined && a.attributes.operand === undefined) {
    return g.emit('pc', a.type, [], { value: (a.attributes.value as number) + y });
  }
  if (x !== undefined && y !== undefined && op === 'add' && a.type === 'i64') {
    const sum = x + y;
    if (Number.isSafeInteger(sum)) return g.const('i64', sum);
  }
  return undefined;
}

/** The value of a constant that is a small number, else undefined. */
function constant(node: Node): number | undefined {
  if (node.op !== 'const') return undefined;
  const value = node.attributes.value;
  return typeof value === 'number' ? value : undefined;
}
