import type { Transferable } from 'node:worker_threads';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { BugError } from '../base/errors.ts';
import type { WorkerSide, WorkerThread, Workers } from '../host/workers.ts';

export class NodeWorkers implements Workers {
  spawn(entry: URL, data: unknown, { name }: { name?: string } = {}): WorkerThread {
    const worker = new Worker(entry, { workerData: data, ...(name === undefined ? {} : { name }) });
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

/** For the module that a worker runs. */
export function workerSide(): WorkerSide {
  const port = parentPort;
  if (port === null) throw new BugError('workerSide is for workers');
  return {
    data: workerData,
    pipe: {
      post: (message, transfer = []) => port.postMessage(message, [...transfer] as Transferable[]),
      listen: (received) => void port.on('message', received),
    },
  };
}
