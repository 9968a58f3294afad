import { evaluatorOf } from '../evaluate.ts';
import type { Node } from '../node.ts';
import { definitionOf, OPS, type OpName } from '../ops.ts';
import { BITS } from '../types.ts';
import { constantOf, isConstant, isInteger, isSame, shiftAmount } from './match.ts';
import type { Pass, Rule, Rules } from './pass.ts';
import type { Rewriter } from './rewriter.ts';

/** What a rule may look for on the right only. */
const COMMUTATIVE = new Set<OpName>(['add', 'mul', 'and', 'or', 'xor', 'eq', 'ne']);

/** Operations whose result is known without knowing both arguments. */
const NEUTRAL: Rules = {
  add: (g, { args: [a, b] }) => {
    const value = constantOf(b!);
    if (value === 0n) return a;
    if (a!.op !== 'pc' || a!.attributes.operand !== undefined || value === undefined) return undefined;
    const address = BigInt(a!.attributes.value!) + value;
    return Number.isSafeInteger(Number(address)) ? g.emit('pc', a!.type, [], { value: Number(address) }) : undefined;
  },
  sub: (g, { type, args: [a, b] }) => {
    if (isSame(a!, b!)) return g.const(type!, 0);
    const value = constantOf(b!);
    return value === undefined ? undefined : g.emit('add', type, [a!, constant(g, b!, -value)]);
  },
  mul: (_g, { args: [a, b] }) => (isConstant(b!, 1n) ? a : isConstant(b!, 0n) ? b : undefined),
  and: (_g, { args: [a, b] }) => (isConstant(b!, -1n) || isSame(a!, b!) ? a : isConstant(b!, 0n) ? b : undefined),
  or: (_g, { args: [a, b] }) => (isConstant(b!, 0n) || isSame(a!, b!) ? a : isConstant(b!, -1n) ? b : undefined),
  xor: (g, { type, args: [a, b] }) => (isConstant(b!, 0n) ? a : isSame(a!, b!) ? g.const(type!, 0) : undefined),
  shl: unlessMoved,
  shr_u: unlessMoved,
  shr_s: unlessMoved,
  rotl: unlessMoved,
  rotr: unlessMoved,
  select: (_g, { args: [condition, a, b] }) => {
    if (isSame(a!, b!)) return a;
    const value = constantOf(condition!);
    return value === undefined ? undefined : value === 0n ? b : a;
  },
};

function unlessMoved(_g: Rewriter, node: Node): Node | undefined {
  return shiftAmount(node) === 0 ? node.args[0] : undefined;
}

const constant = (g: Rewriter, { type }: Node, value: bigint): Node =>
  g.const(type!, BigInt.asIntN(BITS[type!], value));

/** The value, if all arguments are constants; a division that has none is left alone. */
function evaluate(g: Rewriter, node: Node): Node | undefined {
  const { op, args } = node;
  if (!isInteger(node) || args.length === 0 || !args.every((argument) => constantOf(argument) !== undefined)) {
    return undefined;
  }
  const [a = 0n, b = 0n, c = 0n] = args.map((argument) => BigInt.asUintN(BITS[argument.type!], constantOf(argument)!));
  if (b === 0n && /^(div|rem)/.test(op)) return undefined;
  return constant(g, node, evaluatorOf(node)!(a, b, c));
}

function ruleOf(op: OpName): Rule {
  const neutral = NEUTRAL[op];
  const commutes = COMMUTATIVE.has(op);
  return (g, node) => {
    const folded = evaluate(g, node);
    if (folded !== undefined) return folded;
    const [a, b] = node.args;
    if (commutes && a!.op === 'const' && b!.op !== 'const') {
      return g.emit(op, node.type, [b!, a!], node.attributes);
    }
    return isInteger(node) || op === 'select' ? neutral?.(g, node) : undefined;
  };
}

const FOLDED = (Object.keys(OPS) as OpName[]).filter(
  (op) => definitionOf(op).effect === 'pure' && definitionOf(op).args.length > 0,
);

export const constants: Pass = {
  doc: 'constants are computed, and what they do not change is left out',
  rules: Object.fromEntries(FOLDED.map((op) => [op, ruleOf(op)])),
};
