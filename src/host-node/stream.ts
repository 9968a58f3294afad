import type { Socket as NetSocket } from 'node:net';
import type { ByteStream, StreamEvents } from '../host/stream.ts';

/** How long a peer that does not read can hold up the end. */
const LINGER_MS = 1000;

/** A connection of Node's as a `ByteStream`. Nothing is read until somebody listens. */
export class NodeStream implements ByteStream {
  readonly #socket: NetSocket;
  #error: Error | undefined;

  constructor(socket: NetSocket) {
    this.#socket = socket;
    socket.pause();
    // Without a listener Node would end the process at a connection that was reset.
    socket.on('error', (error) => {
      this.#error = error;
    });
  }

  listen(events: StreamEvents): void {
    const socket = this.#socket;
    if (socket.destroyed) {
      queueMicrotask(() => events.closed(this.#error));
      return;
    }
    socket.on('data', (bytes: Uint8Array) => events.data(bytes));
    socket.on('drain', () => events.drain());
    socket.on('close', () => events.closed(this.#error));
    socket.resume();
  }

  write(bytes: Uint8Array): boolean {
    if (!this.#socket.writable) return true;
    // What is short shares memory with others: a buffer of its own would cost more than it holds.
    return this.#socket.write(Buffer.from(bytes));
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  async close(): Promise<void> {
    const socket = this.#socket;
    if (socket.destroyed) return;
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.destroySoon();
    await closed;
    clearTimeout(timer);
  }
}
