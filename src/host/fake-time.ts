import type { HostClock } from './clock.ts';
import type { Timers } from './timers.ts';

/** Time that passes only when a test says so. */
export class FakeTime implements HostClock, Timers {
  #now = 0;
  readonly #epoch: number;
  #pending: { due: number; act: () => void }[] = [];

  /** `epoch`: what the calendar shows at the start, in seconds since 1970. */
  constructor(epoch = 1_000_000_000) {
    this.#epoch = epoch;
  }

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#epoch + this.#now / 1e9;
  }

  worked(): number {
    return this.#now / 1e6;
  }

  after(milliseconds: number, act: () => void): () => void {
    const entry = { due: this.#now + milliseconds * 1e6, act };
    this.#pending.push(entry);
    return () => {
      this.#pending = this.#pending.filter((other) => other !== entry);
    };
  }

  /** Lets time pass, and the timers that are due act in their order. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds * 1e6;
    for (;;) {
      const [next] = this.#pending.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due);
      if (next === undefined) break;
      this.#pending = this.#pending.filter((other) => other !== next);
      this.#now = Math.max(this.#now, next.due);
      next.act();
    }
    this.#now = end;
  }
}
