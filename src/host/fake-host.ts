import { BugError } from '../base/errors.ts';
import { noCompression } from './compression.ts';
import { FakeNetwork } from './fake-network.ts';
import { FakeTime } from './fake-time.ts';
import { FakeTty } from './fake-tty.ts';
import type { Host } from './host.ts';
import { MemoryFiles } from './memory-files.ts';
import { noProcesses } from './processes.ts';
import { SeededRandom } from './seeded-random.ts';

/** A host on which nothing is real and everything can be repeated; it has no threads. */
export interface FakeHost extends Host {
  readonly clock: FakeTime;
  readonly files: MemoryFiles;
  readonly network: FakeNetwork;
  readonly tty: FakeTty;
  /** The operating system asks for the end. */
  signal(name: string, number: number): void;
}

export function fakeHost(): FakeHost {
  const time = new FakeTime();
  let signalled = (_name: string, _number: number): void => {};
  return {
    clock: time,
    timers: time,
    files: new MemoryFiles(),
    network: new FakeNetwork(),
    tty: new FakeTty(),
    signals: {
      listen: (received) => {
        signalled = received;
      },
    },
    workers: {
      spawn: () => {
        throw new BugError('a fake host has no threads');
      },
    },
    processes: noProcesses('a fake host has no programs'),
    random: new SeededRandom(0n),
    compression: noCompression,
    ordersStores: false,
    signal: (name, number) => signalled(name, number),
  };
}
