import { BytePipe } from './byte-pipe.ts';

/** Takes what is logged, in order; more is given to it once it has taken this. */
export type LogSink = (text: string) => void | Promise<void>;

const CAPACITY = 1 << 18;

/** The log's way from a vCPU's thread to the main thread, in whole lines. */
export class LogPipe {
  static readonly bytes = BytePipe.bytes(CAPACITY);
  readonly #pipe: BytePipe;
  readonly #encoder = new TextEncoder();

  constructor(buffer: ArrayBufferLike, address: number) {
    this.#pipe = new BytePipe(buffer, address, CAPACITY);
  }

  /** On the vCPU's thread: waits for room. */
  write(text: string): void {
    this.#pipe.write(this.#encoder.encode(text));
  }

  /**
   * On the main thread: carries everything to `sink`, whole lines at a time. Gives what ends that,
   * once the writer has stopped. If the sink fails, `failed` hears of it and the rest is dropped.
   */
  drainInto(sink: LogSink, failed: (error: unknown) => void): () => Promise<void> {
    const decoder = new TextDecoder();
    let line = '';
    let take = sink;
    const fail = (error: unknown): void => {
      take = () => {};
      failed(error);
    };
    const end = this.#pipe.drainInto(async (bytes) => {
      line += decoder.decode(bytes, { stream: true });
      const whole = line.slice(0, line.lastIndexOf('\n') + 1);
      line = line.slice(whole.length);
      if (whole !== '') await take(whole);
    }, fail);
    return async () => {
      await end();
      try {
        if (line !== '') await take(line);
      } catch (error) {
        fail(error);
      }
    };
  }
}
