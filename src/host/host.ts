import type { HostClock } from './clock.ts';
import type { Compression } from './compression.ts';
import type { Files } from './file.ts';
import type { Network } from './network.ts';
import type { Processes } from './processes.ts';
import type { Random } from './random.ts';
import type { Signals } from './signals.ts';
import type { Timers } from './timers.ts';
import type { Tty } from './tty.ts';
import type { Workers } from './workers.ts';

/** Everything the emulator takes from where it runs. */
export interface Host {
  readonly clock: HostClock;
  readonly timers: Timers;
  readonly files: Files;
  readonly network: Network;
  readonly tty: Tty;
  readonly signals: Signals;
  readonly workers: Workers;
  readonly processes: Processes;
  readonly random: Random;
  readonly compression: Compression;
  /** The processor is known to show stores in order: only a later load may overtake one, as on x86. */
  readonly ordersStores: boolean;
}
