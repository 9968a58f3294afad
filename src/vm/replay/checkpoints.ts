import type { MachineCore } from '../core.ts';
import { isEqual, PAGE } from '../state/pages.ts';
import { partsOf, type StateParts } from '../state/parts.ts';

/** A page's bytes; undefined: zeroes. Checkpoints share those that did not change between them. */
type Page = Uint8Array | undefined;

/** A machine as it was between two instructions. */
export interface Checkpoint {
  /** Instructions retired before it. */
  readonly count: number;
  /** The next event of the recording. */
  readonly next: number;
  /** Whether an instruction had just been retired; see TimedVcpu. */
  readonly isBetween: boolean;
  readonly sections: readonly Uint8Array[];
  /** Of each extent of memory. */
  readonly pages: readonly (readonly Page[])[];
}

/** Bytes of pages that are kept; and checkpoints. */
const MOST_BYTES = 2 ** 30;
const MOST = 64;

/** Checkpoints of a replay, by their instruction; the first one is its beginning. */
export class Checkpoints {
  readonly #parts: StateParts;
  readonly #written: (host: number, length: number) => void;
  #all: Checkpoint[] = [];

  /** `written`: called for what of the memory is another after `restore`. */
  constructor(core: MachineCore, written: (host: number, length: number) => void) {
    this.#parts = partsOf(core, []);
    this.#written = written;
  }

  /** The last one with at most so many instructions retired. */
  before(count: number): Checkpoint | undefined {
    return this.#all.findLast((checkpoint) => checkpoint.count <= count);
  }

  /** Keeps the machine as it is now. */
  save(at: Pick<Checkpoint, 'count' | 'next' | 'isBetween'>): void {
    const before = this.before(at.count);
    // Where it is already nothing is new.
    if (before?.count === at.count) return;
    const pages = this.#parts.memory.map(({ bytes }, extent) => pagesOf(bytes, before?.pages[extent]));
    const sections = this.#parts.sections.map(({ section }) => section.save());
    this.#all.splice(this.#all.indexOf(before!) + 1, 0, { ...at, pages, sections });
    while (this.#all.length > MOST || (this.#all.length > 2 && bytesOf(this.#all) > MOST_BYTES)) this.#thin();
  }

  /** Gives up the one whose neighbours are closest, but neither the first nor the last. */
  #thin(): void {
    let best = 1;
    let least = Infinity;
    for (let i = 1; i < this.#all.length - 1; i++) {
      const gap = this.#all[i + 1]!.count - this.#all[i - 1]!.count;
      if (gap < least) [best, least] = [i, gap];
    }
    this.#all.splice(best, 1);
  }

  /** Makes the machine what it was. What follows from its state has to be brought up to date. */
  restore({ pages, sections }: Checkpoint): void {
    for (const [extent, { bytes }] of this.#parts.memory.entries()) {
      for (const [i, page = ZEROES] of pages[extent]!.entries()) {
        const here = bytes.subarray(i * PAGE, (i + 1) * PAGE);
        const wanted = page.subarray(0, here.length);
        if (isEqual(here, wanted)) continue;
        here.set(wanted);
        this.#written(here.byteOffset, here.length);
      }
    }
    for (const [i, { section }] of this.#parts.sections.entries()) section.load(sections[i]!);
    for (const { section } of this.#parts.sections) section.loaded?.(0);
  }
}

const ZEROES = new Uint8Array(PAGE);

function pagesOf(bytes: Uint8Array, before: readonly Page[] | undefined): Page[] {
  return Array.from({ length: Math.ceil(bytes.length / PAGE) }, (_, i) => {
    const page = bytes.subarray(i * PAGE, (i + 1) * PAGE);
    const old = before?.[i];
    if (isEqual(page, (old ?? ZEROES).subarray(0, page.length))) return old;
    return isEqual(page, ZEROES.subarray(0, page.length)) ? undefined : page.slice();
  });
}

/** Of the pages, each counted once. */
function bytesOf(all: readonly Checkpoint[]): number {
  let bytes = 0;
  for (const [i, { pages }] of all.entries()) {
    const before = all[i - 1]?.pages;
    for (const [extent, each] of pages.entries()) {
      for (const [n, page] of each.entries()) if (page !== undefined && page !== before?.[extent]?.[n]) bytes += PAGE;
    }
  }
  return bytes;
}
