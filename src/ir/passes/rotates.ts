import type { Node } from '../node.ts';
import { BITS } from '../types.ts';
import { isConstant, isSame, shiftAmount } from './match.ts';
import { forEach, type Pass, type Rule } from './pass.ts';
import type { Rewriter } from './rewriter.ts';

/** `x << n` joined with `x >> (width - n)`: no bit is in both, so or, xor and add do the same. */
const byConstant: Rule = (g, { type, args: [a, b] }) => {
  const [left, right] = a!.op === 'shl' ? [a!, b!] : [b!, a!];
  if (left.op !== 'shl' || right.op !== 'shr_u' || !isSame(left.args[0]!, right.args[0]!)) return undefined;
  const [up, down] = [shiftAmount(left), shiftAmount(right)];
  if (up === undefined || down === undefined || up + down !== BITS[type!]) return undefined;
  return g.rotl(left.args[0]!, g.const(type!, up));
};

/** Whether `b` is minus `a` modulo the width: 0 - a, or the width - a. */
function isOpposite(a: Node, b: Node): boolean {
  const [from, amount] = b.op === 'sub' ? b.args : [];
  if (from === undefined || !isSame(amount!, a)) return false;
  return isConstant(from, 0n) || isConstant(from, BigInt(BITS[b.type!]));
}

/** The same by amounts that are computed: with 0, both sides of an or are the value itself. */
function byAmount(g: Rewriter, { args: [a, b] }: Node): Node | undefined {
  const [left, right] = a!.op === 'shl' ? [a!, b!] : [b!, a!];
  if (left.op !== 'shl' || right.op !== 'shr_u' || !isSame(left.args[0]!, right.args[0]!)) return undefined;
  const [up, down] = [left.args[1]!, right.args[1]!];
  if (isOpposite(up, down)) return g.rotl(left.args[0]!, up);
  return isOpposite(down, up) ? g.rotr(left.args[0]!, down) : undefined;
}

const isWord = ({ type }: Node): boolean => type === 'i32' || type === 'i64';

export const rotates: Pass = {
  doc: 'two shifts that make a rotation become one',
  rules: {
    ...forEach(['add', 'xor'], (g, node) => (isWord(node) ? byConstant(g, node) : undefined)),
    or: (g, node) => (isWord(node) ? (byConstant(g, node) ?? byAmount(g, node)) : undefined),
  },
};
