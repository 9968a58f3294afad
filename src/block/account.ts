import type { DiskRequest } from '../host/request-ring.ts';

/** What a drive did, for query-blockstats. */
export interface Tally {
  bytes: number;
  operations: number;
  failed: number;
  /** Nanoseconds from taking requests to completing them. */
  time: number;
}

const KINDS = ['read', 'write', 'flush', 'discard'] as const;

/** Counts the requests of one drive. */
export class DriveAccount {
  readonly read: Tally = none();
  readonly write: Tally = none();
  readonly flush: Tally = none();
  readonly discard: Tally = none();
  /** The end of the write that was farthest into the disk. */
  highestWrite = 0;

  /** A request has ended; `nanoseconds` is how long it took. */
  count({ kind, offset, length }: DiskRequest, nanoseconds: number, isFailed: boolean): void {
    const tally = this[KINDS.find((each) => each === kind) ?? 'write'];
    tally.time += nanoseconds;
    if (isFailed) {
      tally.failed++;
      return;
    }
    tally.operations++;
    if (kind !== 'flush') tally.bytes += length;
    if (kind === 'write' || kind === 'write-zeroes') this.highestWrite = Math.max(this.highestWrite, offset + length);
  }
}

const none = (): Tally => ({ bytes: 0, operations: 0, failed: 0, time: 0 });
