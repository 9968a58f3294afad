const PAGE = 4096;
/** More than there are blocks: a place's key is its address times this, plus its number. */
const NUMBERS = 2 ** 16;

/** Words of a table for each block or region. */
export const PLACE_WORDS = 5;

/** Blocks that follow each other in one page. */
export interface PageRun {
  /** Number of the first. */
  readonly first: number;
  readonly count: number;
}

/** The blocks `from` to `to` - 1, whose addresses ascend, page by page: a layer has them in this order. */
export function pageRuns(addresses: ArrayLike<number>, from: number, to: number): PageRun[] {
  const pageOf = (block: number): number => Math.floor(addresses[block]! / PAGE);
  const runs: PageRun[] = [];
  for (let first = from, end = from; first < to; first = end) {
    while (end < to && pageOf(end) === pageOf(first)) end++;
    runs.push({ first, count: end - first });
  }
  return runs;
}

/**
 * Blocks or regions of an image by address, and where their functions are. To make it takes a while: its words are a part
 * of the image.
 */
export class PlaceTable {
  /** What it consists of: numbers by address, then of each number its address, layer, run and index. */
  readonly words: Uint32Array;
  readonly #count: number;

  constructor(words: Uint32Array) {
    this.words = words;
    this.#count = words.length / PLACE_WORDS;
  }

  /** By number. */
  get addresses(): Uint32Array {
    return this.words.subarray(this.#count, 2 * this.#count);
  }

  /** `addresses`: by number, of which no two are the same; `counts`: how many each layer has. */
  static of(addresses: ArrayLike<number>, counts: readonly number[]): PlaceTable {
    const count = addresses.length;
    const words = new Uint32Array(PLACE_WORDS * count);
    const keys = Float64Array.from(addresses, (address, number) => address * NUMBERS + number).sort();
    keys.forEach((key, at) => {
      words[at] = key % NUMBERS;
    });
    let from = 0;
    counts.forEach((ofLayer, layer) => {
      pageRuns(addresses, from, from + ofLayer).forEach(({ first, count: ofRun }, run) => {
        for (let index = 0; index < ofRun; index++) {
          const number = first + index;
          words[count + number] = addresses[number]!;
          words[2 * count + number] = layer;
          words[3 * count + number] = run;
          words[4 * count + number] = index;
        }
      });
      from += ofLayer;
    });
    return new PlaceTable(words);
  }

  /** Where the first address from `address` on is in the order, or the end of it. */
  #from(address: number): number {
    const { words } = this;
    const count = this.#count;
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (words[count + words[middle]!]! < address) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The number of what begins at an address; -1 if there is nothing. */
  find(address: number): number {
    const at = this.#from(address);
    const number = this.words[at]!;
    return at < this.#count && this.words[this.#count + number] === address ? number : -1;
  }

  /** The layer that has the function of a number; which run of a page it is in there, and its place in that. */
  layerOf(number: number): number {
    return this.words[2 * this.#count + number]!;
  }
  runOf(number: number): number {
    return this.words[3 * this.#count + number]!;
  }
  indexOf(number: number): number {
    return this.words[4 * this.#count + number]!;
  }

  /** Numbers of what begins in a page, in the order of their addresses. */
  in(page: number): Uint32Array {
    return this.words.subarray(this.#from(page * PAGE), this.#from((page + 1) * PAGE));
  }
}
