import type { StreamEvents } from './stream.ts';
import type { Tty } from './tty.ts';

const text = new TextDecoder();

/** A terminal on which a test types, and reads what appeared. */
export class FakeTty implements Tty {
  readonly interactive: boolean;
  raw = false;
  signals = true;
  /** What has been written so far. */
  output = '';
  #events: StreamEvents | undefined;
  #typed: Uint8Array[] = [];
  #paused = false;

  constructor(interactive = true) {
    this.interactive = interactive;
  }

  type(keys: string): void {
    this.#typed.push(new TextEncoder().encode(keys));
    this.#deliver();
  }

  /** The input ends. */
  end(): void {
    this.#events?.closed();
  }

  setRaw(raw: boolean, { signals = false }: { signals?: boolean } = {}): void {
    this.raw = raw;
    this.signals = !raw || signals;
  }

  listen(events: StreamEvents): void {
    this.#events = events;
    queueMicrotask(() => this.#deliver());
  }

  write(bytes: Uint8Array): boolean {
    this.output += text.decode(bytes);
    return true;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    queueMicrotask(() => this.#deliver());
  }

  async close(): Promise<void> {
    this.setRaw(false);
    this.#events = undefined;
  }

  #deliver(): void {
    while (this.#events !== undefined && !this.#paused && this.#typed.length > 0) {
      this.#events.data(this.#typed.shift()!);
    }
  }
}
