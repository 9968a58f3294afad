/** What is counted of all disks of a machine; a provider of statistics publishes it. */
export const blockCounters = [
  { name: 'read-bytes', unit: 'bytes', doc: 'bytes read from disks' },
  { name: 'read-operations', unit: undefined, doc: 'reads completed' },
  { name: 'write-bytes', unit: 'bytes', doc: 'bytes written to disks' },
  { name: 'write-operations', unit: undefined, doc: 'writes completed, writings of zeroes among them' },
  { name: 'flush-operations', unit: undefined, doc: 'flushes completed' },
  { name: 'discard-operations', unit: undefined, doc: 'discards completed' },
  { name: 'failed-operations', unit: undefined, doc: 'requests that ended in an error' },
] as const;

export type BlockCounter = (typeof blockCounters)[number]['name'];

/**
 * The counters, in shared memory so that any thread reads them: one f64 each, in the order declared.
 * Only the main thread counts.
 */
export class BlockCounters {
  static readonly bytes = 8 * blockCounters.length;
  readonly #values: Float64Array;

  /** `address` is a multiple of 8. */
  constructor(buffer: ArrayBufferLike, address: number) {
    this.#values = new Float64Array(buffer, address, blockCounters.length);
  }

  get(counter: BlockCounter): number {
    return this.#values[indexOf(counter)]!;
  }

  add(counter: BlockCounter, amount: number): void {
    this.#values[indexOf(counter)]! += amount;
  }
}

const indexOf = (counter: BlockCounter): number => blockCounters.findIndex(({ name }) => name === counter);
