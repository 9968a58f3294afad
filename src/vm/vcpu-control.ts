import { Mailbox } from '../host/mailbox.ts';
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
  /** Questions to the thread, which it answers by message. */
  readonly questions: Mailbox;
  readonly #words: Int32Array;

  constructor(arena: Arena) {
    const address = arena.allocate(WORDS * 4 + Wake.bytes);
    this.#words = new Int32Array(arena.memory.buffer, address, WORDS);
    this.bell = new Wake(arena.memory.buffer, address + WORDS * 4);
    this.questions = new Mailbox(arena.memory.buffer, arena.allocate(Mailbox.bytes));
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
const WORDS = 3;
