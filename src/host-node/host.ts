import type { Host } from '../host/host.ts';
import { NodeClock } from './clock.ts';
import { NodeCompression } from './compression.ts';
import { NodeFiles } from './files.ts';
import { NodeNetwork } from './network.ts';
import { NodeProcesses } from './processes.ts';
import { NodeRandom } from './random.ts';
import { NodeSignals } from './signals.ts';
import { NodeTimers } from './timers.ts';
import { NodeTty } from './tty.ts';
import { NodeWorkers } from './workers.ts';

/** This process on Node. There is one, for there is one terminal. */
export const nodeHost: Host = {
  clock: new NodeClock(),
  timers: new NodeTimers(),
  files: new NodeFiles(),
  network: new NodeNetwork(),
  tty: new NodeTty(),
  signals: new NodeSignals(),
  workers: new NodeWorkers(),
  processes: new NodeProcesses(),
  random: new NodeRandom(),
  compression: new NodeCompression(),
  ordersStores: process.arch === 'x64',
};
