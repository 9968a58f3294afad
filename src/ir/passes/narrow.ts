import type { Node } from '../node.ts';
import type { OpName } from '../ops.ts';
import { constantOf } from './match.ts';
import { leadingZeros } from './known-bits.ts';
import { forEach, type Pass, type Rule } from './pass.ts';
import type { Rewriter } from './rewriter.ts';

/** The i32 that the i64 is the sign extension of. */
function signedWord(g: Rewriter, node: Node): Node | undefined {
  const [a] = node.args;
  if (node.op === 'extend_s' && a!.type === 'i32') return a;
  if (node.op === 'extend_u' && a!.type === 'i32' && leadingZeros(a!) > 0) return a;
  const value = constantOf(node);
  return value !== undefined && BigInt.asIntN(32, value) === value ? g.i32(Number(value)) : undefined;
}

/** The i32 that the i64 is the zero extension of. */
function unsignedWord(g: Rewriter, node: Node): Node | undefined {
  if (node.op === 'extend_u' && node.args[0]!.type === 'i32') return node.args[0];
  const value = constantOf(node);
  return value !== undefined && BigInt.asUintN(32, value) === value ? g.i32(Number(value) | 0) : undefined;
}

/** Both as words of the same kind; two constants are none. */
function words(g: Rewriter, a: Node, b: Node): { kind: 'extend_s' | 'extend_u'; a: Node; b: Node } | undefined {
  if (a.type !== 'i64' || a.op === 'const') return undefined;
  for (const [kind, wordOf] of [
    ['extend_s', signedWord],
    ['extend_u', unsignedWord],
  ] as const) {
    const x = wordOf(g, a);
    if (x === undefined) continue;
    const y = wordOf(g, b);
    if (y !== undefined) return { kind, a: x, b: y };
  }
  return undefined;
}

const bitwise: Rule = (g, { op, args: [a, b] }) => {
  const found = words(g, a!, b!);
  return found && g.emit(found.kind, 'i64', [g.emit(op, 'i32', [found.a, found.b])]);
};

/** Extension without sign keeps no sign to compare; extension with sign keeps both orders. */
const UNSIGNED: { readonly [op in OpName]?: OpName } = { lt_s: 'lt_u', le_s: 'le_u' };

const compare: Rule = (g, { op, args: [a, b] }) => {
  const found = a!.op === 'const' ? swapped(words(g, b!, a!)) : words(g, a!, b!);
  if (found === undefined) return undefined;
  return g.emit(found.kind === 'extend_u' ? (UNSIGNED[op] ?? op) : op, 'i32', [found.a, found.b]);
};

function swapped(found: ReturnType<typeof words>): ReturnType<typeof words> {
  return found && { ...found, a: found.b, b: found.a };
}

/** Extension is an operation of its own, which may turn out to be for nothing. */
const load: Rule = (g, { type, args, attributes }) => {
  const access = attributes.access!;
  if (type !== 'i64' || access.size > 4) return undefined;
  const word = g.emit('load', 'i32', args, { access: access.size === 4 ? { ...access, signed: false } : access });
  return access.signed ? g.extendS(word) : g.extendU(word);
};

/** Bitwise operations and comparisons of extended words are those of the words. */
export const narrow: Pass = {
  doc: '64-bit operations on words are done in 32 bits, so that what follows is seen to be about words',
  rules: {
    ...forEach(['and', 'or', 'xor'], bitwise),
    ...forEach(['eq', 'ne', 'lt_s', 'lt_u', 'le_s', 'le_u'], compare),
    load,
    select: (g, { args: [condition, a, b] }) => {
      const found = words(g, a!, b!);
      return found && g.emit(found.kind, 'i64', [g.select(condition!, found.a, found.b)]);
    },
  },
};
