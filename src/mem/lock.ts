/**
 * A lock between threads, one word of shared memory: 0 free, 1 held, 2 held and somebody waits.
 * Zeroed memory is a free lock. It does not nest.
 */
export class Lock {
  readonly #words: Int32Array;

  constructor(memory: WebAssembly.Memory, address: number) {
    this.#words = new Int32Array(memory.buffer, address, 1);
  }

  acquire(): void {
    const words = this.#words;
    if (Atomics.compareExchange(words, 0, FREE, HELD) === FREE) return;
    while (Atomics.exchange(words, 0, CONTENDED) !== FREE) Atomics.wait(words, 0, CONTENDED);
  }

  /** Acquires it, or gives up, false, when woken while it is held and `isWanted` is false. */
  acquireWhile(isWanted: () => boolean): boolean {
    const words = this.#words;
    if (Atomics.compareExchange(words, 0, FREE, HELD) === FREE) return true;
    while (Atomics.exchange(words, 0, CONTENDED) !== FREE) {
      if (!isWanted()) {
        // Another one may wait for what this one was woken by.
        Atomics.notify(words, 0, 1);
        return false;
      }
      Atomics.wait(words, 0, CONTENDED);
    }
    return true;
  }

  release(): void {
    if (Atomics.exchange(this.#words, 0, FREE) === CONTENDED) Atomics.notify(this.#words, 0, 1);
  }

  /** Runs `act` while holding the lock. */
  with<T>(act: () => T): T {
    this.acquire();
    try {
      return act();
    } finally {
      this.release();
    }
  }
}

const FREE = 0;
const HELD = 1;
const CONTENDED = 2;
