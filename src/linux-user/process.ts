import { DECODE_TABLES_BYTES } from '../jit/decode-tables.ts';
import type { AccessWindow } from '../jit/window.ts';
import { PAGE_CODE, type CpuClaims } from '../mem/code-claims.ts';
import { Arena } from '../mem/arena.ts';
import { AddressSpace as PhysicalSpace } from '../mem/address-space.ts';
import { GuestMemory } from '../mem/guest-memory.ts';
import { Lock } from '../mem/lock.ts';
import type { Clock } from '../host/clock.ts';
import type { ImageStore } from '../host/image-store.ts';
import { SeededRandom } from '../host/seeded-random.ts';
import type { Abi } from './abi/abi.ts';
import { DebugShared } from './debug/debug-shared.ts';
import type { DebugSite } from './debug/debug-site.ts';
import type { Caller } from './calls/caller.ts';
import { Descriptors } from './descriptors.ts';
import { AddressSpace } from './memory/address-space.ts';
import type { Backing } from './memory/backing.ts';
import { MappedFiles } from './memory/mapped-files.ts';
import { CODE, MAY_READ, MAY_WRITE, PAGE, PageTable } from './memory/pages.ts';
import { UserMemory } from './memory/user-memory.ts';
import { VECTOR_BYTES } from './program/native-program.ts';
import { ProgramRecord } from './program/record.ts';
import { OpenFiles } from './open-files.ts';
import { Limits } from './limits.ts';
import { ProgramImages } from './program-images.ts';
import { Paths } from './paths.ts';
import { ProgramLog, type LogOptions } from './program-log.ts';
import { ProcessSignals } from './signals/process-signals.ts';
import { MOST_THREADS, Threads, type Spawn } from './threads.ts';
import type { Vfork } from './vfork.ts';

const MIB = 2 ** 20;
/** The emulator's own part of the memory: tables of pages, threads and their translations. */
const OWN = 1024 * MIB;

export interface ProcessOptions {
  readonly abi: Abi;
  /** Bytes of addresses that the program has (-R); whole pages of 64 KiB. */
  readonly windowSize: number;
  /** What the CPU is, as far as translations of programs depend on it (-cpu). */
  readonly cpu?: string;
  /** Where programs' files are looked for first (-L). */
  readonly prefix: string | undefined;
  /** Bytes of the stack (-s). */
  readonly stackSize?: number;
  /** What uname tells of the kernel (-r). */
  readonly release?: string | undefined;
  /** Random bytes are the same each time (-seed). */
  readonly seed?: bigint | undefined;
  /** Of the host that are ours; left out: 1. */
  readonly processors?: number;
  /** Nothing is translated (-one-insn-per-tb). */
  readonly isSingle?: boolean;
  /** A debugger looks at it from its first instruction on (-g). */
  readonly isDebugged?: boolean;
  readonly log?: LogOptions;
}

/** What the host's side of a process is to do. */
export interface ProcessSite {
  makeBacking(memory: WebAssembly.Memory, base: number): Backing;
  /** Undefined: there can be no more than one thread. */
  readonly spawn: Spawn | undefined;
  /** One that all threads share; left out: that of `performance`. */
  readonly clock?: Clock;
  /** Told when a thread of the guest ends, on its thread of the host. */
  readonly hasRun?: () => void;
  /** Where translations of programs are kept, if they are. */
  readonly images?: ImageStore | undefined;
}

/** Whether an address is in it is one comparison with 31 bits. */
export const DEFAULT_WINDOW = 2 ** 31;

/**
 * A process of the guest, as one of its threads sees it: everything is in one shared memory, at addresses that
 * follow from the options, so that another thread, or the child of a fork, makes the same objects over it.
 */
export class GuestProcess {
  readonly options: ProcessOptions;
  readonly abi: Abi;
  readonly arena: Arena;
  readonly log: ProgramLog;
  readonly debug: DebugShared | undefined;
  /** Whom threads of a debugged process let speak with the debugger; set before they are made. */
  debugSite: DebugSite | undefined;
  readonly lock: Lock;
  /** Where random bytes come from, if not from the host (-seed); used with the lock. */
  readonly random: SeededRandom | undefined;
  readonly descriptors: Descriptors;
  readonly memory: UserMemory;
  readonly space: AddressSpace;
  readonly paths: Paths;
  readonly program: ProgramRecord;
  readonly limits: Limits;
  /** What personality(2) says. */
  readonly personality: Int32Array;
  /** The window as the translator has it. */
  readonly physical: PhysicalSpace;
  readonly guestMemory: GuestMemory;
  readonly threads: Threads;
  readonly images: ProgramImages | undefined;
  /** See ProcessSite. */
  readonly hasRun: () => void;
  readonly #clock: Clock;
  /** What the clock said when the process began. */
  readonly #origin: Float64Array;
  /** brk: start and current end, as bytes; u32 each. */
  readonly heap: Uint32Array;
  readonly files: OpenFiles;
  readonly signals: ProcessSignals;
  /** See EngineOptions. */
  readonly decodeTables: number;
  /** Where the vectors of a program of the host's are made. */
  readonly vectors: number;
  /** The parent that waits until this process executes another program, or ends. */
  vfork: Vfork | undefined;
  readonly #checks: Int32Array;

