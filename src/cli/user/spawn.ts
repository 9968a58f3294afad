import { readdirSync } from 'node:fs';
import type { NodeNativeSignals } from '../../host-node/native/signals.ts';
import type { NativeShare } from '../../host/native.ts';
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
  readonly index: number;
}

/** V8 takes the program's memory for a part of the heap, and would collect garbage whenever a thread is given it. */
const LIMITS = { maxOldGenerationSizeMb: 2 ** 15 };

/**
 * Starts a worker that runs threads of the guest. Nothing is heard of it but by shared memory: the thread that
 * starts it, whether the program's first one or a worker itself, never returns to its event loop. Gives the number of
 * the host's new thread, so that nobody needs to wait until it says that itself; 0: it is to be waited for.
 */
export function spawnGuestThread(workerData: GuestThreadData, signals: NodeNativeSignals): number {
  // Most programs have one thread.
  const threads = process.getBuiltinModule('node:worker_threads');
  const before = new Set(tasks());
  signals.whileDeaf(
    () =>
      new threads.Worker(new URL('./guest-thread.ts', import.meta.url), {
        workerData,
        env: threads.SHARE_ENV,
        name: 'guest',
        resourceLimits: LIMITS,
      }),
  );
  // A debugger asks for registers of each thread that there is.
  if (workerData.options.isDebugged === true) return 0;
  const fresh = tasks().filter((tid) => !before.has(tid));
  return fresh.length === 1 ? Number(fresh[0]) : 0;
}

/** The threads of the process; none where there is no /proc. */
function tasks(): string[] {
  try {
    return readdirSync('/proc/self/task');
  } catch {
    return [];
  }
}
