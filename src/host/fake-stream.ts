import type { ByteStream, StreamEvents } from './stream.ts';

/**
 * One end of a connection in memory. `limit` is how many written bytes it holds for a paused other
 * end before it asks the writer to wait.
 */
export class FakeStream implements ByteStream {
  readonly limit: number;
  #events: StreamEvents | undefined;
  #other: FakeStream | undefined;
  #waiting: Uint8Array[] = [];
  #paused = false;
  #blocked = false;
  #closed = false;
  #toldClosed = false;

  static pair(limit = 1 << 16): [FakeStream, FakeStream] {
    const a = new FakeStream(limit);
    const b = new FakeStream(limit);
    a.#other = b;
    b.#other = a;
    return [a, b];
  }

  constructor(limit: number) {
    this.limit = limit;
  }

  listen(events: StreamEvents): void {
    this.#events = events;
    queueMicrotask(() => this.#deliver());
  }

  write(bytes: Uint8Array): boolean {
    const other = this.#other;
    if (this.#closed || other === undefined || other.#closed) return true;
    other.#waiting.push(bytes.slice());
    queueMicrotask(() => other.#deliver());
    this.#blocked = other.#held() >= this.limit;
    return !this.#blocked;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    queueMicrotask(() => this.#deliver());
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const other = this.#other;
    queueMicrotask(() => {
      this.#tellClosed();
      if (other !== undefined) other.#deliver();
    });
  }

  #held(): number {
    return this.#waiting.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  #deliver(): void {
    if (this.#closed || this.#events === undefined) return;
    while (!this.#paused && this.#waiting.length > 0) this.#events.data(this.#waiting.shift()!);
    const other = this.#other;
    if (other === undefined) return;
    if (other.#blocked && this.#held() < this.limit) {
      other.#blocked = false;
      other.#events?.drain();
    }
    if (other.#closed && this.#waiting.length === 0) {
      this.#closed = true;
      this.#tellClosed();
    }
  }

  #tellClosed(): void {
    if (this.#toldClosed) return;
    this.#toldClosed = true;
    this.#events?.closed();
  }
}
