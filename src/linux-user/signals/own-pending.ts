import type { Arena } from '../../mem/arena.ts';
import { OWN_SIGNALS, ownIndex } from './numbers.ts';
import { SIGINFO_BYTES } from './siginfo.ts';
import { has, highBit, lowBit, lowest, type SignalSet } from './signal-set.ts';

/**
 * Signals that were sent by the process to itself and that the host cannot keep, since it would take them for faults of
 * the engine: for the whole process or for one thread. In memory that threads share; the process's lock of signals is
 * held by who calls. None of them queues: one that is pending already is lost, as POSIX has it.
 */
export class OwnPending {
  /** The set in two halves. */
  readonly #set: Int32Array;
  readonly #infos: Uint8Array;

  constructor(arena: Arena) {
    const address = arena.allocate(8 + OWN_SIGNALS.length * SIGINFO_BYTES);
    const { buffer } = arena.memory;
    this.#set = new Int32Array(buffer, address, 2);
    this.#infos = new Uint8Array(buffer, address + 8, OWN_SIGNALS.length * SIGINFO_BYTES);
  }

  get low(): number {
    return Atomics.load(this.#set, 0);
  }
  get high(): number {
    return Atomics.load(this.#set, 1);
  }

  add(signal: number, info: Uint8Array): void {
    if (has(this, signal)) return;
    this.#infos.set(info, ownIndex(signal) * SIGINFO_BYTES);
    Atomics.or(this.#set, 0, lowBit(signal));
    Atomics.or(this.#set, 1, highBit(signal));
  }

  /** The lowest that is in `set`, with its siginfo; 0 if there is none. It is pending no more. */
  take({ low, high }: Readonly<SignalSet>, info: Uint8Array): number {
    const signal = lowest(this.low & low, this.high & high);
    if (signal === 0) return 0;
    const at = ownIndex(signal) * SIGINFO_BYTES;
    info.set(this.#infos.subarray(at, at + SIGINFO_BYTES));
    this.drop(signal);
    return signal;
  }

  drop(signal: number): void {
    Atomics.and(this.#set, 0, ~lowBit(signal));
    Atomics.and(this.#set, 1, ~highBit(signal));
  }

  clear(): void {
    this.#set.fill(0);
  }
}
