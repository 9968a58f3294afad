import type { Arena } from '../../mem/arena.ts';
import type { CodePage, CodePages } from '../code-pages.ts';
import type { EntryCounts } from '../entry-counts.ts';
import type { FunctionTable } from '../function-table.ts';
import type { StateLayout } from '../layout.ts';
import type { RecordLayout } from '../record.ts';
import type { Translator } from '../translator.ts';
import type { AccessWindow } from '../window.ts';
import { AttachedImage, type LoadedImage } from './attached.ts';
import type { AotIndex, MadeLayer } from './image.ts';
import { buildLayer, type AotSource } from './layer.ts';

const PAGE = 4096;

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
    // Half the slots are for what is made here.
    if (loaded === undefined || blocks === 0 || blocks > counts.slots / 2) return;
    const firstSlot = functions.reserve(blocks, promotion);
    if (firstSlot === undefined) return;
    this.#attached = new AttachedImage({
      ...this.#options,
      loaded,
      firstSlot,
      width: arena.width,
      memory: new Uint8Array(arena.memory.buffer),
      firstHostPage: window.base / PAGE,
    });
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
    const { window, arena, state, translator, counts } = this.#options;
    const sources: AotSource[] = [];
    for (const address of addresses) {
      const host = window.base + address;
      const block = translator.lower({ hostPage: Math.floor(host / PAGE), records: 0 }, host % PAGE);
      if (block !== undefined) sources.push({ address, block });
    }
    if (sources.length === 0) return undefined;
    const known = new Map(Array.from(image.addresses, (address, number) => [address, number]));
    const target = { ...this.#options, width: arena.width, counts: counts.address - state };
    const module = buildLayer(sources, image.addresses.length, known, target);
    return { module, blocks: sources.map(({ address, block: { length } }) => ({ address, length })) };
  }
}
