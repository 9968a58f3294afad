/** The thread of one engine: see engine-run.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Checkpoint } from './checkpoint.ts';
import { CountedMachine } from './counted-machine.ts';
import type { EngineRun, EngineTask } from './engine-run.ts';

const { tier, boot, image, marks } = workerData as EngineTask;
const start = performance.now();
const machine = new CountedMachine(boot, tier, image);
const checkpoints: Checkpoint[] = [];
for (const mark of marks) {
  machine.runTo(mark);
  checkpoints.push(machine.checkpoint());
}
const seconds = (performance.now() - start) / 1000;
parentPort!.postMessage({ checkpoints, console: machine.console, ram: machine.ram(), seconds } satisfies EngineRun);
