import type { CompressionName, Placer } from '../host/compression.ts';
import type { WorkerThread } from '../host/workers.ts';
import type { PlacerRequest } from './placing.ts';
import { placerThread } from './threads.ts';
import { NodeWorkers } from './workers.ts';

/**
 * Unpacks on a thread. Its small heap is soon collected: buffers of unpacked memory are garbage at once, and on the
 * main thread the collector would look through all of the emulator for every few of them. So the main thread does
 * not help, though it has nothing else to do meanwhile.
 */
export class ThreadPlacer implements Placer {
  readonly #worker: WorkerThread;
  /** What the thread has not answered yet, in order. */
  readonly #asked: PromiseWithResolvers<void>[] = [];

  constructor() {
    this.#worker = new NodeWorkers().spawn(placerThread, undefined, { name: 'placer' });
    this.#worker.listen((isPlaced) => {
      const { resolve, reject } = this.#asked.shift()!;
      if (isPlaced === true) resolve();
      else reject(new Error('it cannot be unpacked'));
    });
    this.#worker.ended.catch((error: unknown) => {
      for (const { reject } of this.#asked.splice(0)) reject(error);
    });
  }

  place(how: CompressionName, packed: Uint8Array, memory: Uint8Array, runs: readonly number[]): Promise<void> {
    const request: PlacerRequest = { how, packed, memory, runs };
    this.#worker.post(request, [packed.buffer]);
    const waits = Promise.withResolvers<void>();
    this.#asked.push(waits);
    return waits.promise;
  }

  [Symbol.dispose](): void {
    void this.#worker.terminate();
  }
}
