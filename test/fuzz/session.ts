import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { SHARED_BYTES, type WorkerInput, type WorkerOutput } from './worker.ts';

export interface SessionOptions {
  /** The target's file. */
  readonly file: string;
  readonly seconds: number;
  readonly seed: number;
  /** Inputs are read from here, and one that crashes is written here. */
  readonly corpus: string;
}

export interface Crash {
  readonly kind: 'crash';
  readonly message: string;
  readonly input: Uint8Array;
  /** Where the input was written. */
  readonly saved: string;
}

export type SessionResult = Crash | Extract<WorkerOutput, { kind: 'done' }>;

/** A run that has not come back for so long never will: the thread is ended. */
const HANG_MS = 5000;
const WATCH_MS = 250;

/** Runs a target on what is stored, then on changed inputs for the time given. */
export async function fuzz({ file, seconds, seed, corpus }: SessionOptions): Promise<SessionResult> {
  const shared = new SharedArrayBuffer(SHARED_BYTES);
  const workerData: WorkerInput = { file, seed, seconds, corpus: readCorpus(corpus), shared };
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData });
  const stopWatching = new AbortController();
  try {
    const output = await Promise.race([outputOf(worker), watch(shared, stopWatching.signal)]);
    return output.kind === 'done' ? output : { ...output, saved: save(corpus, 'crash', output.input) };
  } finally {
    stopWatching.abort();
    await worker.terminate();
  }
}

function outputOf(worker: Worker): Promise<WorkerOutput> {
  const { promise, resolve, reject } = Promise.withResolvers<WorkerOutput>();
  worker.once('message', resolve);
  worker.once('error', reject);
  worker.once('exit', () => reject(new Error('the target ended the thread it ran in')));
  return promise;
}

/** Resolves when one run takes longer than HANG_MS. */
function watch(shared: SharedArrayBuffer, signal: AbortSignal): Promise<WorkerOutput> {
  const state = new Int32Array(shared, 0, 2);
  const { promise, resolve } = Promise.withResolvers<WorkerOutput>();
  let seen = 0;
  let since = performance.now();
  const timer = setInterval(() => {
    const run = Atomics.load(state, 0);
    if (run !== seen || run % 2 === 0) {
      seen = run;
      since = performance.now();
    } else if (performance.now() - since > HANG_MS) {
      const input = new Uint8Array(shared).slice(8, 8 + state[1]!);
      resolve({ kind: 'crash', input, message: `has not come back after ${HANG_MS} ms` });
    }
  }, WATCH_MS);
  signal.addEventListener('abort', () => clearInterval(timer));
  return promise;
}

export function readCorpus(directory: string): Uint8Array[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .toSorted()
    .map((name) => new Uint8Array(readFileSync(join(directory, name))));
}

/** Writes an input under its hash; gives the path. */
export function save(directory: string, kind: string, input: Uint8Array): string {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, `${kind}-${createHash('sha256').update(input).digest('hex').slice(0, 12)}`);
  writeFileSync(path, input);
  return path;
}
