import type { Access } from '../mem/cpu.ts';

/** Pages remembered for each kind of access, a power of two. */
const ENTRIES = 1024;
const KIND: Readonly<Record<Access, number>> = { fetch: 0, load: ENTRIES, store: 2 * ENTRIES };

/** Translations of addresses; each holds while the number that it was added with, a generation, is current. */
export class KnownPages {
  readonly #low = new Int32Array(3 * ENTRIES);
  readonly #high = new Int32Array(3 * ENTRIES);
  readonly #generation = new Float64Array(3 * ENTRIES).fill(-1);
  readonly #physical = new Float64Array(3 * ENTRIES);

  /** The physical page, or -1. Generations count from 0. */
  find(low: number, high: number, access: Access, generation: number): number {
    const page = low >>> 12;
    const at = KIND[access] + (page & (ENTRIES - 1));
    const isKnown =
      this.#low[at] === page && this.#high[at] === high && generation >= 0 && this.#generation[at] === generation;
    return isKnown ? this.#physical[at]! : -1;
  }

  add(low: number, high: number, access: Access, generation: number, physical: number): void {
    const page = low >>> 12;
    const at = KIND[access] + (page & (ENTRIES - 1));
    this.#low[at] = page;
    this.#high[at] = high;
    this.#generation[at] = generation;
    this.#physical[at] = physical;
  }
}
