import type { Parallel } from './shared.ts';
import type { AccessWindow } from './window.ts';
import type { Guest } from '../ir/guest.ts';
import { Builder, type Operand } from '../ir/builder.ts';
import { ModuleBuilder } from '../wasm/module.ts';
import { I32, I64 } from '../wasm/opcodes.ts';
import type { CodePage, CodePages } from './code-pages.ts';
import { hostFuses } from './fusion.ts';
import type { Optimizations } from './optimizations.ts';
import type { StateLayout } from './layout.ts';
import type { Cluster } from './region/discover.ts';
import { buildEntrance } from './region/entrance.ts';
import { RegionEmitter, type RegionSettings } from './region/region-emitter.ts';
import type { RecordLayout } from './record.ts';
import { addressType, importJavaScript, importRuntime, type CallTargets } from './runtime-imports.ts';
import { Tier1Emitter, type BlockSource } from './tier1-emitter.ts';

const PAGE = 4096;
/** Longest block, in guest instructions. */
export const BLOCK_LIMIT = 64;

export interface TranslatorOptions {
  readonly guest: Guest;
  readonly layout: StateLayout;
  readonly records: RecordLayout;
  readonly pages: CodePages;
  readonly width: 32 | 64;
  readonly memoryPages: number;
  /** Address of the entry counts of slots. */
  readonly counts: number;
  /** Address of the CPU's state. */
  readonly state: number;
  /** Address of the flags of host pages. */
  readonly pageFlags: number;
  /** See CallTargets. */
  readonly parallel: Parallel | undefined;
  readonly window: AccessWindow | undefined;
  /** Whether an address always means the same byte of the shared memory, and is stopped at by nobody. */
  readonly isFlat: boolean;
  readonly codeTlbEntries: number;
  readonly optimizations: Optimizations;
}

/** A block to be translated: where it begins. */
export interface HotBlock {
  readonly page: CodePage;
  readonly offset: number;
  /** Where the guest entered it; other virtual addresses may lead to it too. */
  readonly pc: bigint;
}

/** A batch of blocks as one module. */
export interface TranslatedBatch {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly blocks: readonly TranslatedBlock[];
}

export interface TranslatedBlock extends BlockSource, HotBlock {
  readonly slot: number;
  /** Where it goes on in other pages without asking which pages these are. */
  readonly targets: readonly (readonly [page: CodePage, offset: number])[];
}

/** A cluster to be translated, and by number the regions of it that are entered from outside, in which slots. */
export interface PlannedCluster {
  readonly cluster: Cluster;
  readonly entrances: ReadonlyMap<number, { readonly slot: number; readonly delta: number }>;
}

/** Tier 1: makes one module of many hot blocks, each its own function, without optimization across. */
export class Translator {
  readonly #options: TranslatorOptions;
  readonly #names: readonly (readonly string[])[];

  constructor(options: TranslatorOptions) {
    this.#options = options;
    this.#names = options.guest.instructions.map(({ operands }) => operands.map(({ name }) => name));
  }

