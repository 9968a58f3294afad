import type { AotPlaces, CodePage, CodePages, InstalledCode } from '../code-pages.ts';
import type { EntryCounts } from '../entry-counts.ts';
import type { FunctionTable } from '../function-table.ts';
import type { StateLayout } from '../layout.ts';
import { pageRuns, pagesOfRegion, type AotIndex } from './image.ts';
import { buildLinks, type Links } from './links.ts';
import type { LayerExports } from './placing.ts';

const PAGE = 4096;

/** An image that can be used. */
export interface LoadedImage {
  readonly index: AotIndex;
  /** Of each layer. */
  readonly modules: readonly WebAssembly.Module[];
}

export interface AttachedOptions {
  readonly loaded: LoadedImage;
  readonly functions: FunctionTable;
  readonly counts: EntryCounts;
  readonly pages: CodePages;
  readonly imports: WebAssembly.Imports;
  readonly layout: StateLayout;
  readonly width: 32 | 64;
  /** Pages of the memory. */
  readonly memoryPages: number;
  /** The page of the guest, with code in place, if it may be executed. */
  readonly pageAt: (number: number) => CodePage | undefined;
  /** Slot of the first block; those of regions follow. */
  readonly firstSlot: number;
  /** All memory, and the host page that the guest's page 0 is. */
  readonly memory: Uint8Array;
  readonly firstHostPage: number;
}

/** Functions that a layer made from what begins in one page: with the numbers `first` to `end` - 1, they are in `run`. */
interface Run {
  readonly layer: LayerExports;
  readonly run: number;
  readonly first: number;
  readonly end: number;
}

/** Runs of all layers, by the number of the page. */
class Runs {
  readonly #ofPages = new Map<number, Run[]>();

  /** `addresses`: of blocks or regions by number; `counts`: how many each layer has. */
  constructor(addresses: ArrayLike<number>, counts: readonly number[], layers: readonly LayerExports[]) {
    let from = 0;
    counts.forEach((ofLayer, i) => {
      pageRuns(addresses, from, from + ofLayer).forEach(({ first, count }, run) => {
        const page = Math.floor(addresses[first]! / PAGE);
        const one = { layer: layers[i]!, run, first, end: first + count };
        const others = this.#ofPages.get(page);
        if (others === undefined) this.#ofPages.set(page, [one]);
        else others.push(one);
      });
      from += ofLayer;
    });
  }

  in(page: number): readonly Run[] {
    return this.#ofPages.get(page) ?? [];
  }
}

/** An image in use by an engine. Its code is put in place when control first comes there, if its page holds what it did. */
export class AttachedImage {
  /** Pages that hold what they did when the image was made, and that do not. */
  matches = 0;
  mismatches = 0;
  readonly #options: AttachedOptions;
  readonly #links: Links;
  readonly #blocks: Runs;
  readonly #regions: Runs;
  /** By number: where regions begin. */
  readonly #regionAddresses: Uint32Array;
  readonly #firstRegionSlot: number;
  #isPlacing = false;

  constructor(options: AttachedOptions) {
    this.#options = options;
    const { loaded, imports, layout, width, memoryPages, firstSlot } = options;
    const { index, modules } = loaded;
    const links = new WebAssembly.Instance(new WebAssembly.Module(buildLinks(width, layout, memoryPages)), imports);
    this.#links = links.exports as unknown as Links;
    const aot = {
      links: this.#links.links,
      regions: this.#links.regions,
      firstSlot: new WebAssembly.Global({ value: 'i32', mutable: false }, firstSlot),
    };
    const layers = modules.map(
      (module) => new WebAssembly.Instance(module, { ...imports, aot }).exports as unknown as LayerExports,
    );
    this.#firstRegionSlot = firstSlot + index.addresses.length;
    this.#regionAddresses = index.regionBlocks.map((block) => index.addresses[block]!);
    this.#blocks = new Runs(index.addresses, index.counts, layers);
    this.#regions = new Runs(this.#regionAddresses, index.regionCounts, layers);
  }

  /** A page is known that was not before: from now on its code may be put in place, if it holds what that was made from. */
  attach(page: CodePage): void {
    const { loaded, memory, firstHostPage, pages } = this.#options;
    const number = page.hostPage - firstHostPage;
    const expected = loaded.index.pages.get(number);
    if (expected === undefined) return;
    // Who stores to it from here on tells of that.
    pages.watch(page);
    if (!isEqual(memory, page.hostPage * PAGE, expected)) {
      this.mismatches++;
      return;
    }
    this.matches++;
    page.aot = new Places(this, page, number);
  }

  /** The blocks that begin in a page, in runs. */
  blocksIn(page: number): readonly Run[] {
    return this.#blocks.in(page);
  }
  /** Offset of a block in its page, and its bytes. */
  offsetOf(block: number): number {
    return this.#options.loaded.index.addresses[block]! % PAGE;
  }
  lengthOf(block: number): number {
    return this.#options.loaded.index.lengths[block]!;
  }

