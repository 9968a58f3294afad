import type { CompressionName, Placer } from '../host/compression.ts';
import type { WorkerThread } from '../host/workers.ts';
import type { Codec } from './codecs.ts';
import { place, type PlacerRequest } from './placing.ts';
import { placerThread } from './threads.ts';
import { NodeWorkers } from './workers.ts';

/** Requests that the thread has: one that it works on, and the next. */
const MOST_POSTED = 2;

interface Job {
  readonly request: PlacerRequest;
  readonly waits: PromiseWithResolvers<void>;
}

/**
 * Unpacks on a thread. Its small heap is soon collected: buffers of unpacked memory are garbage at once, and on the
 * main thread the collector would look through all of the emulator for every few of them.
 */
export class ThreadPlacer implements Placer {
  readonly #codecs: ReadonlyMap<CompressionName, Codec>;
  readonly #worker: WorkerThread;
  /** What the thread has, in the order of its answers, and what it has not. */
  readonly #posted: Job[] = [];
  readonly #queue: Job[] = [];

  constructor(codecs: ReadonlyMap<CompressionName, Codec>) {
    this.#codecs = codecs;
    this.#worker = new NodeWorkers().spawn(placerThread, undefined, { name: 'placer' });
    this.#worker.listen((isPlaced) => {
      settle(this.#posted.shift()!, isPlaced as boolean);
      this.#post();
    });
    this.#worker.ended.catch((error: unknown) => {
      for (const { waits } of [...this.#posted.splice(0), ...this.#queue.splice(0)]) waits.reject(error);
    });
  }

  #post(): void {
    while (this.#posted.length < MOST_POSTED && this.#queue.length > 0) {
      const job = this.#queue.shift()!;
      this.#posted.push(job);
      this.#worker.post(job.request, [job.request.packed.buffer]);
    }
  }

  place(how: CompressionName, packed: Uint8Array, memory: Uint8Array, runs: readonly number[]): Promise<void> {
    const waits = Promise.withResolvers<void>();
    this.#queue.push({ request: { how, packed, memory, runs }, waits });
    this.#post();
    return waits.promise;
  }

  /** From here on the calling thread has nothing else to do. */
  async finish(): Promise<void> {
    for (let job = this.#queue.pop(); job !== undefined; job = this.#queue.pop()) {
      settle(job, place(this.#codecs, job.request));
      // The thread's answers come in between.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  [Symbol.dispose](): void {
    void this.#worker.terminate();
  }
}

function settle({ waits }: Job, isPlaced: boolean): void {
  if (isPlaced) waits.resolve();
  else waits.reject(new Error('it cannot be unpacked'));
}
