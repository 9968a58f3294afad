import type { Unit } from '../node.ts';
import type { OpName } from '../ops.ts';
import { dropUnused } from './dead-code.ts';
import type { Pass, Rule } from './pass.ts';
import { PASSES } from './passes.ts';
import { Rewriter, type RuleTable } from './rewriter.ts';

/** What is made of the passes that are switched on. */
interface Plan {
  readonly runs: readonly NonNullable<Pass['run']>[];
  readonly rules: RuleTable;
}

const plans = new WeakMap<ReadonlySet<string>, Plan>();

/**
 * A unit that does the same with less, by the passes whose names are in `enabled`. The one given is
 * left as it was.
 */
export function optimize(unit: Unit, enabled: ReadonlySet<string>): Unit {
  let plan = plans.get(enabled);
  if (plan === undefined) plans.set(enabled, (plan = planOf(enabled)));
  const made = new Rewriter(plan.rules).rewrite(unit);
  for (const run of plan.runs) run(made);
  dropUnused(made);
  return made;
}

function planOf(enabled: ReadonlySet<string>): Plan {
  const passes: readonly Pass[] = Object.entries(PASSES)
    .filter(([name]) => enabled.has(name))
    .map(([, pass]) => pass);
  const rules: { [op in OpName]?: Rule[] } = {};
  for (const pass of passes) {
    for (const [op, rule] of Object.entries(pass.rules ?? {}) as [OpName, Rule][]) {
      (rules[op] ??= []).push(rule);
    }
  }
  return { rules, runs: passes.flatMap(({ run }) => (run === undefined ? [] : [run])) };
}
