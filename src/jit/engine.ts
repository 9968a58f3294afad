import type { Guest } from '../ir/guest.ts';
import { SoftFloat } from '../ir/softfloat/index.ts';
import type { AddressSpace } from '../mem/address-space.ts';
import type { Arena } from '../mem/arena.ts';
import type { CpuClaims } from '../mem/code-claims.ts';
import { CONTINUE, EXIT_DEBUG, EXIT_REQUEST, RAISED, type GuestCpu } from '../mem/cpu.ts';
import type { DebugPoints } from '../mem/debug-points.ts';
import { silentLog } from '../mem/guest-log.ts';
import type { MachineLog } from '../mem/machine-log.ts';
import type { Fields, Struct } from '../mem/struct.ts';
import type { SoftTlb } from '../mem/tlb.ts';
import { AheadOfTime } from './aot/ahead-of-time.ts';
import { BlockLengths } from './block-length.ts';
import { CodePages, type CodePage } from './code-pages.ts';
import type { CodeRoom } from './code-room.ts';
import { Clusters, type FoundCluster } from './clusters.ts';
import { FunctionTable } from './function-table.ts';
import { LiveCode } from './live-code.ts';
import { optimizationsWithout, type Optimizations } from './optimizations.ts';
import { Pace } from './pace.ts';
import { POLICIES, type Policy, type Tiers } from './policy.ts';
import type { Region } from './region/discover.ts';
import type { JumpCache } from './jump-cache.ts';
import { StateLayout } from './layout.ts';
import type { Decode } from './decode.ts';
import { DECODE_TABLES_BYTES, DecodeTables } from './decode-tables.ts';
import { LONE, RECORD_LINK, RecordLayout } from './record.ts';
import { BUDGET_SLACK } from './interpreter.ts';
import { buildExact, buildRuntime, type RuntimeContext } from './runtime.ts';
import { hostFuses } from './fusion.ts';
import { RUNTIME_FUNCTIONS } from './runtime-imports.ts';

import { SlowMemory } from './slow-memory.ts';
import { TranslationLog, type LoggedCode, type LoggedFunction } from './translation-log.ts';
import { Translator, type HotBlock, type TranslatedBlock } from './translator.ts';
import type { Parallel } from './shared.ts';
import type { AccessWindow } from './window.ts';
import { Storm, type Exposed, type Stress } from './stress.ts';
import { JitCounters } from './counters.ts';

const PAGE = 4096;

const CODE_PAGES = 1280;

export interface EngineOptions {
  readonly arena: Arena;
  readonly guest: Guest;
  readonly cpu: GuestCpu;
  /** Layout and address of the CPU's state. */
  readonly stateStruct: Struct<Fields>;
  readonly state: number;
  readonly space: AddressSpace;
  readonly tlb: SoftTlb;
  /** See GuestMemory. */
  readonly pageFlags: Uint8Array;
  readonly granules: number;
  readonly claims: CpuClaims;
  /** Other CPUs run at the same time, on other threads. */
  readonly parallel?: Parallel | undefined;
  /** All memory, where it is a program's. */
  readonly window?: AccessWindow | undefined;
  /**
   * Where computed jumps went. Only with a window and a TLB of one context; at the same distance from the CPU's state as
   * that of the engine whose `runtime` it is.
   */
  readonly jumps?: JumpCache | undefined;
  /** Where a debugger wants the CPU to stop. */
  readonly points?: DebugPoints | undefined;
  /**
   * What a load from a device asks for has effect before the next instruction, as with stores, and not at the
   * next look at the exit word: the CPU is left before it with EXIT_DEVICE, for `single` to execute it. So
   * interrupts come at the same instruction in every tier.
   */
  readonly loadsDevicesAlone?: boolean;
  readonly tiers?: Tiers;
  /** What is done for speed; everything if left out. */
  readonly optimizations?: Optimizations;
  readonly counters?: JitCounters;
  /** Milliseconds that this thread has worked: translation is paced by what it costs, not by who else is at work. */
  readonly worked?: () => number;
  readonly log?: MachineLog;
  /** What tests do to it. */
  readonly stress?: Stress | undefined;
  /**
   * `runtime` of another engine of the same memory, guest and settings. Counters must lie as far from the CPU's state
   * as there, and behind it.
   */
  readonly runtime?: WebAssembly.Module | undefined;
  /** Makes the module of the runtime, if it is not given, of the bytes that `build` gives. */
  readonly makeRuntime?: ((build: () => Uint8Array<ArrayBuffer>) => WebAssembly.Module) | undefined;
  /** The engine's `runtime` is for others, too. */
  readonly sharesRuntime?: boolean;
  /** Told of blocks that are worth being made ahead of time, by where they lie in memory. */
  readonly noted?: ((host: number) => void) | undefined;
  /** Address of DECODE_TABLES_BYTES that engines of one memory and guest share, zeros at first; left out: it has its own. */
  readonly decodeTables?: number;
  /** Pages of predecoded code to keep, and where. */
  readonly codePages?: number;
  readonly codeRoom?: CodeRoom;
}

