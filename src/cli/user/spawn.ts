import type { NativeShare } from '../../host/native.ts';
import type { SharedImage } from '../../linux-user/program-images.ts';
import type { ProcessOptions } from '../../linux-user/process.ts';

/** What a worker needs to be a thread of a program; it can be sent to one. */
export interface GuestThreadData {
  readonly share: NativeShare;
  readonly options: Omit<ProcessOptions, 'abi'> & {
    readonly cpu: string;
    /** Who keeps translations of programs; undefined: they are not kept. */
    readonly keptBy: string | undefined;
  };
  /** Descriptor of the log, if there is one. */
  readonly log: number | undefined;
  /** What all threads' engines share. */
  readonly runtime: WebAssembly.Module;
  /** What is kept of the program. */
  readonly image: SharedImage | undefined;
  readonly index: number;
}

/**
 * Starts a worker that runs threads of the guest. Nothing is heard of it but by shared memory: the thread that
 * starts it, whether the program's first one or a worker itself, never returns to its event loop.
 */
export function spawnGuestThread(workerData: GuestThreadData): void {
  // Most programs have one thread.
  const threads = process.getBuiltinModule('node:worker_threads');
  new threads.Worker(new URL('./guest-thread.ts', import.meta.url), {
    workerData,
    env: threads.SHARE_ENV,
    name: 'guest',
  });
}
