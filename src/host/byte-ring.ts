import { BugError } from '../base/errors.ts';
import { Wake } from './wake.ts';

/**
 * A queue of bytes in shared memory with one producer and one consumer, on the same or on two
 * threads. Zeroed memory is an empty ring, so that each side only constructs its view.
 *
 * Layout in bytes; each side writes to a cache line of its own:
 *
 *      0  tail   bytes ever written, modulo 2^32      (producer)
 *      8  data   Wake: the consumer sleeps here
 *     64  head   bytes ever read, modulo 2^32         (consumer)
 *     72  space  Wake: the producer sleeps here
 *    128  the bytes, a power of two of them
 */
export class ByteRing {
  readonly capacity: number;
  /** Rings when bytes arrive. */
  readonly data: Wake;
  /** Rings when bytes leave. */
  readonly space: Wake;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;

  static bytes(capacity: number): number {
    return BYTES + capacity;
  }

  constructor(buffer: ArrayBufferLike, address: number, capacity: number) {
    if (capacity < 1 || capacity > 2 ** 30 || (capacity & (capacity - 1)) !== 0) {
      throw new BugError(`a ring of ${capacity} bytes: not a power of two up to 2^30`);
    }
    this.capacity = capacity;
    this.#words = new Int32Array(buffer, address, BYTES / 4);
    this.#bytes = new Uint8Array(buffer, address + BYTES, capacity);
    this.data = new Wake(buffer, address + DATA);
    this.space = new Wake(buffer, address + SPACE);
  }

  /** Bytes that can be read now. */
  available(): number {
    return (Atomics.load(this.#words, TAIL) - Atomics.load(this.#words, HEAD)) >>> 0;
  }

  /** Bytes that can be written now. */
  free(): number {
    return this.capacity - this.available();
  }

  /** Producer: copies in as many of `bytes` as fit and returns how many. */
  write(bytes: Uint8Array): number {
    const tail = Atomics.load(this.#words, TAIL);
    const count = Math.min(bytes.length, this.free());
    if (count === 0) return 0;
    const start = tail & (this.capacity - 1);
    const first = Math.min(count, this.capacity - start);
    this.#bytes.set(bytes.subarray(0, first), start);
    this.#bytes.set(bytes.subarray(first, count), 0);
    Atomics.store(this.#words, TAIL, (tail + count) | 0);
    this.data.ring();
    return count;
  }

  /** Producer: false if the ring is full. */
  writeByte(byte: number): boolean {
    if (this.free() === 0) return false;
    const tail = Atomics.load(this.#words, TAIL);
    this.#bytes[tail & (this.capacity - 1)] = byte;
    Atomics.store(this.#words, TAIL, (tail + 1) | 0);
    this.data.ring();
    return true;
  }

  /** Consumer: copies out up to `into.length` bytes and returns how many. */
  read(into: Uint8Array): number {
    const head = Atomics.load(this.#words, HEAD);
    const count = Math.min(into.length, this.available());
    if (count === 0) return 0;
    const start = head & (this.capacity - 1);
    const first = Math.min(count, this.capacity - start);
    into.set(this.#bytes.subarray(start, start + first), 0);
    into.set(this.#bytes.subarray(0, count - first), first);
    this.#leave(head, count);
    return count;
  }

  /** Consumer: copies out as `read` does, and leaves everything in the ring. */
  peek(into: Uint8Array): number {
    const head = Atomics.load(this.#words, HEAD);
    const count = Math.min(into.length, this.available());
    for (let i = 0; i < count; i++) into[i] = this.#bytes[(head + i) & (this.capacity - 1)]!;
    return count;
  }

  /** Consumer: the next byte, or -1. */
  readByte(): number {
    if (this.available() === 0) return -1;
    const head = Atomics.load(this.#words, HEAD);
    const byte = this.#bytes[head & (this.capacity - 1)]!;
    this.#leave(head, 1);
    return byte;
  }

  /** Consumer: drops what is in the ring. */
  clear(): void {
    const count = this.available();
    if (count > 0) this.#leave(Atomics.load(this.#words, HEAD), count);
  }

  #leave(head: number, count: number): void {
    Atomics.store(this.#words, HEAD, (head + count) | 0);
    this.space.ring();
  }
}

const TAIL = 0;
const DATA = 8;
const HEAD = 64 / 4;
const SPACE = 72;
const BYTES = 128;
