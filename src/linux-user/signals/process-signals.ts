import type { Arena } from '../../mem/arena.ts';
import { Lock } from '../../mem/lock.ts';
import { AlternateStack } from './alternate-stack.ts';
import { DEFAULT_ACTION, isIgnore, SignalActions } from './actions.ts';
import { LAST_SIGNAL } from './numbers.ts';
import { OwnPending } from './own-pending.ts';
import type { SignalSet } from './signal-set.ts';
import { Timers } from './timers.ts';

/** Signals of one thread, in memory that all threads of the process see. */
export class ThreadSignalState {
  readonly pending: OwnPending;
  readonly stack: AlternateStack;
  /** Number of the thread in the operating system, 0 if there is none; its mask in two halves. */
  readonly #words: Int32Array;

  constructor(arena: Arena) {
    this.pending = new OwnPending(arena);
    this.stack = new AlternateStack(arena);
    this.#words = new Int32Array(arena.memory.buffer, arena.allocate(12), 3);
  }

  get tid(): number {
    return Atomics.load(this.#words, 0);
  }
  set tid(tid: number) {
    Atomics.store(this.#words, 0, tid);
  }

  get mask(): SignalSet {
    return { low: Atomics.load(this.#words, 1), high: Atomics.load(this.#words, 2) };
  }
  set mask({ low, high }: Readonly<SignalSet>) {
    Atomics.store(this.#words, 1, low);
    Atomics.store(this.#words, 2, high);
  }

  /** For a new thread of this place. */
  reset(): void {
    this.pending.clear();
    this.stack.clear();
  }
}

/** Signals of a process: what its threads share. */
export class ProcessSignals {
  /** Held for whatever changes here. */
  readonly lock: Lock;
  readonly actions: SignalActions;
  readonly pending: OwnPending;
  readonly timers: Timers;
  readonly threads: readonly ThreadSignalState[];
  readonly #signalReturn: Uint32Array;

  constructor(arena: Arena, threads: number) {
    const { buffer } = arena.memory;
    this.lock = new Lock(arena.memory, arena.allocate(8));
    this.actions = new SignalActions(arena);
    this.pending = new OwnPending(arena);
    this.timers = new Timers(arena);
    this.threads = Array.from({ length: threads }, () => new ThreadSignalState(arena));
    this.#signalReturn = new Uint32Array(buffer, arena.allocate(8), 1);
  }

  /** Where handlers return to, if the program does not say. */
  get signalReturn(): number {
    return this.#signalReturn[0]!;
  }
  set signalReturn(address: number) {
    this.#signalReturn[0] = address;
  }

  /** In the child of a fork: it has the one thread, and nothing is pending. */
  forked(index: number, tid: number): void {
    this.pending.clear();
    this.timers.takeAll();
    this.threads.forEach((thread, other) => {
      thread.pending.clear();
      thread.tid = other === index ? tid : 0;
    });
  }

  /** For a new program: what was handled is as by default, what was ignored stays so. Gives the signals that changed. */
  resetHandlers(): number[] {
    const changed: number[] = [];
    for (let signal = 1; signal <= LAST_SIGNAL; signal++) {
      const action = this.actions.of(signal);
      if (isIgnore(action)) continue;
      if (action.low !== 0 || action.high !== 0) changed.push(signal);
      this.actions.set(signal, DEFAULT_ACTION);
    }
    return changed;
  }
}
