import type { Guest } from '../ir/guest.ts';
import { SoftFloat } from '../ir/softfloat/index.ts';
import type { AddressSpace } from '../mem/address-space.ts';
import type { Arena } from '../mem/arena.ts';
import { CONTINUE, RAISED, type GuestCpu } from '../mem/cpu.ts';
import type { Fields, Struct } from '../mem/struct.ts';
import type { SoftTlb } from '../mem/tlb.ts';
import { CodePages } from './code-pages.ts';
import { StateLayout } from './layout.ts';
import { RECORD_LINK, RecordLayout } from './record.ts';
import { buildRuntime } from './runtime.ts';
import { RUNTIME_FUNCTIONS } from './runtime-imports.ts';

import { SlowMemory } from './slow-memory.ts';
import { Translator, type HotBlock } from './translator.ts';
import { JitCounters } from './counters.ts';

const PAGE = 4096;

/** When blocks are translated. */
interface Policy {
  /** Entries, a power of two, after which a block joins the next batch. */
  readonly period: number;
  /** Blocks that make a batch at once. */
  readonly batch: number;
  /** Entries of one block after which the batch is not waited for. */
  readonly urgent: number;
}
const POLICIES: Readonly<Record<Tiers, Policy>> = {
  auto: { period: 64, batch: 128, urgent: 512 },
  tier0: { period: 2 ** 30, batch: Infinity, urgent: Infinity },
  tier1: { period: 1, batch: 1, urgent: 1 },
};
const CODE_PAGES = 3072;

/** Which tiers run: `tier0` never translates, `tier1` translates what is entered the first time. */
export type Tiers = 'auto' | 'tier0' | 'tier1';

export interface EngineOptions {
  readonly arena: Arena;
  readonly guest: Guest;
  readonly cpu: GuestCpu;
  /** Layout and address of the CPU's state. */
  readonly stateStruct: Struct<Fields>;
  readonly state: number;
  readonly space: AddressSpace;
  readonly tlb: SoftTlb;
  readonly pageFlags: Uint8Array;
  readonly tiers?: Tiers;
  readonly counters?: JitCounters;
  /** Pages of predecoded code to keep. */
  readonly codePages?: number;
}

/** Runs a virtual CPU by translation, on the thread that made it. */
export class Engine {
  readonly counters: JitCounters;
  readonly codePages: CodePages;
  readonly slowMemory: SlowMemory;
  readonly #options: EngineOptions;
  readonly #layout: StateLayout;
  readonly #translator: Translator;
  readonly #table = new WebAssembly.Table({ initial: 4096, element: 'anyfunc' });
  readonly #freeSlots: number[] = [];
  #nextSlot = 1;
  readonly #words: Int32Array;
  readonly #view: DataView;
  readonly #imports: WebAssembly.Imports;
  readonly #run: (cpu: number | bigint) => void;
  readonly #cpuAddress: number | bigint;
  #queue: HotBlock[] = [];
  readonly #queued = new Set<number>();
  readonly #policy: Policy;
  #resets = 0;

