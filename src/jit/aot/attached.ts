import type { AotPlaces, CodePage, CodePages } from '../code-pages.ts';
import type { FunctionTable } from '../function-table.ts';
import { pageRuns, type AotIndex, type PageRun } from './image.ts';
import type { LayerExports } from './layer.ts';
import { buildLinks, type Links } from './links.ts';

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
  readonly pages: CodePages;
  readonly imports: WebAssembly.Imports;
  readonly width: 32 | 64;
  /** Slot of the first block. */
  readonly firstSlot: number;
  /** All memory, and the host page that the guest's page 0 is. */
  readonly memory: Uint8Array;
  readonly firstHostPage: number;
}

/** The blocks of a page in a layer, the layer's `index`th one: their numbers are `first` to `end` - 1. */
interface Run {
  readonly layer: number;
  readonly index: number;
  readonly first: number;
  readonly end: number;
}

/** An image in use by an engine: its blocks are put in place page by page, when a page is first run. */
export class AttachedImage {
  /** Pages that hold what they did when the image was made, and that do not. */
  matches = 0;
  mismatches = 0;
  readonly #options: AttachedOptions;
  readonly #links: Links;
  readonly #layers: readonly LayerExports[];
  readonly #runs = new Map<number, Run[]>();
  #isAttaching = false;

  constructor(options: AttachedOptions) {
    this.#options = options;
    const { loaded, imports, width, firstSlot } = options;
    const { index, modules } = loaded;
    const count = index.addresses.length;
    const links = new WebAssembly.Instance(new WebAssembly.Module(buildLinks(count, width)), imports);
    this.#links = links.exports as unknown as Links;
    const aot = {
      links: this.#links.links,
      firstSlot: new WebAssembly.Global({ value: 'i32', mutable: false }, firstSlot),
    };
    this.#layers = modules.map(
      (module) => new WebAssembly.Instance(module, { ...imports, aot }).exports as unknown as LayerExports,
    );
    let first = 0;
    index.counts.forEach((blocks, layer) => {
      this.#addRuns(layer, pageRuns(index.addresses, first, first + blocks));
      first += blocks;
    });
  }

  #addRuns(layer: number, runs: readonly PageRun[]): void {
    const { addresses } = this.#options.loaded.index;
    runs.forEach(({ first, count }, index) => {
      const page = Math.floor(addresses[first]! / PAGE);
      const run = { layer, index, first, end: first + count };
      const others = this.#runs.get(page);
      if (others === undefined) this.#runs.set(page, [run]);
      else others.push(run);
    });
  }

  /** Puts the blocks of a page that was not known before in place, if it holds what they were made from. */
  attach(page: CodePage): void {
    const { loaded, memory, firstHostPage, firstSlot, functions, pages } = this.#options;
    const number = page.hostPage - firstHostPage;
    const runs = this.#runs.get(number);
    const expected = loaded.index.pages.get(number);
    if (runs === undefined || expected === undefined) return;
    // Who stores to it from here on tells of that.
    pages.watch(page);
    if (!isEqual(memory, page.hostPage * PAGE, expected)) {
      this.mismatches++;
      return;
    }
    this.matches++;
    const { addresses } = loaded.index;
    page.aot = new Places(this.#links, loaded.index, runs, () => this.#isAttaching);
    this.#isAttaching = true;
    for (const { layer, index, first, end } of runs) {
      this.#layers[layer]!.install(index, firstSlot + first);
      for (let block = first; block < end; block++) {
        const code = {
          slot: firstSlot + block,
          page,
          offset: addresses[block]! % PAGE,
          companions: [],
          isRegion: false,
          isDropped: false,
        };
        functions.install(code);
        // Blocks of a page call each other directly: a change of any of it makes all of them useless.
        pages.install(code, [[page, 0, PAGE]]);
      }
    }
    this.#isAttaching = false;
  }
}

function isEqual(memory: Uint8Array, at: number, expected: Uint8Array): boolean {
  const here = new Int32Array(memory.buffer, at, PAGE / 4);
  const there = new Int32Array(expected.buffer, expected.byteOffset, PAGE / 4);
  for (let i = 0; i < there.length; i++) if (here[i] !== there[i]) return false;
  return true;
}

class Places implements AotPlaces {
  readonly #links: Links;
  readonly #index: AotIndex;
  readonly #runs: readonly Run[];
  readonly #isAttaching: () => boolean;

  constructor(links: Links, index: AotIndex, runs: readonly Run[], isAttaching: () => boolean) {
    this.#links = links;
    this.#index = index;
    this.#runs = runs;
    this.#isAttaching = isAttaching;
  }

  holds(offset: number): boolean {
    const { addresses, lengths } = this.#index;
    for (const { first, end } of this.#runs) {
      for (let block = first; block < end; block++) {
        const distance = offset - (addresses[block]! % PAGE);
        if (distance >= 0 && distance < lengths[block]!) return true;
      }
    }
    return false;
  }

  linked(offset: number, link: number): void {
    if (this.#isAttaching()) return;
    const block = this.#blockAt(offset);
    if (block < 0) return;
    if (link > 0) this.#links.set(block, link);
    else this.#links.cut(block);
  }

  cut(from: number, to: number): void {
    const { addresses } = this.#index;
    for (const { first, end } of this.#runs) {
      for (let block = first; block < end; block++) {
        const offset = addresses[block]! % PAGE;
        if (offset >= from && offset < to) this.#links.cut(block);
      }
    }
  }

  #blockAt(offset: number): number {
    const { addresses } = this.#index;
    for (const { first, end } of this.#runs) {
      for (let block = first; block < end; block++) if (addresses[block]! % PAGE === offset) return block;
    }
    return -1;
  }
}
