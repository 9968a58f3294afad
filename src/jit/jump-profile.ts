/** Most places that one computed jump is remembered to have gone to. */
const MOST_TARGETS = 256;
/** Surprises until a region is made anew, and how often it is. */
const SURPRISES = 64;
const MOST_REMAKES = 3;

interface Seen {
  /** How often, by distance in bytes from the jump. */
  readonly targets: Map<number, number>;
  surprises: number;
  remakes: number;
}

/**
 * Where computed jumps and indirect calls went, by the record of the jump instruction. Translated code
 * tells of one in so many, so that regions can be made with the cases of a switch in them.
 */
export class JumpProfile {
  readonly #seen = new Map<number, Seen>();

  note(record: number, distance: number): void {
    let seen = this.#seen.get(record);
    if (seen === undefined) this.#seen.set(record, (seen = { targets: new Map(), surprises: 0, remakes: 0 }));
    const { targets } = seen;
    const count = targets.get(distance);
    if (count !== undefined || targets.size < MOST_TARGETS) targets.set(distance, (count ?? 0) + 1);
  }

  /** A jump, just noted, went where its region did not expect it: whether that is reason to make it anew. */
  isSurprising(record: number): boolean {
    const seen = this.#seen.get(record)!;
    if (++seen.surprises < SURPRISES || seen.remakes === MOST_REMAKES) return false;
    seen.surprises = 0;
    seen.remakes++;
    return true;
  }

  /** The targets of the jump at a record, the most frequent first. */
  targets(record: number): [distance: number, count: number][] {
    return [...(this.#seen.get(record)?.targets ?? [])].toSorted(([, a], [, b]) => b - a);
  }

  /** Records stand for other code from now on. */
  clear(): void {
    this.#seen.clear();
  }
}