  constructor(options: EngineOptions) {
    this.#options = options;
    const { arena, guest, cpu, stateStruct, state, space, tlb, pageFlags } = options;
    const { memory, width, limit } = arena;
    this.counters = options.counters ?? new JitCounters(arena);
    this.#layout = new StateLayout(stateStruct);
    const layout = this.#layout;
    const records = new RecordLayout(guest);
    const granules = arena.allocate((limit / PAGE) * 8);
    this.#words = new Int32Array(memory.buffer, state, stateStruct.size / 4);
    this.#view = new DataView(memory.buffer);
    this.codePages = new CodePages({
      arena, guest, layout: records, capacity: options.codePages ?? CODE_PAGES, pageFlags, granules, tlb,
      release: (slot) => {
        this.#table.set(slot, null);
        this.#freeSlots.push(slot);
      },
    });
    this.slowMemory = new SlowMemory({
      memory, cpu, state, layout, space, tlb, codePages: this.codePages, pageFlags,
    });
    const memoryPages = limit / 0x10000;
    this.#translator = new Translator({
      guest, layout, records, pages: this.codePages, width, memoryPages,
    });
    this.#policy = POLICIES[options.tiers ?? 'auto'];

    const soft = new SoftFloat(new Int32Array(memory.buffer, state + layout.offset('fpWindow'), 8));
    const flags = layout.offset('fflags') / 4;
    const js = {
      memory: this.slowMemory.access,
      fp: (code: number, mode: number): number => {
        this.#words[flags]! |= soft.op(code, mode);
        return 0;
      },
      fetch: () => this.#fetch(),
      decode: (record: number) => this.#decode(record >>> 0),
      straddle: (record: number) => this.#straddle(record >>> 0),
      hot: (record: number) => this.#hot(record >>> 0),
    };
    const helper = Object.fromEntries(guest.helpers.map(({ name }) => [name, cpu.helpers[name]!]));
    const env = { memory, table: this.#table };
    const bytes = buildRuntime({
      guest, layout, records, width, pages: memoryPages, granules, hotPeriod: this.#policy.period,
    });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { js, helper, env });
    const runtime = Object.fromEntries(
      RUNTIME_FUNCTIONS.map((name) => [name, instance.exports[name] as WebAssembly.ExportValue]),
    );
    this.#imports = { js, helper, env, runtime };
    this.#run = instance.exports['run'] as (cpu: number | bigint) => void;
    this.#cpuAddress = width === 64 ? BigInt(state) : state;
  }

  /** Runs until the exit word is set or `instructions` (at most 2^30) are retired; returns how many were. */
  run(instructions: number): number {
    const layout = this.#layout;
    const words = this.#words;
    const granted = layout.offset('granted') / 4;
    const remaining = layout.offset('remaining') / 4;
    words[granted] = instructions;
    words[remaining] = instructions;
    this.#run(this.#cpuAddress);
    const retired = words[granted]! - words[remaining]!;
    const total = layout.offset('retired') / 4;
    const low = (words[total]! >>> 0) + retired;
    words[total] = low;
    if (low > 0xffffffff) words[total + 1]!++;
    words[granted] = 0;
    words[remaining] = 0;
    return retired;
  }

  /** Bytes of the shared memory were written by DMA or a loader. */
  written(host: number, length: number): void {
    this.codePages.written(host, length);
  }

  #fetch(): number {
    const words = this.#words;
    const pc = this.#layout.offset('pc') / 4;
    return this.#fetchPage(words[pc]!, words[pc + 1]!)?.records ?? 0;
  }

  /** The records of the page that a virtual address is in; undefined if an exception was raised. */
  #fetchPage(low: number, high: number): ReturnType<CodePages['find']> | undefined {
    const { cpu, space, tlb } = this.#options;
    this.counters.codeTlbMisses++;
    if (!cpu.translate(low, high, 'fetch')) return undefined;
    const { physical, pageSize, isUniform } = cpu.translation;
    const host = space.codeOffset(physical);
    if (host < 0) {
      cpu.raiseAccess(low, high, 'fetch');
      return undefined;
    }
    const page = this.codePages.find(host, this.#words[this.#layout.offset('mode') / 4]!);
    if (isUniform) tlb.fillCode(low, high, page.records, pageSize);
    return page;
  }

  #decode(record: number): number {
    this.counters.decoded();
    this.codePages.decode(record);
    return CONTINUE;
  }

  #straddle(record: number): number {
    const words = this.#words;
    const pc = this.#layout.offset('pc') / 4;
    const resets = this.codePages.resets;
    const low = ((words[pc]! & ~0xfff) + PAGE) | 0;
    const page = this.#fetchPage(low, low === 0 ? words[pc + 1]! + 1 : words[pc + 1]!);
    // After a reset the record is gone: look it up again.
    if (page === undefined || this.codePages.resets !== resets) return RAISED;
    this.codePages.join(record, page);
    return CONTINUE;
  }

  #hot(record: number): number {
    const { codePages } = this;
    if (this.#resets !== codePages.resets) this.#forgetQueue();
    const page = codePages.pageOf(record);
    if (page === undefined || codePages.isCold(page)) return 0;
    if (!this.#queued.has(record)) {
      this.#queued.add(record);
      this.#queue.push({ page, offset: codePages.offsetOf(page, record) });
    }
    const link = record + RECORD_LINK;
    const entered = -this.#view.getInt32(link, true);
    if (this.#queue.length >= this.#policy.batch || entered >= this.#policy.urgent) this.#translate();
    return this.#view.getInt32(link, true) > 0 ? 1 : 0;
  }

  /** Queued blocks are of pages that no longer exist. */
  #forgetQueue(): void {
    this.#resets = this.codePages.resets;
    this.#queue = [];
    this.#queued.clear();
  }

  #translate(): void {
    const start = performance.now();
    const queue = this.#queue;
    this.#queue = [];
    this.#queued.clear();
    const batch = this.#translator.translate(queue);
    if (batch === undefined) return;
    const module = new WebAssembly.Module(batch.bytes);
    const instance = new WebAssembly.Instance(module, this.#imports);
    batch.blocks.forEach((block, i) => {
      const slot = this.#takeSlot();
      this.#table.set(slot, instance.exports[`b${i}`] as () => void);
      const page = this.codePages.pageOf(block.records)!;
      this.codePages.install(page, {
        start: block.offset, end: block.offset + block.length, slot,
      });
    });
    this.counters.batch(batch.blocks.length, batch.bytes.length, performance.now() - start);
  }

  #takeSlot(): number {
    const free = this.#freeSlots.pop();
    if (free !== undefined) return free;
    if (this.#nextSlot === this.#table.length) this.#table.grow(this.#table.length);
    return this.#nextSlot++;
  }
}
