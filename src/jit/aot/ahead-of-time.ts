import type { Arena } from '../../mem/arena.ts';
import type { CodePage, CodePages } from '../code-pages.ts';
import type { EntryCounts } from '../entry-counts.ts';
import type { FunctionTable } from '../function-table.ts';
import type { StateLayout } from '../layout.ts';
import type { RecordLayout } from '../record.ts';
import type { Translator } from '../translator.ts';
import type { AccessWindow } from '../window.ts';
import { AttachedImage, type LoadedImage } from './attached.ts';
import type { AotIndex, MadeLayer, MadeRegions } from './image.ts';
import { buildLayer, type AotSource } from './layer.ts';
import { buildRegionLayer, type AotRegionSource, type AotRegionTarget } from './region-layer.ts';
import { RegionFinder, rootsOf } from './regions.ts';
import type { BlockSource } from '../tier1-emitter.ts';
import type { Guest } from '../../ir/guest.ts';
import type { InstalledCode } from '../code-pages.ts';
import type { Optimizations } from '../optimizations.ts';

const PAGE = 4096;
/** Counted entries of a block in a run from which on a region is made that begins with it. */
const LEAST_ENTRIES = 256;
/** A layer has more regions than such a share of those that there are. */
const SHARE = 1 / 8;

export interface AheadOfTimeOptions {
  readonly window: AccessWindow;
  readonly arena: Arena;
  /** Address of the CPU's state, and its word that says the translation mode. */
  readonly state: number;
  readonly mode: Int32Array;
  readonly layout: StateLayout;
  readonly records: RecordLayout;
  readonly imports: WebAssembly.Imports;
  readonly pages: CodePages;
  readonly functions: FunctionTable;
  readonly translator: Translator;
  readonly counts: EntryCounts;
  /** Counted entries of a block after which it becomes a region. */
  readonly promotion: number;
  readonly guest: Guest;
  readonly optimizations: Optimizations;
  /** Where the computed jump at a record was seen to go, by distance, and how often. */
  readonly seenAt: (record: number) => readonly (readonly [distance: number, count: number])[];
  /** The code page at a low half of an address, if it may be executed; made if it is not there. */
  readonly pageAt: (va: number) => CodePage | undefined;
}

/** What an engine does with code that is made ahead of time: it uses that of earlier runs, and makes some for later ones. */
export class AheadOfTime {
  readonly #options: AheadOfTimeOptions;
  #attached: AttachedImage | undefined;

  constructor(options: AheadOfTimeOptions) {
    this.#options = options;
  }

  /**
   * From now on code of an image is used where memory holds what it was made from. All pages must have been forgotten
   * since the last one was used. Undefined: none is.
   */
  use(loaded: LoadedImage | undefined): void {
    const { window, arena, counts, functions, promotion } = this.#options;
    this.#attached = undefined;
    const blocks = loaded?.index.addresses.length ?? 0;
    const regions = loaded?.index.regionBlocks.length ?? 0;
    // Half the slots are for what is made here.
    if (loaded === undefined || blocks === 0 || blocks + regions > counts.slots / 2) return;
    const firstSlot = functions.reserve(blocks + regions, promotion);
    if (firstSlot === undefined) return;
    this.#attached = new AttachedImage({
      ...this.#options,
      loaded,
      firstSlot,
      width: arena.width,
      memoryPages: arena.limit / 0x10000,
      pageAt: (number) => this.#options.pageAt(number * PAGE),
      memory: new Uint8Array(arena.memory.buffer),
      firstHostPage: window.base / PAGE,
    });
  }

  /** Code is dropped. */
  released(code: InstalledCode): void {
    this.#attached?.released(code);
  }

  /** A page is known that was not before. */
  attach(page: CodePage): void {
    this.#attached?.attach(page);
  }

  /** Pages that code of the image was put in place of, and that hold other bytes than when it was made. */
  get imagePages(): Readonly<Pick<AttachedImage, 'matches' | 'mismatches'>> {
    return this.#attached ?? { matches: 0, mismatches: 0 };
  }

  /** The record of the instruction at the low half of an address; 0 if there is none. */
  recordOf(va: number): number {
    const { window, pages, mode } = this.#options;
    const host = window.base + (va >>> 0);
    const page = pages.known(host, mode[0]!);
    return page === undefined ? 0 : pages.recordAt(page, host % PAGE);
  }

  /** Makes a layer of the blocks at addresses of the guest, in order, for an image. Those that cannot be made are left out. */
  makeLayer(addresses: readonly number[], image: AotIndex): MadeLayer | undefined {
    const { arena, state, counts } = this.#options;
    const sources: AotSource[] = [];
    for (const address of addresses) {
      const block = this.#lower(address);
      if (block !== undefined) sources.push({ address, block });
    }
    if (sources.length === 0) return undefined;
    const known = new Map(Array.from(image.addresses, (address, number) => [address, number]));
    const target = { ...this.#options, width: arena.width, counts: counts.address - state };
    const module = buildLayer(sources, image.addresses.length, known, target);
    return { module, blocks: sources.map(({ address, block: { length } }) => ({ address, length })) };
  }

  #lower(address: number): BlockSource | undefined {
    const { window, translator } = this.#options;
    const host = window.base + address;
    return translator.lower({ hostPage: Math.floor(host / PAGE), records: 0 }, host % PAGE);
  }

  /**
   * Makes a layer of regions for an image, of about so many instructions: those that begin where this engine came most
   * often, and `least` times. Undefined: it is not worth it any more.
   */
  makeRegions(image: AotIndex, instructions: number, least = LEAST_ENTRIES): MadeRegions | undefined {
    const { window, state, counts, translator } = this.#options;
    const firstHostPage = window.base / PAGE;
    const seenFrom = (host: number): ReturnType<AheadOfTimeOptions['seenAt']> => {
      const record = this.recordOf(host - window.base);
      return record === 0 ? [] : this.#options.seenAt(record);
    };
    const finder = new RegionFinder(image, { ...this.#options, firstHostPage, seenFrom });
    const done = new Set(image.regionBlocks);
    const entries = (block: number): number => this.#attached?.entriesOf(block) ?? 0;
    const roots = rootsOf(image, (address) => this.#lower(address)).filter(
      (block) => !done.has(block) && entries(block) >= least,
    );
    const sources: AotRegionSource[] = [];
    let room = instructions;
    for (const block of roots.toSorted((one, other) => entries(other) - entries(one))) {
      if (room <= 0) break;
      const source = finder.regionAt(block);
      if (source === undefined) continue;
      for (const node of source.region.nodes) room -= node.block!.count;
      sources.push(source);
    }
    if (sources.length <= done.size * SHARE) return undefined;
    sources.sort((one, other) => image.addresses[one.block]! - image.addresses[other.block]!);
    const numbers = new Map(Array.from(image.addresses, (address, number) => [address, number]));
    const target: AotRegionTarget = {
      translator,
      counts: counts.address - state,
      numberAt: (address) => numbers.get(address),
    };
    return { module: buildRegionLayer(sources, target), regions: sources };
  }
}
