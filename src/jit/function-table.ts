import type { CodePage, CodePages, InstalledCode } from './code-pages.ts';
import type { EntryCounts } from './entry-counts.ts';

/** The table through which translated functions are called: what is in its slots, and which are free. */
export class FunctionTable {
  readonly table = new WebAssembly.Table({ initial: 4096, element: 'anyfunc' });
  readonly #entries: EntryCounts;
  readonly #installed: (InstalledCode | undefined)[] = [];
  readonly #free: number[] = [];
  /** Slot 0 is no link. */
  #next = 1;
  /** Slots of code that was made ahead of time: theirs whether it is in use or not. */
  #reserved = { first: 0, end: 0 };

  constructor(entries: EntryCounts) {
    this.#entries = entries;
  }

  /** Slots that are free, at least. */
  get room(): number {
    return Math.max(this.#free.length, this.#entries.slots - this.#next);
  }

  /** A free slot; what will be in it is promoted after so many counted entries. */
  take(promotion: number): number {
    let slot = this.#free.pop();
    if (slot === undefined) {
      slot = this.#next++;
      if (slot === this.table.length) this.table.grow(this.table.length);
    }
    this.#entries.set(slot, promotion);
    return slot;
  }

  /** Slots in a row, the first of them; what was reserved before is free again. Undefined: there are not so many. */
  reserve(count: number, promotion: number): number | undefined {
    const before = this.#reserved;
    const fits = count <= before.end - before.first;
    const first = fits ? before.first : this.#next;
    if (first + count > this.#entries.slots) return undefined;
    this.#reserved = { first, end: first + count };
    for (let slot = before.first; slot < before.end; slot++) {
      if (slot < first || slot >= first + count) this.#release(slot);
      else this.table.set(slot, null);
    }
    this.#next = Math.max(this.#next, first + count);
    if (this.#next > this.table.length) this.table.grow(this.#next - this.table.length + (this.#next >> 1));
    this.#entries.setAll(first, first + count, promotion);
    return first;
  }

  /** A module has put the function of this code into its slot. */
  install(code: InstalledCode): void {
    this.#installed[code.slot] = code;
  }

  release({ slot }: InstalledCode): void {
    this.#installed[slot] = undefined;
    const { first, end } = this.#reserved;
    if (slot < first || slot >= end) this.#release(slot);
  }
  #release(slot: number): void {
    this.table.set(slot, null);
    this.#free.push(slot);
  }

  at(slot: number): InstalledCode | undefined {
    return this.#installed[slot];
  }

  /** The translated code that is entered at an offset of a page. */
  entered(pages: CodePages, page: CodePage, offset: number): InstalledCode | undefined {
    const link = pages.linkAt(page, offset);
    return link > 0 ? this.#installed[link] : undefined;
  }

  /** What is in a slot is promoted after so many counted entries from now on. */
  promoteAfter(slot: number, entries: number): void {
    this.#entries.set(slot, entries);
  }
}
