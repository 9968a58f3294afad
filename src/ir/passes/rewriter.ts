import { Builder } from '../builder.ts';
import type { Attributes, Node, Unit } from '../node.ts';
import type { OpName } from '../ops.ts';
import type { Type } from '../types.ts';
import type { Rule } from './pass.ts';

/** The rules to try on each operation, in order. */
export type RuleTable = { readonly [op in OpName]?: readonly Rule[] };

/** Makes a unit anew: an operation that a rule knows better is not made at all. */
export class Rewriter extends Builder {
  readonly #rules: RuleTable;

  constructor(rules: RuleTable) {
    super();
    this.#rules = rules;
  }

  /** A unit without the operations that the rules replace. What is unused then is still in it. */
  rewrite(unit: Unit): Unit {
    const made: Node[] = [];
    for (const { id, op, type, args, attributes } of unit.nodes) {
      made[id] = this.emit(
        op,
        type,
        args.map((argument) => made[argument.id]!),
        attributes,
      );
    }
    return this.unit;
  }

  override emit(op: OpName, type: Type | undefined, args: readonly Node[], attributes: Attributes = {}): Node {
    const node: Node = { id: -1, op, type, args, attributes, uses: 0 };
    const rules = this.#rules[op];
    if (rules !== undefined) {
      for (const rule of rules) {
        const better = rule(this, node);
        if (better) return better;
      }
    }
    return this.append(node);
  }
}
