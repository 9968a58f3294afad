import { Worker } from 'node:worker_threads';
import type { Tier } from '../../../src/vm/config.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Boot, Image } from './counted-machine.ts';

/** What an engine is to run, and where its hart is looked at: instructions retired, ascending. */
export interface EngineTask {
  readonly tier: Tier;
  readonly boot: Boot;
  /** Where it begins, if not at power-on. */
  readonly image?: Image | undefined;
  readonly marks: readonly number[];
}

/** What came of it. */
export interface EngineRun {
  readonly checkpoints: readonly Checkpoint[];
  readonly console: string;
  /** Hashes of RAM at the end, piece by piece. */
  readonly ram: readonly string[];
  readonly seconds: number;
}

/** Runs a task on a thread of its own. */
export async function runEngine(task: EngineTask): Promise<EngineRun> {
  const worker = new Worker(new URL('./engine-worker.ts', import.meta.url), { workerData: task });
  return new Promise((resolve, reject) => {
    worker.on('message', resolve);
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`the thread of ${task.tier} ended with status ${code}`)));
  });
}
