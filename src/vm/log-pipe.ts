import { ByteRing } from '../host/byte-ring.ts';

/** Takes what is logged, in order; more is given to it once it has taken this. */
export type LogSink = (text: string) => void | Promise<void>;

const CAPACITY = 1 << 18;

/**
 * The log's way from a vCPU's thread to the main thread: a ring in shared memory. A thread that
 * logs faster than the sink takes it waits, and what was written before the thread stopped is
 * there to be read afterwards. The main thread never waits for a lock that a running vCPU could
 * hold while it waits here.
 */
export class LogPipe {
  static readonly bytes = ByteRing.bytes(CAPACITY);
  readonly #ring: ByteRing;
  readonly #encoder = new TextEncoder();

  constructor(buffer: ArrayBufferLike, address: number) {
    this.#ring = new ByteRing(buffer, address, CAPACITY);
  }

  /** On the vCPU's thread: waits for room. */
  write(text: string): void {
    const ring = this.#ring;
    let rest = this.#encoder.encode(text);
    while (rest.length > 0) {
      const seen = ring.space.sample();
      const count = ring.write(rest);
      rest = rest.subarray(count);
      if (count === 0) ring.space.wait(seen);
    }
  }

  /**
   * On the main thread: carries everything to `sink`, whole lines at a time. Gives what ends that,
   * once the writer has stopped. If the sink fails, `failed` hears of it and the rest is dropped.
   */
  drainInto(sink: LogSink, failed: (error: unknown) => void): () => Promise<void> {
    const ring = this.#ring;
    const decoder = new TextDecoder();
    const bytes = new Uint8Array(CAPACITY);
    let take = sink;
    let line = '';
    let isEnding = false;
    const give = async (text: string): Promise<void> => {
      try {
        if (text !== '') await take(text);
      } catch (error) {
        take = () => {};
        failed(error);
      }
    };
    const carry = async (): Promise<void> => {
      for (;;) {
        const seen = ring.data.sample();
        const count = ring.read(bytes);
        if (count > 0) {
          line += decoder.decode(bytes.subarray(0, count), { stream: true });
          const end = line.lastIndexOf('\n') + 1;
          await give(line.slice(0, end));
          line = line.slice(end);
        } else if (isEnding) return give(line);
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
