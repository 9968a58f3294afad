import { BugError } from '../base/errors.ts';
import type { WorkerSide, WorkerThread, Workers } from '../host/workers.ts';

/** A worker's end shows in a browser only if the worker tells of it, so every message says what it is. */
type Envelope =
  | { readonly kind: 'message'; readonly message: unknown }
  | { readonly kind: 'ended' }
  | { readonly kind: 'died'; readonly error: unknown };

/** The first message to a worker carries its data; those that come before it listens wait. */
export class WebWorkers implements Workers {
  spawn(entry: URL, data: unknown, { name = 'tinamou' }: { name?: string } = {}): WorkerThread {
    const worker = new Worker(entry, { type: 'module', name });
    const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
    let received: ((message: unknown) => void) | undefined;
    const early: unknown[] = [];
    const receive = (message: unknown): void => {
      if (received === undefined) early.push(message);
      else received(message);
    };
    worker.addEventListener('message', ({ data: envelope }: MessageEvent<Envelope>) => {
      if (envelope.kind === 'message') receive(envelope.message);
      else if (envelope.kind === 'ended') resolve();
      else reject(envelope.error);
    });
    // Without a message the module could not even be loaded.
    worker.addEventListener('error', ({ message }) => {
      reject(new BugError(`the thread ${name} died: ${message || `${entry.href} cannot be loaded`}`));
    });
    worker.postMessage(data);
    return {
      ended,
      post: (message, transfer = []) => worker.postMessage(message, [...transfer] as Transferable[]),
      listen: (listener) => {
        received = listener;
        for (const message of early.splice(0)) listener(message);
      },
      terminate: async () => {
        worker.terminate();
        resolve();
      },
    };
  }
}

/** What is used of a worker's own globals. */
interface Channel {
  postMessage(message: Envelope, transfer?: Transferable[]): void;
  addEventListener(type: 'message', received: (event: MessageEvent) => void): void;
  close(): void;
}

/** For the module that a worker runs: runs `body`, whose end is the thread's end. */
export async function runWorker(body: (side: WorkerSide) => void | Promise<void>): Promise<void> {
  const channel = globalThis as unknown as Channel;
  try {
    await body(await workerSide(channel));
    channel.postMessage({ kind: 'ended' });
  } catch (error) {
    channel.postMessage({ kind: 'died', error });
  }
  channel.close();
}

async function workerSide(channel: Channel): Promise<WorkerSide> {
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
      post: (message, transfer = []) =>
        channel.postMessage({ kind: 'message', message }, [...transfer] as Transferable[]),
      listen: (listener) => {
        received = listener;
        for (const message of early.splice(0)) listener(message);
      },
    },
  };
}