  constructor(options: ProcessOptions, site: ProcessSite, shared?: WebAssembly.Memory) {
    this.options = options;
    this.abi = options.abi;
    this.files = new OpenFiles(this);
    const arena = new Arena(OWN + options.windowSize, shared);
    this.arena = arena;
    const { memory } = arena;
    const base = arena.allocateHigh(options.windowSize, 0x1_0000);
    this.log = new ProgramLog(arena, options.log ?? { items: [], ranges: [] });
    this.debug = options.isDebugged === true ? new DebugShared(arena, MOST_THREADS) : undefined;
    this.lock = new Lock(memory, arena.allocate(8));
    const randomState = new Uint32Array(memory.buffer, arena.allocate(4 * SeededRandom.words), SeededRandom.words);
    this.random = options.seed === undefined ? undefined : new SeededRandom(options.seed, 0, randomState);
    this.heap = new Uint32Array(memory.buffer, arena.allocate(8), 2);
    this.descriptors = new Descriptors(arena);
    this.signals = new ProcessSignals(arena, MOST_THREADS);
    this.program = new ProgramRecord(arena);
    this.limits = new Limits(arena);
    this.personality = new Int32Array(memory.buffer, arena.allocate(8), 1);
    this.paths = new Paths(options.prefix);
    const pages = new PageTable(arena, options.windowSize);
    this.memory = new UserMemory(memory, base, pages);
    this.physical = new PhysicalSpace(memory);
    this.physical.add({ kind: 'ram', name: 'window', base: 0, size: options.windowSize, hostOffset: base });
    this.guestMemory = new GuestMemory(arena, this.physical, MOST_THREADS);
    const backing = site.makeBacking(memory, base);
    this.space = new AddressSpace(pages, new MappedFiles(arena), backing, {
      remapped: (first, end) => this.onRemap?.(first, end),
      selfModifying: () => this.checkAccesses(),
      sharing: () => this.threads.share(),
    });
    this.vectors = arena.allocate(VECTOR_BYTES);
    this.decodeTables = arena.allocate(DECODE_TABLES_BYTES, 8);
    this.#checks = new Int32Array(memory.buffer, arena.allocate(8), 1);
    if (options.isDebugged === true) Atomics.store(this.#checks, 0, 1);
    this.hasRun = site.hasRun ?? ((): void => {});
    this.#clock = site.clock ?? { now: () => (performance.now() + performance.timeOrigin) * 1e6 };
    this.#origin = new Float64Array(memory.buffer, arena.allocate(8), 1);
    if (shared === undefined) {
      this.space.forbidAll();
      this.#origin[0] = this.#clock.now();
    }
    this.images = site.images && new ProgramImages(this, site.images, backing);
    // The last, for it takes all room that is left.
    this.threads = new Threads(arena, options.abi, site.spawn);
  }

  /** What this thread has to do when pages are mapped otherwise. */
  onRemap: ((first: number, end: number) => void) | undefined;

  /** See AccessWindow.isChecked. */
  get checksAccesses(): boolean {
    return !this.space.protects || Atomics.load(this.#checks, 0) !== 0;
  }

  /**
   * Every access is checked from now on, so that a fault has all registers: there is somebody who wants to see
   * them, or a page is writable and executable. Code is translated anew.
   */
  checkAccesses(): void {
    if (Atomics.exchange(this.#checks, 0, 1) === 0) this.onRemap?.(0, this.space.pages.count);
  }

  /** How a thread's translated code reaches memory. */
  accessWindow(): AccessWindow {
    const { flags } = this.space.pages;
    return {
      base: this.memory.base,
      size: this.space.size,
      flags: flags.byteOffset,
      read: MAY_READ,
      write: MAY_WRITE,
      isChecked: this.checksAccesses,
    };
  }

  /** What a thread tells of the code that it keeps: pages with code are marked in the page table, too. */
  claimsOf(thread: number): CpuClaims {
    const { claims, pageFlags } = this.guestMemory;
    const own = claims.of(thread, this.threads.requests, this.threads.peers);
    const { flags } = this.space.pages;
    const first = this.memory.base / PAGE;
    return {
      ...own,
      claim: (hostPage) => {
        this.space.pages.mark(hostPage - first);
        return own.claim(hostPage);
      },
      release: (hostPage) => {
        own.release(hostPage);
        // Another thread might be about to claim the page: then it stays marked.
        if (this.threads.started === 1 && (pageFlags[hostPage]! & PAGE_CODE) === 0)
          Atomics.and(flags, hostPage - first, ~CODE & 0xff);
      },
    };
  }

  /** Milliseconds since the process began, the same on all its threads. */
  get milliseconds(): number {
    return (this.#clock.now() - this.#origin[0]!) / 1e6;
  }

  /** In the child of a fork, on the only thread that it has. */
  forked(caller: Caller, tid: number): void {
    this.vfork?.abandon(caller);
    this.images?.forked();
    this.threads.forked(caller.shared, tid);
    this.signals.forked(caller.shared.index, tid);
  }

  /** No instruction of the program follows: another takes its place, or the host ends the process. */
  leaves(caller: Caller): void {
    this.vfork?.release(caller);
  }

  /** For a new program. */
  clear(): void {
    this.space.clear();
    this.threads.clear();
    this.images?.clear();
    Atomics.store(this.#checks, 0, 0);
  }

  /** brk: the new end of the heap, or the one that it has if that cannot be. */
  brk(address: number): number {
    const [start, end] = this.heap as unknown as [number, number];
    if (address < start || address >= this.space.size) return end;
    const from = Math.ceil(end / PAGE) * PAGE;
    const to = Math.ceil(address / PAGE) * PAGE;
    if (to > from) {
      if (!this.space.pages.isFree(from / PAGE, to / PAGE)) return end;
      if (this.space.map(from, to - from, 3, 0x10_0022) < 0) return end;
    } else if (to < from) this.space.unmap(to, from - to);
    this.heap[1] = address;
    return address;
  }
}
