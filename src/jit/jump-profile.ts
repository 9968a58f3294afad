/** Most places that one computed jump is remembered to have gone to. */
const MOST_TARGETS = 256;

/**
 * Where computed jumps and indirect calls went, by the record of the jump instruction. Tier 1 tells
 * of one in so many, so that regions can be made with the cases of a switch in them.
 */
export class JumpProfile {
  readonly #seen = new Map<number, Map<number, number>>();

  note(record: number, distance: number): void {
    let targets = this.#seen.get(record);
    if (targets === undefined) this.#seen.set(record, (targets = new Map()));
    const count = targets.get(distance);
    if (count !== undefined || targets.size < MOST_TARGETS) targets.set(distance, (count ?? 0) + 1);
  }

  /** The targets of the jump at a record, the most frequent first. */
  targets(record: number): [distance: number, count: number][] {
    return [...(this.#seen.get(record) ?? [])].toSorted(([, a], [, b]) => b - a);
  }

  /** Records stand for other code from now on. */
  clear(): void {
    this.#seen.clear();
  }
}
