import { parentPort } from 'node:worker_threads';
import { NodeClock } from './clock.ts';

/** Tells the time to whoever asks. */
const clock = new NodeClock();
parentPort!.on('message', () => parentPort!.postMessage(clock.now()));
