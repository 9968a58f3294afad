import { UserError } from '../base/errors.ts';
import type { MigrationReport } from '../vm/migration.ts';
import type { Snapshot } from '../vm/snapshots.ts';
import type { StateTarget } from './state-target.ts';

const MIB = 2 ** 20;

/** Snapshots that are nothing but names, and a migration that is over as soon as it begins. */
export class FakeState implements StateTarget {
  readonly snapshots: StateTarget['snapshots'];
  readonly migration: StateTarget['migration'];

  constructor() {
    const made = new Map<string, Snapshot>();
    this.snapshots = {
      carrier: { nodeName: '#block147' },
      list: async () => [...made.values()],
      has: async (tag) => made.has(tag),
      async save(tag) {
        made.set(tag, {
          tag,
          size: 18.2 * MIB,
          wall: new Date(2026, 0, 2, 3, 4, 5).getTime() / 1000,
          clock: 3.7251e12,
        });
      },
      async load(tag) {
        if (!made.has(tag)) throw new UserError(`Snapshot '${tag}' does not exist in one or more devices`);
      },
      async delete(tag) {
        made.delete(tag);
      },
    };
    const report: { -readonly [K in keyof MigrationReport]: MigrationReport[K] } = {
      status: 'none',
      isIncoming: false,
      progress: { total: 128 * MIB, remaining: 0, transferred: 9 * MIB, zeroPages: 30_000, normalPages: 2768 },
      setupTime: 1,
      downtime: 100,
      totalTime: 101,
      error: undefined,
      listening: undefined,
    };
    this.migration = {
      report,
      tellsEvents: false,
      maxBandwidth: 128 * MIB,
      isUnderWay: false,
      start(uri) {
        if (!uri.startsWith('tcp:')) throw new UserError("Parameter 'uri' expects a valid migration protocol");
        report.status = 'completed';
        return { ended: Promise.resolve() };
      },
      cancel() {},
      async receive() {
        throw new UserError("'-incoming' was not specified on the command line");
      },
    };
  }
}
