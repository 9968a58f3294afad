import { Wake } from '../host/wake.ts';
import type { Deadlines } from '../hw/deadlines.ts';
import type { Clock } from '../mem/clock.ts';
import { RUNNING } from './vcpu-control.ts';

/**
 * How long after it reported a deadline the timer thread looks again unasked: less than the period of a
 * guest's tick, so that nobody has to wake it for the next one.
 */
const PATIENCE_MS = 1;

/**
 * Where the timer thread learns the next deadline. It publishes until when it sleeps, so that only
 * an earlier deadline has to wake it.
 *
 * Layout in bytes: 0 doorbell, 8 fence, 12 what vCPUs are to do, 16 virtual time until which the timer thread
 * sleeps (f64; Infinity while it is awake).
 */
export class DeadlineBoard {
  static readonly bytes = 32;
  readonly #wake: Wake;
  readonly #words: Int32Array;
  readonly #sleepsUntil: Float64Array;

  constructor(buffer: ArrayBufferLike, address: number) {
    this.#wake = new Wake(buffer, address);
    this.#words = new Int32Array(buffer, address + Wake.bytes, 2);
    this.#sleepsUntil = new Float64Array(buffer, address + 16, 1);
  }

  /** A deadline changed. */
  changed(timers: Pick<Deadlines, 'next'>): void {
    // Orders the deadline's store before the load below, as the timer thread orders its own.
    Atomics.add(this.#words, FENCE, 1);
    if (timers.next() < this.#sleepsUntil[0]!) this.#wake.ring();
  }

  /** What vCPUs are to do: PARKED, RUNNING or ENDED. */
  get wanted(): number {
    return Atomics.load(this.#words, WANTED);
  }
  set wanted(state: number) {
    Atomics.store(this.#words, WANTED, state);
    this.#wake.ring();
  }

  /**
   * For the timer thread: sleeps until the next deadline, or until there may be an earlier one. `passed`
   * is told of CPUs whose thread has a timer to run.
   */
  wait(deadlines: Deadlines, clock: Pick<Clock, 'now'>, passed: (cpu: number) => void): void {
    this.#sleepsUntil[0] = Infinity;
    const seen = this.#wake.sample();
    const now = clock.now();
    const next = this.wanted === RUNNING ? deadlines.next() : Infinity;
    const hasPassed = next <= now;
    if (hasPassed) deadlines.due(now, passed);
    const until = hasPassed ? Math.min(now + PATIENCE_MS * 1e6, deadlines.next(now)) : next;
    this.#sleepsUntil[0] = until;
    Atomics.add(this.#words, FENCE, 1);
    this.#wake.wait(seen, (until - now) / 1e6);
  }
}

const FENCE = 0;
const WANTED = 1;
