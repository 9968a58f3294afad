import type { Node } from '../node.ts';
import type { OpName } from '../ops.ts';
import { BITS } from '../types.ts';
import { constantOf, isConstant } from './match.ts';
import { isTruth } from './known-bits.ts';
import type { Pass, Rule } from './pass.ts';
import type { Rewriter } from './rewriter.ts';

/** The comparison that holds when the one named does not, and whether its arguments change places. */
const OPPOSITES: { readonly [op in OpName]?: readonly [OpName, boolean] } = {
  eq: ['ne', false],
  ne: ['eq', false],
  lt_s: ['le_s', true],
  lt_u: ['le_u', true],
  le_s: ['lt_s', true],
  le_u: ['lt_u', true],
};

/** The opposite of a truth value, where that is a comparison, too. */
function opposite(g: Rewriter, { op, args: [a, b] }: Node): Node | undefined {
  const found = OPPOSITES[op];
  return found && g.emit(found[0], 'i32', found[1] ? [b!, a!] : [a!, b!]);
}

/** `(a - b) = 0`, `(a ^ b) = 0` and `(a + c) = d` compare what they are made of. */
const equality: Rule = (g, { op, args: [a, b] }) => {
  const value = constantOf(b!);
  if (value === undefined) return undefined;
  const [x, y] = a!.args;
  if (value === 0n && (a!.op === 'sub' || a!.op === 'xor')) return g.emit(op, 'i32', [x!, y!]);
  const added = a!.op === 'add' ? constantOf(y!) : undefined;
  if (added !== undefined) {
    return g.emit(op, 'i32', [x!, g.const(a!.type!, BigInt.asIntN(BITS[a!.type!], value - added))]);
  }
  // Of a truth value: itself, or the opposite.
  if ((value !== 0n && value !== 1n) || !isTruth(a!)) return undefined;
  return (op === 'ne') === (value === 0n) ? a : opposite(g, a!);
};

export const comparisons: Pass = {
  doc: 'comparisons of what comparisons, differences and sums gave compare the values themselves',
  rules: {
    eq: equality,
    ne: equality,
    lt_u: (g, { args: [a, b] }) => {
      if (isConstant(a!, 0n)) return g.ne(b!, a!);
      return isConstant(b!, 1n) ? g.eq(a!, g.const(b!.type!, 0)) : undefined;
    },
    le_u: (g, { args: [a, b] }) => {
      if (isConstant(b!, 0n)) return g.eq(a!, b!);
      return isConstant(a!, 1n) ? g.ne(b!, g.const(a!.type!, 0)) : undefined;
    },
    xor: (g, { args: [a, b] }) => (isConstant(b!, 1n) && isTruth(a!) ? opposite(g, a!) : undefined),
  },
};
