import type { WorkerSide, WorkerThread, Workers } from '../host/workers.ts';

/** What is used of the browser's threads; the project is compiled without the DOM's types. */
interface Channel {
  postMessage(message: unknown, transfer: readonly object[]): void;
  addEventListener(type: 'message', received: (event: { readonly data: unknown }) => void): void;
}

interface BrowserWorker extends Channel {
  onerror: ((event: { readonly message: string }) => void) | null;
  terminate(): void;
}

type BrowserWorkerConstructor = new (entry: URL, options: { type: 'module'; name: string }) => BrowserWorker;

/** The first message to a worker carries its data; those that come before it listens wait. */
export class WebWorkers implements Workers {
  spawn(entry: URL, data: unknown, { name = 'tinamou' }: { name?: string } = {}): WorkerThread {
    const { Worker } = globalThis as unknown as { Worker: BrowserWorkerConstructor };
    const worker = new Worker(entry, { type: 'module', name });
    const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(data, []);
    return {
      ended,
      post: (message, transfer = []) => worker.postMessage(message, transfer),
      listen: (received) => worker.addEventListener('message', ({ data: message }) => received(message)),
      terminate: async () => {
        worker.terminate();
        resolve();
      },
    };
  }
}

/** For the module that a worker runs. */
export async function workerSide(): Promise<WorkerSide> {
  const channel = globalThis as unknown as Channel;
  const early: unknown[] = [];
  let received = (message: unknown): void => void early.push(message);
  const data = await new Promise<unknown>((resolve) => {
    let first = true;
    channel.addEventListener('message', ({ data: message }) => {
      if (!first) received(message);
      first = false;
      resolve(message);
    });
  });
  return {
    data,
    pipe: {
      post: (message, transfer = []) => channel.postMessage(message, transfer),
      listen: (listener) => {
        received = listener;
        for (const message of early.splice(0)) listener(message);
      },
    },
  };
}
