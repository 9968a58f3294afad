import { Wake } from '../host/wake.ts';
import type { Arena } from '../mem/arena.ts';

/** States of a vCPU's thread, wanted and real. */
export const PARKED = 0;
export const RUNNING = 1;
export const ENDED = 2;

/**
 * What the main thread wants of a vCPU, and what it does, in shared memory.
 *
 *            wanted = RUNNING             wanted = ENDED
 *     PARKED ───────────────▶ RUNNING   any ─────────▶ ENDED
 *        ▲                       │
 *        └── wanted = PARKED, or the guest switched off
 */
export class VcpuControl {
  /** Rings when something is asked of a parked thread. */
  readonly bell: Wake;
  readonly #words: Int32Array;

  constructor(arena: Arena) {
    const address = arena.allocate(WORDS * 4 + Wake.bytes);
    this.#words = new Int32Array(arena.memory.buffer, address, WORDS);
    this.bell = new Wake(arena.memory.buffer, address + WORDS * 4);
  }

  get wanted(): number {
    return Atomics.load(this.#words, WANTED);
  }
  set wanted(state: number) {
    Atomics.store(this.#words, WANTED, state);
    this.bell.ring();
  }

  /** The guest asked for it: for the vCPU's thread. The main thread may have other plans already. */
  parkItself(): void {
    Atomics.compareExchange(this.#words, WANTED, RUNNING, PARKED);
  }

  get state(): number {
    return Atomics.load(this.#words, STATE);
  }
  set state(state: number) {
    Atomics.store(this.#words, STATE, state);
    Atomics.notify(this.#words, STATE);
  }

  /** The CPU starts anew before it runs again. */
  requestReset(): void {
    Atomics.store(this.#words, RESET, 1);
  }
  takeReset(): boolean {
    return Atomics.exchange(this.#words, RESET, 0) === 1;
  }

  /** The thread should report the CPU's registers. */
  requestRegisters(): void {
    Atomics.store(this.#words, REGISTERS, 1);
    this.bell.ring();
  }
  get registersWanted(): boolean {
    return Atomics.load(this.#words, REGISTERS) === 1;
  }
  takeRegisters(): boolean {
    return Atomics.exchange(this.#words, REGISTERS, 0) === 1;
  }

  /** Resolves once the vCPU no longer runs. */
  async stopped(): Promise<void> {
    while (this.state === RUNNING) {
      const result = Atomics.waitAsync(this.#words, STATE, RUNNING);
      if (result.async) await result.value;
    }
  }
}

const WANTED = 0;
const STATE = 1;
const RESET = 2;
const REGISTERS = 3;
const WORDS = 4;