  /**
   * The module puts each block into the slot that `slotFor` says. Blocks whose first instruction straddles
   * its page are left out.
   */
  translate(hot: readonly HotBlock[], slotFor: (block: HotBlock) => number): TranslatedBatch | undefined {
    const { layout, records, width } = this.#options;
    const builder = new ModuleBuilder();
    const imported = this.imports(builder);
    const blocks: TranslatedBlock[] = [];
    for (const each of hot) {
      const { page, offset, pc } = each;
      const block = this.lower(page, offset);
      if (block === undefined) continue;
      const reached: [CodePage, number][] = [];
      const source = { ...block, beyond: this.#beyond(page, reached) };
      const { locals, code } = new Tier1Emitter(source, layout, imported, width, records).block();
      const slot = slotFor(each);
      builder.element(slot, [builder.function(imported.blockType, locals, code)]);
      blocks.push({ ...block, page, pc, slot, targets: reached });
    }
    return blocks.length === 0 ? undefined : { bytes: builder.build(), blocks };
  }

  /**
   * Tier 2: makes one module of clusters, their regions in order before anything else. It puts their
   * entrances into their slots.
   */
  translateClusters(planned: readonly PlannedCluster[]): Uint8Array<ArrayBuffer> {
    const { layout, width } = this.#options;
    const builder = new ModuleBuilder();
    const targets = this.imports(builder);
    const firsts = planned.map(({ cluster }) => this.#regions(builder, targets, cluster));
    planned.forEach(({ cluster: { pages }, entrances }, i) => {
      const stamp = { base: builder.global(I64), generation: builder.global(I32) };
      const context = { builder, layout, targets, width, pages, stamp };
      for (const [region, { slot, delta }] of entrances) {
        builder.element(slot, [buildEntrance(context, firsts[i]! + region, slot, delta)]);
      }
    });
    return builder.build();
  }

  /** What all regions have in common, whenever they are made. */
  get regionSettings(): RegionSettings {
    const { guest, layout, width, pageFlags, optimizations } = this.#options;
    const files = new Set(Object.keys(guest.files));
    return { files, steady: new Set(guest.steady), parcel: guest.parcel, layout, width, pageFlags, optimizations };
  }

  /** Adds the functions of a cluster's regions; gives the index of the first. */
  #regions(builder: ModuleBuilder, targets: CallTargets, { regions, pages }: Cluster): number {
    const { state, pages: codePages } = this.#options;
    const settings = this.regionSettings;
    const first = builder.nextFunction;
    const functions = new Map(regions.map(({ start }, i) => [start, first + i]));
    const functionAt = (offset: number): number | undefined => functions.get(offset);
    const recordAt = (offset: number): number => {
      const delta = Math.floor(offset / PAGE);
      return codePages.recordAt(pages.get(delta)!, offset - delta * PAGE);
    };
    for (const region of regions) {
      const stayed = builder.global(I32);
      const emitter = new RegionEmitter({ ...settings, region, targets, recordAt, functionAt, stayed, state });
      const { locals, code } = emitter.function();
      builder.function(targets.regionType, locals, code);
    }
    return first;
  }

  /** Declares what all modules import. */
  imports(builder: ModuleBuilder): CallTargets {
    const { guest, width, memoryPages, counts, optimizations, parallel, window, codeTlbEntries } = this.#options;
    const imported = importJavaScript(builder, guest);
    const runtime = importRuntime(builder, width);
    builder.importMemory('env', 'memory', { pages: memoryPages, width });
    builder.importTable('env', 'table', 1);
    const address = addressType(width);
    return {
      ...imported,
      runtime,
      fuses: optimizations.has('fusion') && hostFuses(),
      counts,
      countsAreNear: false,
      parallel,
      window,
      codeTlbEntries,
      blockType: builder.type([address], [I32]),
      regionType: builder.type([address, I64, I32, I32], [I32, I64]),
    };
  }

  /** See BlockSource; notes what is reached so. In flat memory a page's neighbours are those of its addresses. */
  #beyond(page: CodePage, reached: [CodePage, number][]): BlockSource['beyond'] {
    const { isFlat, pages } = this.#options;
    if (!isFlat) return undefined;
    return (inPage) => {
      const target = pages.known(page.hostPage * PAGE + inPage, page.mode);
      if (target === undefined) return undefined;
      const offset = inPage & (PAGE - 1);
      reached.push([target, offset]);
      return pages.recordAt(target, offset);
    };
  }

  /**
   * Lowers the straight line that begins at `offset`: past branches forward, up to one backward. Undefined: its first
   * instruction does not end in the page.
   */
  lower(page: Pick<CodePage, 'hostPage' | 'records'>, offset: number): BlockSource | undefined {
    const { guest, pages } = this.#options;
    const builder = new Builder();
    let at = offset;
    let count = 0;
    while (count < BLOCK_LIMIT && at < PAGE) {
      const decoded = pages.instructionAt(page, at);
      if (decoded === undefined) break;
      const instruction = guest.instructions[decoded.instruction]!;
      const names = this.#names[decoded.instruction]!;
      const operands: Record<string, Operand> = {};
      for (let i = 0; i < names.length; i++) {
        const name = names[i]!;
        operands[name] = { name, value: decoded.operands[i]! };
      }
      builder.startInstruction(at - offset, decoded.length);
      at += decoded.length;
      count++;
      instruction.lower(builder, operands);
      const last = builder.unit.nodes.at(-1)!;
      if (instruction.endsBlock) break;
      if (last.op === 'branch' && (last.attributes.target as number) <= builder.offset) break;
    }
    if (count === 0) return undefined;
    return { unit: builder.unit, count, length: at - offset, offset, records: page.records };
  }
}