/**
 * Most instructions that are retired once the exit word is set before run() returns, in tiers 0 and 1:
 * the word is looked at wherever control goes backwards or to another page, and there are no more
 * instructions than bytes in a page. What a helper announces itself, by an instruction that ends its
 * block, takes effect at once.
 */
export const INTERRUPT_BOUND = PAGE;

/** Code that runs a CPU, whose state is at the address. What it gives does not matter here. */
type RunCode = (cpu: number | bigint) => number;

/** Fields of the CPU's state that are looked at here again and again. */
const LOOKED_AT = [
  ...(['pc', 'mode', 'exit', 'granted', 'remaining', 'retired'] as const),
  ...(['callDepth', 'interpreted', 'inRegions', 'rounds'] as const),
];

type LookedAt = Readonly<Record<(typeof LOOKED_AT)[number], number>>;

/** Runs a virtual CPU by translation, on the thread that made it. */
export class Engine {
  readonly counters: JitCounters;
  readonly #optimizations: Optimizations;
  readonly codePages: CodePages;
  /** The run loop, tier 0 and what all code leans on. */
  readonly runtime: WebAssembly.Module;
  readonly slowMemory: SlowMemory;
  /** Code that is made ahead of time; only where memory is a program's. */
  readonly ahead: AheadOfTime | undefined;
  readonly #options: EngineOptions;
  readonly #layout: StateLayout;
  /** Where they are, as words of the state. */
  readonly #at: LookedAt;
  readonly #translator: Translator;
  readonly #functions: FunctionTable;
  readonly #clusters: Clusters;
  readonly #words: Int32Array;
  readonly #view: DataView;
  readonly #imports: WebAssembly.Imports;
  /** The run loop, and the two interpreters that it enters. */
  readonly #run: RunCode;
  readonly #fast: RunCode;
  readonly #runtimeContext: RuntimeContext;
  #madeExact: RunCode | undefined;
  readonly #lengths: BlockLengths;
  readonly #cpuAddress: number | bigint;
  /** Blocks for the next batch, by the address of their record. */
  readonly #queue = new Map<number, HotBlock>();
  readonly #policy: Policy;
  readonly #log: TranslationLog;
  readonly #storm: Storm | undefined;
  readonly #exposed: Exposed;
  readonly #live: LiveCode;
  /** How many blocks are translated at once. */
  readonly #pace = new Pace();
  readonly #worked: () => number;
  #resets = 0;
  #softFloats = 0;

