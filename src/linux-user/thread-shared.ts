import { BugError } from '../base/errors.ts';
import { JitCounters } from '../jit/counters.ts';
import { JumpCache } from '../jit/jump-cache.ts';
import type { Arena } from '../mem/arena.ts';
import { CPU_HEADER, EXIT_REQUEST } from '../mem/cpu.ts';
import { CpuRequests } from '../mem/cpu-requests.ts';
import { struct } from '../mem/struct.ts';
import { SCRATCH_BYTES } from './scratch.ts';
import { VFORK_BYTES } from './vfork.ts';

/** Bytes for what only the thread itself makes besides records of code: TLBs. */
const OWN_BYTES = 320 << 10;
/** Most translated functions of a thread that is not the first. */
const FUNCTIONS = 2 ** 15;

const EXIT = struct(CPU_HEADER).offsetOf.exit;

/**
 * What a thread of the host does that runs a thread of the guest, or may:
 *
 *     none ──prepare──▶ coming ──▶ parked ──take──▶ taken ──go──▶ running ──▶ leaving ──▶ parked
 *
 * One whose number is known is taken while it is coming, and runs as soon as it is there.
 */
export const PHASE = { NONE: 0, COMING: 1, PARKED: 2, TAKEN: 3, RUNNING: 4, LEAVING: 5 } as const;

const WORDS = { PHASE: 0, TID: 1, CLEAR_TID: 2, ROBUST: 3, ENDS: 4, PAUSED: 5, READY: 6, COUNT: 8 } as const;

/** Milliseconds that a worker may take to begin, on a host however busy. */
const LONGEST_START = 60_000;
/** Milliseconds after which who waits for a pause looks whether the thread ended instead. */
const PAUSE_LOOK = 5;

/** What of a thread lies in shared memory, whether there is one now or not. */
export class ThreadShared {
  readonly index: number;
  /** Where the CPU's state lies, and where its fields lie that a thread of the guest begins with. */
  readonly state: number;
  readonly birth: number;
  readonly requests: CpuRequests;
  readonly counters: JitCounters;
  readonly jumps: JumpCache;
  /** Where its child by vfork leaves what it did to memory (vfork.ts). */
  readonly vforkArea: number;
  /** Where its Scratch lies. */
  readonly scratch: number;
  readonly own: Arena;
  readonly #words: Int32Array;
  readonly #exit: Int32Array;

  constructor(arena: Arena, stateSize: number, index: number) {
    const { memory } = arena;
    this.index = index;
    this.state = arena.allocate(stateSize, 4096);
    this.birth = arena.allocate(stateSize);
    this.#exit = new Int32Array(memory.buffer, this.state + EXIT, 1);
    this.requests = new CpuRequests(memory, arena.allocate(CpuRequests.bytes), () => this.raise(EXIT_REQUEST));
    this.jumps = new JumpCache(arena);
    this.counters = new JitCounters(arena, index === 0 ? undefined : FUNCTIONS);
    this.scratch = arena.allocate(SCRATCH_BYTES);
    this.vforkArea = arena.allocate(VFORK_BYTES, 4096);
    this.own = arena.part(OWN_BYTES);
    this.#words = new Int32Array(memory.buffer, arena.allocate(4 * WORDS.COUNT), WORDS.COUNT);
  }

  /** See EngineOptions.runtime. */
  get distanceOfCounts(): number {
    return this.counters.entries.address - this.state;
  }

  /** Makes translated code return soon; `bits`: EXIT_*. */
  raise(bits: number): void {
    Atomics.or(this.#exit, 0, bits);
  }

  get phase(): number {
    return Atomics.load(this.#words, WORDS.PHASE);
  }
  set phase(phase: number) {
    Atomics.store(this.#words, WORDS.PHASE, phase);
    Atomics.notify(this.#words, WORDS.PHASE);
  }

  /** The host's thread has none of the guest, and waits for one, if it has not been given one while it was coming. */
  park(): void {
    if (Atomics.compareExchange(this.#words, WORDS.PHASE, PHASE.COMING, PHASE.PARKED) === PHASE.LEAVING) {
      Atomics.store(this.#words, WORDS.PHASE, PHASE.PARKED);
    }
    Atomics.notify(this.#words, WORDS.PHASE);
    this.isReady = true;
  }

  /** The host's thread is there, or is not wanted. */
  set isReady(ready: boolean) {
    Atomics.store(this.#words, WORDS.READY, ready ? 1 : 0);
    Atomics.notify(this.#words, WORDS.READY);
  }

  /** Blocks until a thread of the host that was started is ready, whatever it was given to do by then. */
  waitUntilReady(): void {
    while (Atomics.load(this.#words, WORDS.READY) === 0) {
      const woken = Atomics.wait(this.#words, WORDS.READY, 0, LONGEST_START);
      if (woken === 'timed-out') throw new BugError('a thread does not begin');
    }
  }

  /** Blocks while the phase is the one given. */
  waitWhile(phase: number): void {
    while (this.phase === phase) Atomics.wait(this.#words, WORDS.PHASE, phase);
  }

  /** The host's number of the thread, which is the guest's. */
  get tid(): number {
    return this.#words[WORDS.TID]!;
  }
  set tid(tid: number) {
    this.#words[WORDS.TID] = tid;
  }

  /** Address of the word that is cleared when the thread ends, and on which its end is waited for; 0: none. */
  get clearTid(): number {
    return this.#words[WORDS.CLEAR_TID]! >>> 0;
  }
  set clearTid(address: number) {
    this.#words[WORDS.CLEAR_TID] = address;
  }

  /** Address of the head of the thread's list of robust futexes; 0: none. */
  get robustList(): number {
    return this.#words[WORDS.ROBUST]! >>> 0;
  }
  set robustList(address: number) {
    this.#words[WORDS.ROBUST] = address;
  }

  /** It does nothing until it may go on: see Threads.whileOthersPause. */
  get isPaused(): boolean {
    return Atomics.load(this.#words, WORDS.PAUSED) !== 0;
  }
  set isPaused(paused: boolean) {
    Atomics.store(this.#words, WORDS.PAUSED, paused ? 1 : 0);
    Atomics.notify(this.#words, WORDS.PAUSED);
  }

  /** Blocks until the thread is paused, or runs no more. */
  waitForPause(): void {
    while (!this.isPaused && this.phase === PHASE.RUNNING) Atomics.wait(this.#words, WORDS.PAUSED, 0, PAUSE_LOOK);
  }

  /** Somebody wants the thread to end before its next instruction. */
  get isToEnd(): boolean {
    return Atomics.load(this.#words, WORDS.ENDS) !== 0;
  }
  set isToEnd(ends: boolean) {
    Atomics.store(this.#words, WORDS.ENDS, ends ? 1 : 0);
  }
}
