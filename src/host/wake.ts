/**
 * A doorbell between threads, two words of shared memory.
 *
 * The sleeper samples, looks for work, and sleeps only if nobody has rung since the sample, so that
 * a ring between the look and the sleep is never lost:
 *
 *     const seen = wake.sample();
 *     if (!thereIsWork()) wake.wait(seen, milliseconds);   // or: await wake.waitAsync(seen)
 *
 * Layout, 32-bit words: 0 sequence (counts rings), 1 sleepers (how many sleep or are about to).
 * The ringer counts, then looks for sleepers; a sleeper announces itself, then compares the count:
 * whichever comes second sees the other. A ring that finds nobody costs two atomic operations.
 */
export class Wake {
  static readonly bytes = 8;
  readonly #words: Int32Array;

  constructor(buffer: ArrayBufferLike, address: number) {
    this.#words = new Int32Array(buffer, address, Wake.bytes / 4);
  }

  sample(): number {
    return Atomics.load(this.#words, 0);
  }

  /** Wakes everybody who sleeps. */
  ring(): void {
    Atomics.add(this.#words, 0, 1);
    if (Atomics.load(this.#words, 1) > 0) Atomics.notify(this.#words, 0);
  }

  /** Blocks the calling thread, which must be a worker, until a ring after `seen` or the time is up. */
  wait(seen: number, milliseconds = Infinity): void {
    Atomics.add(this.#words, 1, 1);
    Atomics.wait(this.#words, 0, seen, milliseconds);
    Atomics.sub(this.#words, 1, 1);
  }

  /**
   * Resolves at a ring after `seen`, or when the time is up. It keeps no process alive: whoever
   * waits for a worker holds the worker.
   */
  async waitAsync(seen: number, milliseconds = Infinity): Promise<void> {
    Atomics.add(this.#words, 1, 1);
    const result = Atomics.waitAsync(this.#words, 0, seen, milliseconds);
    if (result.async) await result.value;
    Atomics.sub(this.#words, 1, 1);
  }
}
