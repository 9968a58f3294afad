/** The thread that runs a target; the other one watches that it comes back. */
import { parentPort, workerData } from 'node:worker_threads';
import { Coverage } from './coverage.ts';
import { mutate } from './mutate.ts';
import { Random } from './random.ts';
import { loadTarget, MAX_INPUT, type FuzzTarget } from './target.ts';

export interface WorkerInput {
  readonly file: string;
  readonly seed: number;
  readonly seconds: number;
  /** Stored inputs, run first and unchanged. */
  readonly corpus: readonly Uint8Array[];
  readonly shared: SharedArrayBuffer;
}

export type WorkerOutput =
  | { readonly kind: 'done'; readonly runs: number; readonly places: number; readonly found: readonly Uint8Array[] }
  | { readonly kind: 'crash'; readonly input: Uint8Array; readonly message: string };

/** Shared with the watcher: run number (odd while running), length of the input, its bytes. */
export const SHARED_BYTES = 8 + MAX_INPUT;
/** A run may take this long. */
export const SLOW_MS = 1000;
/** Runs between two looks at the coverage. */
const BATCH = 64;

class Fuzzer {
  readonly #target: FuzzTarget;
  readonly #state: Int32Array;
  readonly #bytes: Uint8Array;
  runs = 0;

  constructor(target: FuzzTarget, shared: SharedArrayBuffer) {
    this.#target = target;
    this.#state = new Int32Array(shared, 0, 2);
    this.#bytes = new Uint8Array(shared, 8);
  }

  /** What is wrong with the input, or undefined. */
  run(input: Uint8Array): string | undefined {
    const problem = this.#once(input);
    // The machine may have been busy: slow is what is slow every time.
    return problem === 'slow' && this.#once(input) === 'slow' && this.#once(input) === 'slow'
      ? `takes longer than ${SLOW_MS} ms`
      : problem === 'slow'
        ? undefined
        : problem;
  }

  #once(input: Uint8Array): string | undefined {
    this.runs++;
    this.#bytes.set(input.subarray(0, MAX_INPUT));
    this.#state[1] = Math.min(input.length, MAX_INPUT);
    Atomics.add(this.#state, 0, 1);
    const start = performance.now();
    try {
      this.#target.run(input.slice());
    } catch (error) {
      return error instanceof Error ? (error.stack ?? error.message) : String(error);
    } finally {
      Atomics.add(this.#state, 0, 1);
    }
    return performance.now() - start > SLOW_MS ? 'slow' : undefined;
  }
}

async function fuzz({ file, seed, seconds, corpus: stored, shared }: WorkerInput): Promise<WorkerOutput> {
  const target = await loadTarget(file);
  const fuzzer = new Fuzzer(target, shared);
  const random = new Random(seed);
  using coverage = new Coverage();
  const seeds = [...target.seeds(), ...stored];
  for (const input of seeds) {
    const message = fuzzer.run(input);
    if (message !== undefined) return { kind: 'crash', input, message };
  }
  coverage.mark(coverage.take());
  const corpus = seeds.length === 0 ? [new Uint8Array(0)] : [...seeds];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const batch = Array.from({ length: BATCH }, () => mutate(corpus, random));
    for (const input of batch) {
      const message = fuzzer.run(input);
      if (message !== undefined) return { kind: 'crash', input, message };
    }
    corpus.push(...news(batch, coverage, fuzzer));
  }
  return { kind: 'done', runs: fuzzer.runs, places: coverage.size, found: corpus.slice(seeds.length) };
}

/** The inputs of a batch that reached what none had reached before, found by running them again. */
function news(batch: readonly Uint8Array[], coverage: Coverage, fuzzer: Fuzzer): Uint8Array[] {
  const wanted = new Set(coverage.take());
  if (wanted.size === 0) return [];
  coverage.mark(wanted);
  return batch.filter((input) => {
    if (wanted.size === 0) return false;
    coverage.unmark(wanted);
    fuzzer.run(input);
    const reached = coverage.take().filter((place) => wanted.delete(place));
    coverage.mark([...reached, ...wanted]);
    return reached.length > 0;
  });
}

parentPort?.postMessage(await fuzz(workerData as WorkerInput));