  /** Puts the code that begins with a block in place: a region if there is one, else the block. */
  place(page: CodePage, block: number): void {
    const number = page.hostPage - this.#options.firstHostPage;
    if (this.#placeRegion(page, number, block)) return;
    const run = numbered(this.#blocks.in(number), block);
    // Blocks of a page call each other directly: a change of any of it makes all of them useless.
    this.#install(run!, block, block, { slot: this.#options.firstSlot + block, page, isRegion: false }, [page]);
  }

  #placeRegion(page: CodePage, number: number, block: number): boolean {
    const { loaded, pageAt, firstHostPage } = this.#options;
    const address = loaded.index.addresses[block]!;
    for (const run of this.#regions.in(number)) {
      for (let region = run.first; region < run.end; region++) {
        if (this.#regionAddresses[region] !== address) continue;
        const numbers = [...pagesOfRegion(loaded.index, region)];
        const all = numbers.map((one) => (one === number ? page : pageAt(one)));
        // A page that was not known takes the place of another one, perhaps.
        if (!all.every((one, i) => one?.aot?.isWhole === true && one.hostPage === firstHostPage + numbers[i]!))
          continue;
        const code = { slot: this.#firstRegionSlot + region, page, isRegion: true };
        this.#install(run, region, block, code, all as CodePage[]);
        return true;
      }
    }
    return false;
  }

  #install(
    { layer, run, first }: Run,
    number: number,
    block: number,
    entered: Pick<InstalledCode, 'slot' | 'page' | 'isRegion'>,
    from: readonly CodePage[],
  ): void {
    const { functions, pages } = this.#options;
    const code = { ...entered, offset: this.offsetOf(block), companions: [], isDropped: false };
    this.#isPlacing = true;
    layer.install(run, number - first, block, code.slot);
    functions.install(code);
    pages.install(
      code,
      from.map((page) => [page, 0, PAGE]),
    );
    this.#isPlacing = false;
  }

  /** The link at a block leads to a slot now; below 1: nowhere. */
  linked(block: number, link: number): void {
    // Then the module has done that.
    if (this.#isPlacing) return;
    if (link > 0) this.#links.set(block, link);
    else this.#links.cut(block);
  }

  /** How often a block was entered from another page, backwards or by a computed jump. */
  entriesOf(block: number): number {
    return this.#options.counts.counted(this.#options.firstSlot + block);
  }

  /** Code is dropped: if it is a region of the image, nobody may call it any more. */
  released({ slot }: InstalledCode): void {
    const { regionBlocks } = this.#options.loaded.index;
    const block = regionBlocks[slot - this.#firstRegionSlot];
    if (block !== undefined) this.#links.cutRegion(block);
  }
}

function isEqual(memory: Uint8Array, at: number, expected: Uint8Array): boolean {
  const here = new Int32Array(memory.buffer, at, PAGE / 4);
  const there = new Int32Array(expected.buffer, expected.byteOffset, PAGE / 4);
  for (let i = 0; i < there.length; i++) if (here[i] !== there[i]) return false;
  return true;
}

/** The run that a number is in. */
function numbered(runs: readonly Run[], number: number): Run | undefined {
  return runs.find(({ first, end }) => first <= number && number < end);
}

/** An image's code of one page that holds what it did. */
class Places implements AotPlaces {
  isWhole = true;
  readonly #image: AttachedImage;
  readonly #page: CodePage;
  readonly #runs: readonly Run[];

  constructor(image: AttachedImage, page: CodePage, number: number) {
    this.#image = image;
    this.#page = page;
    this.#runs = image.blocksIn(number);
  }

  place(offset: number): boolean {
    const block = this.isWhole ? this.#blockAt(offset) : -1;
    if (block < 0) return false;
    this.#image.place(this.#page, block);
    return true;
  }

  begins(offset: number): boolean {
    return this.#blockAt(offset) >= 0;
  }

  holds(offset: number): boolean {
    for (const { first, end } of this.#runs) {
      for (let block = first; block < end; block++) {
        const distance = offset - this.#image.offsetOf(block);
        if (distance >= 0 && distance < this.#image.lengthOf(block)) return true;
      }
    }
    return false;
  }

  linked(offset: number, link: number): void {
    const block = this.#blockAt(offset);
    if (block >= 0) this.#image.linked(block, link);
  }

  cut(from: number, to: number): void {
    this.isWhole = false;
    for (const { first, end } of this.#runs) {
      for (let block = first; block < end; block++) {
        const offset = this.#image.offsetOf(block);
        if (offset >= from && offset < to) this.#image.linked(block, 0);
      }
    }
  }

  #blockAt(offset: number): number {
    for (const { first, end } of this.#runs) {
      for (let block = first; block < end; block++) if (this.#image.offsetOf(block) === offset) return block;
    }
    return -1;
  }
}
