import { UserError } from '../base/errors.ts';
import { FakeNetwork } from '../host/fake-network.ts';
import type { Host } from '../host/host.ts';
import { noProcesses } from '../host/processes.ts';
import { MemoryFiles } from '../host/memory-files.ts';
import type { Tty } from '../host/tty.ts';
import { WebClock } from './clock.ts';
import { WebCompression } from './compression.ts';
import { WebRandom } from './random.ts';
import { WebTimers } from './timers.ts';
import { WebWorkers } from './workers.ts';

/** A host whose files are in memory. */
export interface WebHost extends Host {
  readonly files: MemoryFiles;
}

/**
 * A page. Files are what was put into memory, sockets reach only each other, the terminal is the
 * page's own; nobody asks a page to end, it is closed.
 */
export function webHost(tty: Tty): WebHost {
  if (!globalThis.crossOriginIsolated) {
    throw new UserError(
      'this page cannot share memory between threads; serve it with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp',
    );
  }
  return {
    clock: new WebClock(),
    timers: new WebTimers(),
    files: new MemoryFiles(),
    network: new FakeNetwork(),
    tty,
    signals: { listen: () => {} },
    workers: new WebWorkers(),
    processes: noProcesses('a page cannot start programs; use file:'),
    random: new WebRandom(),
    compression: new WebCompression(),
    // A page is not told.
    ordersStores: false,
  };
}