  constructor(options: EngineOptions) {
    this.#options = options;
    const { arena, guest, cpu, stateStruct, state, space, tlb, pageFlags } = options;
    const { memory, width, limit } = arena;
    this.counters = options.counters ?? new JitCounters(arena);
    this.#worked = options.worked ?? ((): number => performance.now());
    this.#layout = new StateLayout(stateStruct);
    this.#at = Object.fromEntries(LOOKED_AT.map((name) => [name, this.#layout.offset(name) / 4])) as LookedAt;
    const layout = this.#layout;
    const records = new RecordLayout(guest);
    const { granules, claims, parallel, window, jumps } = options;
    this.#words = new Int32Array(memory.buffer, state, stateStruct.size / 4);
    this.#view = new DataView(memory.buffer);
    this.codePages = new CodePages({
      arena,
      guest,
      layout: records,
      capacity: options.codePages ?? CODE_PAGES,
      room: options.codeRoom,
      pageFlags,
      granules,
      claims,
      isParallel: parallel !== undefined,
      tlb,
      made: (page) => this.ahead?.attach(page),
      unlinked: jumps && window && ((first, end) => jumps.drop(first - window.base, end - window.base)),
      release: (code) => {
        this.#functions.release(code);
        this.#live.remove(code);
        this.ahead?.released(code);
      },
    });
    if (jumps !== undefined) this.#clearWithTlb(jumps);
    this.slowMemory = new SlowMemory({
      memory,
      cpu,
      state,
      layout,
      space,
      tlb,
      codePages: this.codePages,
      pageFlags,
      points: options.points,
      loadsDevicesAlone: options.loadsDevicesAlone,
      usesSegment: window === undefined,
    });
    this.#functions = new FunctionTable(this.counters.entries);
    const counts = this.counters.entries.address;
    const memoryPages = limit / 0x10000;
    this.#optimizations = options.optimizations ?? optimizationsWithout([]);
    this.#translator = new Translator({
      guest,
      optimizations: this.#optimizations,
      layout,
      records,
      pages: this.codePages,
      width,
      memoryPages,
      counts,
      state,
      pageFlags: pageFlags.byteOffset,
      parallel,
      window,
      isFlat: window !== undefined && options.points === undefined,
      codeTlbEntries: tlb.codeEntries,
    });
    this.#log = new TranslationLog(guest, options.log ?? silentLog);
    const storm = options.stress && new Storm(options.stress);
    this.#storm = storm;
    const policy = POLICIES[options.tiers ?? 'auto'];
    this.#policy = storm?.policy(policy) ?? policy;
    this.#live = new LiveCode(this.#policy.kept, this.codePages);
    this.#exposed = {
      live: this.#live,
      codePages: this.codePages,
      tlb,
      words: this.#words,
      exit: layout.offset('exit') / 4,
    };

    this.#clusters = new Clusters({
      guest,
      words: this.#words,
      layout,
      pages: this.codePages,
      functions: this.#functions,
      translator: this.#translator,
      policy: this.#policy,
      optimizations: this.#optimizations,
      counters: this.counters,
      worked: this.#worked,
      live: this.#live,
      pc: () => this.#pc,
      pageNear: (delta) => this.#pageNear(delta),
      instantiate: (bytes) => this.#instantiate(bytes),
      made: (clusters, bytes) => this.#logClusters(clusters, bytes),
    });

    const soft = new SoftFloat(new Int32Array(memory.buffer, state + layout.offset('fpWindow'), 8));
    const flags = layout.offset('fflags') / 4;
    const calls = {
      memory: this.slowMemory.access,
      fp: (code: number, mode: number): number => {
        this.#softFloats++;
        this.#words[flags]! |= soft.op(code, mode);
        return 0;
      },
      promote: (slot: number) => this.#clusters.promote(slot),
      verify: (slot: number) => this.#clusters.verify(slot),
      told: (record: number, va: number) =>
        this.#clusters.told(record === 0 ? this.ahead!.recordOf(va) : record >>> 0, va),
      surprised: (record: number, va: number) => this.#clusters.surprised(record >>> 0, va),
      fetch: () => this.#fetch(),
      decode: (record: number) => this.#decode(record >>> 0),
      straddle: (record: number) => this.#straddle(record >>> 0),
      hot: (record: number) => this.#hot(record >>> 0),
      exact: () => this.#exact(this.#cpuAddress),
    };
    const helpers = Object.fromEntries(guest.helpers.map(({ name }) => [name, cpu.helpers[name]!]));
    const js = storm?.watch(calls, this.#exposed) ?? calls;
    const helper = storm?.watch(helpers, this.#exposed) ?? helpers;
    const env = { memory, table: this.#functions.table };
    this.#runtimeContext = {
      guest,
      layout,
      records,
      width,
      pages: memoryPages,
      granules,
      pageFlags: pageFlags.byteOffset,
      parallel,
      window,
      codeTlbEntries: tlb.codeEntries,
      hotPeriod: this.#policy.period,
      noted: this.#policy.noted,
      counts: options.sharesRuntime === true ? counts - state : counts,
      countsAreNear: options.sharesRuntime === true,
      jumps: jumps && jumps.address - state,
      fuses: this.#optimizations.has('fusion') && hostFuses(),
    };
    const { makeRuntime = (build) => new WebAssembly.Module(build()) } = options;
    this.runtime = options.runtime ?? makeRuntime(() => buildRuntime(this.#runtimeContext));
    const instance = new WebAssembly.Instance(this.runtime, { js, helper, env });
    const runtime = Object.fromEntries(
      RUNTIME_FUNCTIONS.map((name) => [name, instance.exports[name] as WebAssembly.ExportValue]),
    );
    this.#imports = { js, helper, env, runtime };
    if (guest.forms !== undefined) {
      const address = options.decodeTables ?? arena.allocate(DECODE_TABLES_BYTES, 8);
      const tables = new DecodeTables(memory, address, guest, guest.forms, records);
      this.codePages.quick = { decode: instance.exports['decode'] as Decode, tables };
    }
    this.ahead =
      window &&
      new AheadOfTime({
        window,
        arena,
        state,
        layout,
        records,
        imports: this.#imports,
        pages: this.codePages,
        functions: this.#functions,
        translator: this.#translator,
        counts: this.counters.entries,
        promotion: this.#policy.promotion,
        mode: this.#words.subarray(layout.offset('mode') / 4),
        guest,
        optimizations: this.#optimizations,
        pageAt: (va: number) => this.#pageOf(va),
        seenAt: (record: number) => this.#clusters.seenAt(record),
      });
    this.#run = instance.exports['run'] as RunCode;
    this.#fast = instance.exports['fast'] as RunCode;
    this.#lengths = new BlockLengths(guest, (host) => this.codePages.parcelAt(host));
    this.#cpuAddress = width === 64 ? BigInt(state) : state;
  }

  /** Jumps are not remembered to what the instruction TLB forgets. */
  #clearWithTlb(jumps: JumpCache): void {
    const { tlb, window } = this.#options;
    const mode = this.#at.mode;
    jumps.clear();
    tlb.codeDropped = (page): void => {
      // Most pages that a program maps anew have no code, so no link is in them.
      if (page === undefined || this.codePages.known(window!.base + page, this.#words[mode]!) !== undefined)
        jumps.clear();
    };
  }

  /** The interpreter that stops at exactly the budget: made when it is first wanted. */
  get #exact(): RunCode {
    if (this.#madeExact === undefined) {
      const module = new WebAssembly.Module(buildExact(this.#runtimeContext));
      this.#madeExact = new WebAssembly.Instance(module, this.#imports).exports['exact'] as RunCode;
    }
    return this.#madeExact;
  }

  /** Runs until the exit word is set or `instructions` (at most 2^30) are retired; returns how many were. */
  run(instructions: number): number {
    const storm = this.#storm;
    if (storm === undefined) return this.#stretch(instructions);
    return storm.run(instructions, this.#exposed, (most) => this.#stretch(most));
  }

  /** As `run`, but comes back whenever the run loop would enter code anew. */
  enter(instructions: number): number {
    return this.#stretch(instructions, instructions < 2 * BUDGET_SLACK ? this.#exact : this.#fast);
  }

  /** Executes the instruction at pc, or raises its exception; returns how many were retired. */
  single(): number {
    this.slowMemory.isAlone = true;
    const retired = this.enter(1);
    this.slowMemory.isAlone = false;
    return retired;
  }

  /** As `enter`, but for one block, which tier 0 runs. */
  enterBlock(instructions: number): number {
    const host = this.hostOfPc();
    return this.#stretch(Math.min(instructions, host < 0 ? 1 : this.#lengths.at(host)), this.#exact);
  }

  /** Where the code at pc lies in the shared memory; -1 if the guest may not execute it. */
  hostOfPc(): number {
    const pc = this.#at.pc;
    const physical = this.#options.cpu.peek(this.#words[pc]!, this.#words[pc + 1]!, 'fetch');
    return physical < 0 ? -1 : this.#options.space.codeOffset(physical);
  }

  #stretch(instructions: number, run = this.#run): number {
    // Only here is no translated function on the stack, or about to be entered.
    this.#live.trim();
    const words = this.#words;
    const { granted, remaining, retired: total, callDepth, interpreted, inRegions, rounds } = this.#at;
    words[granted] = instructions;
    words[remaining] = instructions;
    words[callDepth] = 0;
    words[interpreted] = 0;
    words[inRegions] = 0;
    words[rounds] = 0;
    run(this.#cpuAddress);
    const retired = words[granted]! - words[remaining]!;
    const low = (words[total]! >>> 0) + retired;
    words[total] = low;
    if (low > 0xffffffff) words[total + 1]!++;
    words[granted] = 0;
    words[remaining] = 0;
    this.counters.ran(retired, words[interpreted]!, words[inRegions]!, words[rounds]!);
    return retired;
  }

  /** The translated code that is kept. */
  get kept(): Readonly<Pick<LiveCode, 'bytes' | 'evictions' | 'liveBlocks' | 'liveRegions'>> {
    return this.#live;
  }

  /** Operations of floating point that no host operation could do. */
  get softFloats(): number {
    return this.#softFloats;
  }

  /** Bytes of the shared memory were written by DMA or a loader. */
  written(host: number, length: number): void {
    this.codePages.written(host, length);
  }

  /** Another CPU, or a device on its thread, wrote to a host page. */
  codeWritten(hostPage: number, first: number, last: number): void {
    this.codePages.dropRange(hostPage, first, last);
  }

  #fetch(): number {
    const words = this.#words;
    const pc = this.#at.pc;
    const low = words[pc]!;
    const high = words[pc + 1]!;
    this.counters.codeTlbMissed();
    const { points, cpu } = this.#options;
    if (points?.breaksAt(low, high) === true) {
      Atomics.or(words, this.#at.exit, EXIT_DEBUG);
      return 0;
    }
    const host = this.#reach(low, high);
    if (host < 0) return 0;
    if (!cpu.translation.isUniform || points?.breaksIn(low, high) === true) return this.#alone(low, high, host);
    const { records } = this.#enter(low, high, host);
    return this.#isInterrupted ? 0 : records;
  }

  /** While a page was claimed, others may have asked for what comes before the next instruction. */
  get #isInterrupted(): boolean {
    return (this.#words[this.#at.exit]! & EXIT_REQUEST) !== 0;
  }

  /** Where the byte to be executed at a virtual address lies; -1 if an exception was raised. */
  #reach(low: number, high: number): number {
    const { cpu, space } = this.#options;
    if (!cpu.translate(low, high, 'fetch')) return -1;
    const host = space.codeOffset(cpu.translation.physical);
    if (host < 0) cpu.raiseAccess(low, high, 'fetch');
    return host;
  }

  /**
   * For a page of which not all may be executed, or with breakpoints: records of the one instruction at
   * an address, with bit 0 set; 0 if an exception was raised. Each parcel is checked.
   */
  #alone(low: number, high: number, host: number): number {
    const { guest } = this.#options;
    let word = this.codePages.parcelAt(host);
    for (let at = guest.parcel; at < guest.lengthOf(word); at += guest.parcel) {
      const next = (low + at) | 0;
      const parcel = this.#reach(next, next >>> 0 < low >>> 0 ? (high + 1) | 0 : high);
      if (parcel < 0) return 0;
      word |= this.codePages.parcelAt(parcel) << (8 * at);
    }
    return this.codePages.alone(word, low & 0xfff) | LONE;
  }

  /** The records of the page that a virtual address is in, which is at `host`. */
  #enter(low: number, high: number, host: number): CodePage {
    const { cpu, tlb, points } = this.#options;
    const { pageSize, isUniform } = cpu.translation;
    const page = this.codePages.find(host, this.#words[this.#at.mode]!);
    if (isUniform && points?.breaksIn(low, high) !== true) tlb.fillCode(low, high, page.records, pageSize);
    return page;
  }

  get #pc(): bigint {
    const pc = this.#at.pc;
    return (BigInt(this.#words[pc + 1]! >>> 0) << 32n) | BigInt(this.#words[pc]! >>> 0);
  }

  /** Guest code as the log shows it: `length` bytes from `offset` of a page. */
  #guestCode({ hostPage }: CodePage, offset: number, length: number, pc: bigint): LoggedCode {
    return { pc, bytes: new Uint8Array(this.#options.arena.memory.buffer, hostPage * PAGE + offset, length) };
  }
  #straddlingCode(record: number, next: CodePage): LoggedCode {
    const { guest } = this.#options;
    const page = this.codePages.pageOf(record)!;
    const offset = this.codePages.offsetOf(page, record);
    const { pc, bytes } = this.#guestCode(page, offset, PAGE - offset, this.#pc);
    const rest = guest.lengthOf(this.codePages.parcelAt(page.hostPage * PAGE + offset)) - bytes.length;
    return { pc, bytes: Uint8Array.from([...bytes, ...this.#guestCode(next, 0, rest, pc).bytes]) };
  }
  #loggedBlock({ page, offset, length, pc, unit }: TranslatedBlock): LoggedFunction {
    return { pc, blocks: [{ ...this.#guestCode(page, offset, length, pc), lowered: unit }] };
  }
  #logClusters(clusters: readonly FoundCluster[], bytes: Uint8Array): void {
    if (!this.#log.wantsTranslated) return;
    const functions = clusters.flatMap((each) =>
      each.cluster.regions.map((region) => this.#loggedRegion(each, region)),
    );
    this.#log.translated('tier2', functions, bytes);
  }
  #loggedRegion({ cluster, pc }: FoundCluster, { start, nodes }: Region): LoggedFunction {
    const { pages, regions } = cluster;
    const first = pc - BigInt(regions[0]!.start);
    const blocks = nodes.map(({ block }) => {
      const { offset, length, unit, lowered = unit } = block!;
      const delta = Math.floor(offset / PAGE);
      const guest = this.#guestCode(pages.get(delta)!, offset - delta * PAGE, length, first + BigInt(offset));
      return { ...guest, lowered, ...(unit !== lowered && { optimized: unit }) };
    });
    return { pc: first + BigInt(start), blocks: blocks.toSorted((one, other) => (one.pc < other.pc ? -1 : 1)) };
  }

  #decode(record: number): number {
    const page = this.codePages.pageOf(record)!;
    const offset = this.codePages.offsetOf(page, record);
    // Then it is entered, and not executed by tier 0.
    if (!this.slowMemory.isAlone && this.codePages.place(page, offset)) return RAISED;
    this.counters.decoded();
    const length = this.codePages.decode(record);
    if (this.#log.wantsDecoded) {
      this.#log.decoded(this.#guestCode(page, offset, length, this.#pc));
    }
    return CONTINUE;
  }

  #straddle(record: number): number {
    const words = this.#words;
    const pc = this.#at.pc;
    const resets = this.codePages.resets;
    const low = ((words[pc]! & ~0xfff) + PAGE) | 0;
    const high = low === 0 ? words[pc + 1]! + 1 : words[pc + 1]!;
    this.counters.codeTlbMissed();
    const host = this.#reach(low, high);
    if (host < 0) return RAISED;
    const page = this.#enter(low, high, host);
    // After a reset the record is gone: look it up again.
    if (this.codePages.resets !== resets || this.#isInterrupted) return RAISED;
    this.codePages.join(record, page);
    if (this.#log.wantsDecoded) this.#log.decoded(this.#straddlingCode(record, page));
    return CONTINUE;
  }

  #hot(record: number): number {
    const { codePages } = this;
    if (this.#live.restore(record + RECORD_LINK)) return 1;
    if (this.#resets !== codePages.resets) this.#forgetQueue();
    const page = codePages.pageOf(record);
    if (page !== undefined && codePages.place(page, codePages.offsetOf(page, record))) return 1;
    const { waits, period, noted } = this.#policy;
    const entries = -this.#view.getInt32(record + RECORD_LINK, true);
    if (entries < waits) {
      if ((entries === noted || entries === period) && page !== undefined && codePages.canTranslate(record)) {
        this.#options.noted?.(page.hostPage * PAGE + codePages.offsetOf(page, record));
      }
      return 0;
    }
    if (page === undefined || codePages.isCold(page) || !codePages.canTranslate(record) || !this.#hasRoom()) {
      if (page !== undefined) codePages.refused(page);
      // Counted anew, so that the count does not grow without end.
      this.#view.setInt32(record + RECORD_LINK, 0, true);
      return 0;
    }
    if (!this.#queue.has(record)) {
      this.#queue.set(record, { page, offset: codePages.offsetOf(page, record), pc: this.#pc });
    }
    const link = record + RECORD_LINK;
    const entered = -this.#view.getInt32(link, true);
    const batch = Math.min(this.#policy.batch, this.#pace.blocks);
    if (this.#queue.size >= batch || entered >= this.#policy.urgent) this.#translate();
    return this.#view.getInt32(link, true) > 0 ? 1 : 0;
  }

  /** Queued blocks are of pages that no longer exist. */
  #forgetQueue(): void {
    this.#resets = this.codePages.resets;
    this.#queue.clear();
    this.#clusters.forget();
  }

  #translate(): void {
    const start = this.#worked();
    const hot = [...this.#queue].slice(0, this.#pace.blocks);
    for (const [record] of hot) this.#queue.delete(record);
    const batch = this.#translator.translate(
      hot.map(([, block]) => block),
      ({ page, offset }) => this.#functions.take(this.#clusters.promotionAt(page, offset)),
    );
    if (batch === undefined) return;
    this.#instantiate(batch.bytes);
    const installed = batch.blocks.map(({ page, offset, length, slot, targets }) => {
      const code = { slot, page, offset, companions: [], isRegion: false, isDropped: false };
      this.#functions.install(code);
      const reached = targets.map(([target, at]) => [target, at, at + 1] as const);
      this.codePages.install(code, [[page, offset, offset + length], ...reached]);
      return code;
    });
    this.#live.add(installed, batch.bytes.length);
    const took = this.#worked() - start;
    this.#pace.took(hot.length, took);
    this.counters.batch(batch.blocks.length, batch.bytes.length, took);
    this.counters.stopped(took);
    if (this.#log.wantsTranslated) {
      this.#log.translated(
        'tier1',
        batch.blocks.map((block) => this.#loggedBlock(block)),
        batch.bytes,
      );
    }
  }

  /** Makes a module, which puts its functions into the table. */
  #instantiate(bytes: Uint8Array<ArrayBuffer>): void {
    new WebAssembly.Instance(new WebAssembly.Module(bytes), this.#imports);
  }

  /** Whether anything is translated at all, and one more batch has slots. */
  #hasRoom(): boolean {
    const { batch } = this.#policy;
    return batch < this.#functions.room;
  }

  /** The code page at the low half of an address, made if it may be executed; raises nothing. */
  #pageOf(va: number): CodePage | undefined {
    const { cpu, space } = this.#options;
    const physical = cpu.peek(va | 0, 0, 'fetch');
    if (physical < 0 || !cpu.translation.isUniform) return undefined;
    const host = space.codeOffset(physical);
    return host < 0 ? undefined : this.codePages.find(host, this.#words[this.#at.mode]!);
  }

  /** The code page mapped `delta` pages from the one that pc is in; raises nothing. */
  #pageNear(delta: number): CodePage | undefined {
    const { cpu, space, tlb, points } = this.#options;
    const page = BigInt.asUintN(64, this.#pc + BigInt(delta * PAGE));
    const pageLow = Number(BigInt.asIntN(32, page)) & ~0xfff;
    const pageHigh = Number(BigInt.asIntN(32, page >> 32n));
    if (points?.breaksIn(pageLow, pageHigh) === true) return undefined;
    const physical = cpu.peek(pageLow, pageHigh, 'fetch');
    if (physical < 0 || !cpu.translation.isUniform) return undefined;
    const { pageSize } = cpu.translation;
    const host = space.codeOffset(physical);
    if (host < 0) return undefined;
    const found = this.codePages.known(host, this.#words[this.#at.mode]!);
    if (found !== undefined) tlb.fillCode(pageLow, pageHigh, found.records, pageSize);
    return found;
  }
}
