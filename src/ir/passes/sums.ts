import type { Node } from '../node.ts';
import { BITS } from '../types.ts';
import { constantOf, shiftAmount } from './match.ts';
import { forEach, type Pass, type Rule } from './pass.ts';
import type { Rewriter } from './rewriter.ts';

const sum = (a: bigint, b: bigint): bigint => a + b;

/** Twice the same operation with constants is once that with both. */
const combine =
  (both: (a: bigint, b: bigint) => bigint): Rule =>
  (g, { op, type, args: [a, b] }) => {
    const outer = constantOf(b!);
    if (outer === undefined || a!.op !== op) return undefined;
    const inner = constantOf(a!.args[1]!);
    if (inner === undefined) return undefined;
    return g.emit(op, type, [a!.args[0]!, g.const(type!, BigInt.asIntN(BITS[type!], both(inner, outer)))]);
  };

/** Two shifts the same way; beyond the width nothing is left but copies of the sign. */
const shifts: Rule = (g: Rewriter, node: Node) => {
  const { op, type, args } = node;
  if (args[0]!.op !== op) return undefined;
  const [inner, outer] = [shiftAmount(args[0]!), shiftAmount(node)];
  if (inner === undefined || outer === undefined) return undefined;
  const bits = BITS[type!];
  if (inner + outer >= bits && op !== 'shr_s') return g.const(type!, 0);
  return g.emit(op, type, [args[0]!.args[0]!, g.const(type!, Math.min(bits - 1, inner + outer))]);
};

/** Constants that meet: addresses keep the register that they are counted from as their base. */
export const sums: Pass = {
  doc: 'constants added, masked or shifted by one after another are joined',
  rules: {
    add: combine(sum),
    and: combine((a, b) => a & b),
    or: combine((a, b) => a | b),
    xor: combine((a, b) => a ^ b),
    ...forEach(['shl', 'shr_u', 'shr_s'], shifts),
  },
};
