import { counter, counterProvider } from '../stats/counters.ts';
import type { StatsProvider } from '../stats/provider.ts';

/** What is counted, of all disks of a machine together. */
const COUNTERS = [
  { name: 'read-bytes', unit: 'bytes', doc: 'Bytes read from disks.' },
  { name: 'read-operations', doc: 'Reads completed.' },
  { name: 'write-bytes', unit: 'bytes', doc: 'Bytes written to disks.' },
  { name: 'write-operations', doc: 'Writes completed, writings of zeroes among them.' },
  { name: 'flush-operations', doc: 'Flushes completed.' },
  { name: 'discard-operations', doc: 'Discards completed.' },
  { name: 'failed-operations', doc: 'Requests to disks that ended in an error.' },
] as const;

export type BlockCounter = (typeof COUNTERS)[number]['name'];

/**
 * The counters, in shared memory so that any thread reads them: one f64 each, in the order declared.
 * Only the main thread counts.
 */
export class BlockCounters {
  static readonly bytes = 8 * COUNTERS.length;
  readonly #values: Float64Array;

  /** `address` is a multiple of 8. */
  constructor(buffer: ArrayBufferLike, address: number) {
    this.#values = new Float64Array(buffer, address, COUNTERS.length);
  }

  get(counter: BlockCounter): number {
    return this.#values[indexOf(counter)]!;
  }

  add(counter: BlockCounter, amount: number): void {
    this.#values[indexOf(counter)]! += amount;
  }
}

const indexOf = (counter: BlockCounter): number => COUNTERS.findIndex(({ name }) => name === counter);

/** The `block` provider of query-stats. */
export function blockProvider(counters: BlockCounters): StatsProvider {
  return counterProvider('block', {
    vm: COUNTERS.map(({ name, ...about }) => counter(name, { type: 'cumulative', ...about }, () => counters.get(name))),
  });
}
