import type { Node, Unit } from '../node.ts';
import type { OpName } from '../ops.ts';
import type { Rewriter } from './rewriter.ts';

/**
 * Another way to say an operation, built by `g`, or undefined. The operation's arguments are those of
 * the new unit; it is not part of it yet. What a rule gives must be closer to a normal form than what
 * it was given: it is tried by all rules again.
 */
export type Rule = (g: Rewriter, node: Node) => Node | undefined | void;

/** Rules by the operation that they are tried on. */
export type Rules = { readonly [op in OpName]?: Rule };

/**
 * One optimization of units. Either rules, which are tried on each operation while the unit is made
 * anew, together with those of other passes; or a function that looks at the whole unit.
 */
export interface Pass {
  readonly doc: string;
  readonly rules?: Rules;
  /** Comes after the rules, and changes the unit; whatever it leaves unused is dropped afterwards. */
  readonly run?: (unit: Unit) => void;
}

/** The same rule for several operations. */
export function forEach(ops: readonly OpName[], rule: Rule): Rules {
  return Object.fromEntries(ops.map((op) => [op, rule]));
}
