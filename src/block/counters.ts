import { counter, counterProvider } from '../stats/counters.ts';
import { log2Bucket } from '../stats/histogram.ts';
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

/** Kinds of request whose time is counted, in buckets of microseconds. */
const TIMED = ['read', 'write', 'flush'] as const;
const BUCKETS = 24;

export type BlockCounter = (typeof COUNTERS)[number]['name'];

/**
 * The counters, in shared memory so that any thread reads them: one f64 each, in the order declared.
 * Only the main thread counts.
 */
export class BlockCounters {
  static readonly bytes = 8 * (COUNTERS.length + TIMED.length * BUCKETS);
  readonly #values: Float64Array;
  readonly #times: readonly Float64Array[];

  /** `address` is a multiple of 8. */
  constructor(buffer: ArrayBufferLike, address: number) {
    this.#values = new Float64Array(buffer, address, COUNTERS.length);
    const times = address + 8 * COUNTERS.length;
    this.#times = TIMED.map((_, index) => new Float64Array(buffer, times + 8 * BUCKETS * index, BUCKETS));
  }

  /** A request took so long. */
  time(kind: string, nanoseconds: number): void {
    const times = this.#times[TIMED.findIndex((each) => kind.startsWith(each))];
    if (times !== undefined) times[log2Bucket(Math.round(nanoseconds / 1000), BUCKETS)]!++;
  }

  /** How many requests of a kind took how long. */
  times(kind: (typeof TIMED)[number]): readonly number[] {
    return [...this.#times[TIMED.indexOf(kind)]!];
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
    vm: [
      ...COUNTERS.map(({ name, ...about }) =>
        counter(name, { type: 'cumulative', ...about }, () => counters.get(name)),
      ),
      ...TIMED.map((kind) =>
        counter(
          `${kind}-time-histogram`,
          { type: 'log2-histogram', unit: 'seconds', base: 10, exponent: -6, doc: `time that a ${kind} took` },
          () => counters.times(kind),
        ),
      ),
    ],
  });
}
