import { Wake } from '../host/wake.ts';
import type { Timers } from '../hw/timers.ts';
import type { Arena } from '../mem/arena.ts';
import type { Clock } from '../mem/clock.ts';

/**
 * How long after it reported a deadline the timer thread looks again unasked: less than the period of a
 * guest's tick, so that nobody has to wake it for the next one.
 */
const PATIENCE_MS = 1;

/**
 * Where the timer thread learns the next deadline. It publishes until when it sleeps, so that only
 * an earlier deadline has to wake it.
 */
export class DeadlineBoard {
  readonly #wake: Wake;
  /** Virtual time until which the timer thread sleeps; Infinity while it is awake. */
  readonly #sleepsUntil: Float64Array;
  readonly #fence: Int32Array;
  readonly #timers: Timers;
  readonly #clock: Clock;

  constructor(arena: Arena, timers: Timers, clock: Clock) {
    const address = arena.allocate(32);
    this.#wake = new Wake(arena.memory.buffer, address);
    this.#fence = new Int32Array(arena.memory.buffer, address + Wake.bytes, 1);
    this.#sleepsUntil = new Float64Array(arena.memory.buffer, address + 16, 1);
    this.#timers = timers;
    this.#clock = clock;
  }

  /** A deadline changed. */
  changed(): void {
    // Orders the deadline's store before this load, as the timer thread orders its own.
    Atomics.add(this.#fence, 0, 1);
    if (this.#timers.next() < this.#sleepsUntil[0]!) this.#wake.ring();
  }

  /** The machine was started, stopped or ended. */
  machineChanged(): void {
    this.#wake.ring();
  }

  /**
   * For the timer thread: sleeps until the next deadline, or until there may be an earlier one. `passed`
   * is told of CPUs whose thread has a timer to run.
   */
  wait(isRunning: boolean, passed: (cpu: number) => void): void {
    this.#sleepsUntil[0] = Infinity;
    const seen = this.#wake.sample();
    const now = this.#clock.now();
    const next = isRunning ? this.#timers.next() : Infinity;
    const hasPassed = next <= now;
    if (hasPassed) this.#timers.due(now, passed);
    const until = hasPassed ? Math.min(now + PATIENCE_MS * 1e6, this.#timers.next(now)) : next;
    this.#sleepsUntil[0] = until;
    Atomics.add(this.#fence, 0, 1);
    this.#wake.wait(seen, (until - now) / 1e6);
  }
}
