import type { Arena } from '../../mem/arena.ts';
import { Lock } from '../../mem/lock.ts';

const MOST = 1024;

/** Numbers of the timers that a process has made with timer_create: a new program does not keep them. */
export class Timers {
  /** Numbers + 1; 0: free. */
  readonly #numbers: Int32Array;
  readonly #lock: Lock;

  constructor(arena: Arena) {
    this.#numbers = new Int32Array(arena.memory.buffer, arena.allocate(4 * MOST), MOST);
    this.#lock = new Lock(arena.memory, arena.allocate(8));
  }

  get hasRoom(): boolean {
    return this.#numbers.includes(0);
  }

  add(timer: number): void {
    this.#replace(0, timer + 1);
  }

  remove(timer: number): void {
    this.#replace(timer + 1, 0);
  }

  #replace(from: number, to: number): void {
    this.#lock.with(() => {
      const at = this.#numbers.indexOf(from);
      if (at >= 0) this.#numbers[at] = to;
    });
  }

  /** Forgets all, and gives their numbers. */
  takeAll(): number[] {
    return this.#lock.with(() => {
      const taken = [...this.#numbers].filter((number) => number !== 0).map((number) => number - 1);
      this.#numbers.fill(0);
      return taken;
    });
  }
}
