import type { Arena } from '../../mem/arena.ts';
import { BytePipe, type ByteSink } from '../byte-pipe.ts';
import { encodeEvent, type Event } from './event.ts';
import { Checksum, encodeChecksum, encodeStart, type Recorded } from './log.ts';

const CAPACITY = 1 << 16;

/** Where events of a recording are written down, from the vCPU's thread or, while that stands still, another. */
export class Tape {
  readonly #pipe: BytePipe;
  /** The last event's instant. */
  readonly #last: Float64Array;

  constructor(arena: Arena) {
    const { buffer } = arena.memory;
    this.#last = new Float64Array(buffer, arena.allocate(16), 2);
    this.#pipe = new BytePipe(buffer, arena.allocate(BytePipe.bytes(CAPACITY)), CAPACITY);
  }

  write(event: Event): void {
    const [count, ahead] = this.#last as unknown as readonly [number, number];
    this.#pipe.write(encodeEvent(event, { count, ahead }));
    this.#last[0] = event.count;
    this.#last[1] = event.ahead;
  }

  /** On the main thread: carries a whole recording to `sink`. Gives what ends it, after the event that says so. */
  drainInto(recorded: Recorded, sink: ByteSink, failed: (error: unknown) => void): () => Promise<void> {
    const sum = new Checksum();
    const start = encodeStart(recorded);
    let isStarted = false;
    const take = async (bytes: Uint8Array): Promise<void> => {
      if (!isStarted) {
        isStarted = true;
        await take(start);
      }
      sum.add(bytes);
      await sink(bytes);
    };
    const end = this.#pipe.drainInto(take, failed);
    return async () => {
      await end();
      try {
        await sink(encodeChecksum(sum));
      } catch (error) {
        failed(error);
      }
    };
  }
}
