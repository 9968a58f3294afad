import type { Transferable } from 'node:worker_threads';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { BugError } from '../base/errors.ts';
import type { WorkerSide, WorkerThread, Workers } from '../host/workers.ts';
import { keepCode } from './kept-code.ts';

/** Workers that have not been given their data, by the module that they run. */
const prepared = new Map<string, Worker>();
/** In place of the data of such a worker. */
const LATER = 'later';

/** Lets a worker that will be wanted soon load its modules. It keeps no process alive that does not want it. */
export function prepareWorker(entry: URL, name: string): void {
  const worker = new Worker(entry, { workerData: LATER, name });
  worker.unref();
  // Whoever wants it then makes one of his own, and is told what is wrong.
  worker.once('error', () => prepared.delete(entry.href));
  prepared.set(entry.href, worker);
}

function workerFor(entry: URL, data: unknown, name: string | undefined): Worker {
  const worker = prepared.get(entry.href);
  if (worker === undefined) return new Worker(entry, { workerData: data, ...(name === undefined ? {} : { name }) });
  prepared.delete(entry.href);
  worker.ref();
  worker.postMessage(data);
  return worker;
}

export class NodeWorkers implements Workers {
  spawn(entry: URL, data: unknown, { name }: { name?: string } = {}): WorkerThread {
    const worker = workerFor(entry, data, name);
    let terminating = false;
    const ended = new Promise<void>((resolve, reject) => {
      worker.once('error', reject);
      worker.once('exit', (code) => {
        if (code === 0 || terminating) resolve();
        else reject(new BugError(`the thread ${name ?? entry.href} ended with status ${code}`));
      });
    });
    return {
      ended,
      post: (message, transfer = []) => worker.postMessage(message, [...transfer] as Transferable[]),
      listen: (received) => void worker.on('message', received),
      terminate: async () => {
        terminating = true;
        await worker.terminate();
      },
    };
  }
}

/** For the module that a worker runs, once it has its data. */
export async function workerSide(): Promise<WorkerSide> {
  const port = parentPort;
  if (port === null) throw new BugError('workerSide is for workers');
  keepCode();
  const isLater = workerData === LATER;
  return {
    data: isLater ? await new Promise<unknown>((resolve) => port.once('message', resolve)) : workerData,
    pipe: {
      post: (message, transfer = []) => port.postMessage(message, [...transfer] as Transferable[]),
      listen: (received) => void port.on('message', received),
    },
  };
}
