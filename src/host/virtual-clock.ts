import type { Clock } from './clock.ts';

/**
 * The machine's time: 0 when it is built, stands still while the machine is stopped. The state is in
 * shared memory, so that all threads agree; zeroed memory is a stopped clock at 0.
 *
 * Layout in bytes: 0 version (odd while it changes, 32 bits), 4 running (32 bits), 8 base (f64: the
 * time while stopped; while running, the host's time at which this clock would have shown 0).
 */
export class VirtualClock implements Clock {
  static readonly bytes = 16;
  readonly #host: Clock;
  readonly #words: Int32Array;
  readonly #base: Float64Array;

  constructor(host: Clock, buffer: ArrayBufferLike, address: number) {
    this.#host = host;
    this.#words = new Int32Array(buffer, address, 2);
    this.#base = new Float64Array(buffer, address + 8, 1);
  }

  get running(): boolean {
    return Atomics.load(this.#words, RUNNING) === 1;
  }

  now(): number {
    for (;;) {
      const version = Atomics.load(this.#words, VERSION);
      const base = this.#base[0]!;
      const now = this.running ? Math.max(0, this.#host.now() - base) : base;
      if ((version & 1) === 0 && Atomics.load(this.#words, VERSION) === version) return now;
    }
  }

  /** Only one thread starts and stops the clock. */
  start(): void {
    if (!this.running) this.#change(1, this.#host.now() - this.#base[0]!);
  }

  stop(): void {
    if (this.running) this.#change(0, this.now());
  }

  /** Sets the time, as the load of a snapshot does. */
  set(now: number): void {
    this.#change(this.running ? 1 : 0, this.running ? this.#host.now() - now : now);
  }

  #change(running: 0 | 1, base: number): void {
    Atomics.add(this.#words, VERSION, 1);
    Atomics.store(this.#words, RUNNING, running);
    this.#base[0] = base;
    Atomics.add(this.#words, VERSION, 1);
  }
}

const VERSION = 0;
const RUNNING = 1;
