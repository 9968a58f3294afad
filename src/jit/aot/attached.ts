import type { AotPlaces, CodePage, CodePages, InstalledCode } from '../code-pages.ts';
import type { EntryCounts } from '../entry-counts.ts';
import type { FunctionTable } from '../function-table.ts';
import type { StateLayout } from '../layout.ts';
import { pagesOfRegion, type AotIndex } from './image.ts';
import { buildLinks, type Links } from './links.ts';
import type { PlaceTable } from './place-table.ts';
import type { LayerExports } from './placing.ts';

const PAGE = 4096;
const NONE: readonly InstalledCode[] = [];

/** An image that can be used. */
export interface LoadedImage {
  readonly index: AotIndex;
  /** Makes the module of a layer; undefined: it cannot be used. */
  moduleOf(layer: number): WebAssembly.Module | undefined;
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

/** An image in use by an engine. Its code is put in place when control first comes there, if its page holds what it did. */
export class AttachedImage {
  /** Pages that hold what they did when the image was made, and that do not. */
  matches = 0;
  mismatches = 0;
  readonly #options: AttachedOptions;
  readonly #links: Links;
  readonly #imports: WebAssembly.Imports;
  /** Those that anything was to be placed of: a thread that does little needs few. null: it cannot be used. */
  readonly #layers: (LayerExports | null)[] = [];
  readonly #firstRegionSlot: number;
  #isPlacing = false;

  constructor(options: AttachedOptions) {
    this.#options = options;
    const { loaded, imports, layout, width, memoryPages, firstSlot } = options;
    const { index } = loaded;
    const links = new WebAssembly.Instance(new WebAssembly.Module(buildLinks(width, layout, memoryPages)), imports);
    this.#links = links.exports as unknown as Links;
    const aot = {
      links: this.#links.links,
      regions: this.#links.regions,
      firstSlot: new WebAssembly.Global({ value: 'i32', mutable: false }, firstSlot),
    };
    this.#imports = { ...imports, aot };
    this.#firstRegionSlot = firstSlot + index.addresses.length;
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

  /** The blocks that begin in a page, and the one that begins at an offset of it; -1 if there is none. */
  blocksIn(page: number): Uint32Array {
    return this.#options.loaded.index.blocks.in(page);
  }
  blockAt(page: number, offset: number): number {
    return this.#options.loaded.index.blocks.find(page * PAGE + offset);
  }
  /** Offset of a block in its page, and its bytes. */
  offsetOf(block: number): number {
    return this.#options.loaded.index.addresses[block]! % PAGE;
  }
  lengthOf(block: number): number {
    return this.#options.loaded.index.lengths[block]!;
  }

  /** Puts the code that begins with a block in place: a region if there is one, else the block; false if it cannot. */
  place(page: CodePage, block: number): boolean {
    const number = page.hostPage - this.#options.firstHostPage;
    if (this.#placeRegion(page, number, block)) return true;
    const { loaded, firstSlot } = this.#options;
    // Blocks of a page call each other directly: a change of any of it makes all of them useless.
    return this.#install(
      loaded.index.blocks,
      block,
      block,
      codeAt(page, this.offsetOf(block), firstSlot + block, false),
      [page],
    );
  }

  #placeRegion(page: CodePage, number: number, block: number): boolean {
    const { loaded, pageAt, firstHostPage } = this.#options;
    const region = loaded.index.regions.find(loaded.index.addresses[block]!);
    if (region < 0) return false;
    const from: CodePage[] = [];
    for (const one of pagesOfRegion(loaded.index, region)) {
      const known = one === number ? page : pageAt(one);
      if (known === undefined) return false;
      from.push(known);
      // Its code may be gone by now.
      if (known.aot?.isWhole !== true) return false;
    }
    // A page that was not known takes the place of another one, perhaps.
    if (!pagesOfRegion(loaded.index, region).every((one, i) => from[i]!.hostPage === firstHostPage + one)) return false;
    const code = codeAt(page, this.offsetOf(block), this.#firstRegionSlot + region, true);
    return this.#install(loaded.index.regions, region, block, code, from);
  }

  #install(table: PlaceTable, number: number, block: number, code: InstalledCode, from: readonly CodePage[]): boolean {
    const { functions, pages } = this.#options;
    const layer = this.#layer(table.layerOf(number));
    if (layer === null) return false;
    this.#isPlacing = true;
    layer.install(table.runOf(number), table.indexOf(number), block, code.slot);
    functions.install(code);
    pages.installWhole(code, from);
    this.#isPlacing = false;
    return true;
  }

  #layer(number: number): LayerExports | null {
    const known = this.#layers[number];
    if (known !== undefined) return known;
    const module = this.#options.loaded.moduleOf(number);
    const instance = module && new WebAssembly.Instance(module, this.#imports);
    const layer = instance === undefined ? null : (instance.exports as unknown as LayerExports);
    this.#layers[number] = layer;
    return layer;
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

const codeAt = (page: CodePage, offset: number, slot: number, isRegion: boolean): InstalledCode => ({
  slot,
  page,
  offset,
  companions: NONE,
  isRegion,
  isDropped: false,
});

/** An image's code of one page that holds what it did. */
class Places implements AotPlaces {
  isWhole = true;
  readonly #image: AttachedImage;
  readonly #page: CodePage;
  readonly #number: number;

  constructor(image: AttachedImage, page: CodePage, number: number) {
    this.#image = image;
    this.#page = page;
    this.#number = number;
  }

  place(offset: number): boolean {
    const block = this.isWhole ? this.#image.blockAt(this.#number, offset) : -1;
    return block >= 0 && this.#image.place(this.#page, block);
  }

  begins(offset: number): boolean {
    return this.#image.blockAt(this.#number, offset) >= 0;
  }

  holds(offset: number): boolean {
    return this.#image.blocksIn(this.#number).some((block) => {
      const distance = offset - this.#image.offsetOf(block);
      return distance >= 0 && distance < this.#image.lengthOf(block);
    });
  }

  linked(offset: number, link: number): void {
    const block = this.#image.blockAt(this.#number, offset);
    if (block >= 0) this.#image.linked(block, link);
  }

  cut(from: number, to: number): void {
    this.isWhole = false;
    for (const block of this.#image.blocksIn(this.#number)) {
      const offset = this.#image.offsetOf(block);
      if (offset >= from && offset < to) this.#image.linked(block, 0);
    }
  }
}
