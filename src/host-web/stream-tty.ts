import type { StreamEvents } from '../host/stream.ts';
import type { Tty } from '../host/tty.ts';

/** Bytes of output that nobody has read yet before the writer is asked to wait. */
const UNREAD = 1 << 16;

/**
 * A terminal as two streams of bytes, for a page to join to whatever shows it. It is always raw: the
 * streams carry what the guest sends and receives, and nothing is echoed.
 */
export class StreamTty implements Tty {
  readonly interactive = true;
  /** What appears on the terminal. */
  readonly readable: ReadableStream<Uint8Array>;
  /** What is typed. Once the terminal is closed it is dropped. */
  readonly writable: WritableStream<Uint8Array>;
  #events: StreamEvents | undefined;
  #paused = false;
  #closed = false;
  /** The writer was asked to wait. */
  #full = false;
  /** The reader is gone. */
  #unread = false;
  /** Lets what was typed flow on. */
  #flow = (): void => {};
  #output!: ReadableStreamDefaultController<Uint8Array>;

  constructor() {
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#output = controller;
        },
        pull: () => this.#drain(),
        cancel: () => {
          this.#unread = true;
          this.#drain();
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: UNREAD }),
    );
    this.writable = new WritableStream<Uint8Array>({ write: (bytes) => this.#type(bytes) });
  }

  setRaw(): void {}

  listen(events: StreamEvents): void {
    this.#events = events;
    this.#flow();
  }

  write(bytes: Uint8Array): boolean {
    if (this.#closed || this.#unread || bytes.length === 0) return true;
    this.#output.enqueue(bytes.slice());
    this.#full = (this.#output.desiredSize ?? 0) <= 0;
    return !this.#full;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#flow();
  }

  /** What was written can still be read. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#flow();
    if (!this.#unread) this.#output.close();
  }

  /** A stream has one write under way at a time. */
  async #type(bytes: Uint8Array): Promise<void> {
    while (!this.#closed && (this.#paused || this.#events === undefined)) {
      await new Promise<void>((resolve) => {
        this.#flow = resolve;
      });
    }
    if (!this.#closed) this.#events!.data(bytes);
  }

  /** The streams may ask for more from inside `write`. */
  #drain(): void {
    if (!this.#full) return;
    this.#full = false;
    queueMicrotask(() => this.#events?.drain());
  }
}
