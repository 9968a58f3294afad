import type { Arena } from '../mem/arena.ts';

/** Most translated functions at a time, unless said otherwise. */
export const SLOTS = 2 ** 18;

/**
 * How often the function in each slot of the table is still to be entered until it is promoted, in
 * shared memory. Translated code counts down; what it has counted adds up to the transfers of control
 * that found translated code.
 */
export class EntryCounts {
  /** Where the counts of slots lie, 32 bits each. */
  readonly address: number;
  /** How many functions there may be at a time. */
  readonly slots: number;
  readonly #left: Int32Array;
  /** What each slot was set to. */
  readonly #set: Int32Array;
  /** Entries counted before slots were set anew; slots that were ever set. */
  readonly #sums: Float64Array;

  constructor(arena: Arena, slots = SLOTS) {
    const { buffer } = arena.memory;
    this.slots = slots;
    this.address = arena.allocate(slots * 4);
    this.#left = new Int32Array(buffer, this.address, slots);
    this.#set = new Int32Array(buffer, arena.allocate(slots * 4), slots);
    this.#sums = new Float64Array(buffer, arena.allocate(16), 2);
  }

  /** Entries of a slot until it is promoted. */
  set(slot: number, entries: number): void {
    this.#sums[0]! += this.counted(slot);
    this.#left[slot] = entries;
    this.#set[slot] = entries;
    this.#sums[1] = Math.max(this.#sums[1]!, slot + 1);
  }

  /** As `set`, of slots from `first` to `end` - 1. */
  setAll(first: number, end: number, entries: number): void {
    // Slots that were never set have counted nothing.
    for (let slot = first; slot < Math.min(end, this.#sums[1]!); slot++) this.#sums[0]! += this.counted(slot);
    this.#left.fill(entries, first, end);
    this.#set.fill(entries, first, end);
    this.#sums[1] = Math.max(this.#sums[1]!, end);
  }

  /** Entries of all slots so far; takes a microsecond for a thousand of them, on whichever thread. */
  total(): number {
    const [before, slots] = this.#sums as unknown as [number, number];
    let total = before;
    for (let slot = 0; slot < slots; slot++) total += this.counted(slot);
    return total;
  }

  /** Entries of a slot since it was set. Modulo 2^32: the count goes on below zero. */
  counted(slot: number): number {
    return (this.#set[slot]! - this.#left[slot]!) >>> 0;
  }
}
