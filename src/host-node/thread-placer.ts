import type { CompressionName, Placer } from '../host/compression.ts';
import type { WorkerThread } from '../host/workers.ts';
import { placerThread } from './threads.ts';
import { NodeWorkers } from './workers.ts';

/** What the thread is asked for. */
export interface PlacerRequest {
  readonly how: CompressionName;
  readonly packed: Uint8Array;
  readonly memory: Uint8Array;
  readonly runs: readonly number[];
}

/** Its answers, in the order of the requests: whether it could be done. */
export type PlacerAnswer = boolean;

/**
 * Unpacks on a thread. Its small heap is soon collected: buffers of unpacked memory are garbage at once, and on the
 * main thread the collector would look through all of the emulator for every few of them.
 */
export class ThreadPlacer implements Placer {
  readonly #worker: WorkerThread;
  readonly #waiting: PromiseWithResolvers<void>[] = [];

  constructor() {
    this.#worker = new NodeWorkers().spawn(placerThread, undefined, { name: 'placer' });
    this.#worker.listen((done) => this.#receive(done as PlacerAnswer));
    this.#worker.ended.catch((error: unknown) => {
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
  }

  #receive(done: PlacerAnswer): void {
    const { resolve, reject } = this.#waiting.shift()!;
    if (done) resolve();
    else reject(new Error('it cannot be unpacked'));
  }

  place(how: CompressionName, packed: Uint8Array, memory: Uint8Array, runs: readonly number[]): Promise<void> {
    const waits = Promise.withResolvers<void>();
    this.#waiting.push(waits);
    const request: PlacerRequest = { how, packed, memory, runs };
    this.#worker.post(request, [packed.buffer]);
    return waits.promise;
  }

  [Symbol.dispose](): void {
    void this.#worker.terminate();
  }
}
