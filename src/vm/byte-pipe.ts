import { ByteRing } from '../host/byte-ring.ts';

/** Takes bytes, in order; more are given to it once it has taken these, which are borrowed until then. */
export type ByteSink = (bytes: Uint8Array) => void | Promise<void>;

/**
 * The way of bytes from a vCPU's thread to the main thread: a ring in shared memory. A thread that writes
 * faster than the sink takes waits, and what was written before the thread stopped is there to be read
 * afterwards. The main thread never waits for a lock that a running vCPU could hold while it waits here.
 */
export class BytePipe {
  readonly #ring: ByteRing;

  static bytes(capacity: number): number {
    return ByteRing.bytes(capacity);
  }

  constructor(buffer: ArrayBufferLike, address: number, capacity: number) {
    this.#ring = new ByteRing(buffer, address, capacity);
  }

  /** On the vCPU's thread: waits for room. */
  write(bytes: Uint8Array): void {
    const ring = this.#ring;
    for (let rest = bytes; rest.length > 0;) {
      const seen = ring.space.sample();
      const count = ring.write(rest);
      rest = rest.subarray(count);
      if (count === 0) ring.space.wait(seen);
    }
  }

  /**
   * On the main thread: carries everything to `sink`. Gives what ends that, once the writer has stopped. If the sink
   * fails, `failed` hears of it and the rest is dropped.
   */
  drainInto(sink: ByteSink, failed: (error: unknown) => void): () => Promise<void> {
    const ring = this.#ring;
    const bytes = new Uint8Array(ring.capacity);
    let take = sink;
    let isEnding = false;
    const carry = async (): Promise<void> => {
      for (;;) {
        const seen = ring.data.sample();
        const count = ring.read(bytes);
        if (count > 0) {
          try {
            await take(bytes.subarray(0, count));
          } catch (error) {
            take = () => {};
            failed(error);
          }
        } else if (isEnding) return;
        else await ring.data.waitAsync(seen);
      }
    };
    const carried = carry();
    return () => {
      isEnding = true;
      ring.data.ring();
      return carried;
    };
  }
}
