import type { Arena } from '../mem/arena.ts';

/** Buckets of the compile-time histogram: bucket i counts batches of 2^i to 2^(i+1) microseconds. */
export const COMPILE_BUCKETS = 24;

const COUNTERS = [
  'blocks',
  'batches',
  'bytes',
  'codeTlbMisses',
  'compileMicroseconds',
  'decodedBlocks',
  'regions',
  'regionBlocks',
  'longestStop',
] as const;
export type JitCounter = (typeof COUNTERS)[number];

/** What the translator of one virtual CPU counts, in shared memory so that reading stops nothing. */
export class JitCounters {
  readonly #values: Float64Array;
  /** Batches by compile time. */
  readonly compileTimes: Float64Array;

  constructor(arena: Arena) {
    const address = arena.allocate((COUNTERS.length + COMPILE_BUCKETS) * 8);
    const { buffer } = arena.memory;
    this.#values = new Float64Array(buffer, address, COUNTERS.length);
    this.compileTimes = new Float64Array(buffer, address + COUNTERS.length * 8, COMPILE_BUCKETS);
  }

  read(counter: JitCounter): number {
    return this.#values[COUNTERS.indexOf(counter)]!;
  }

  get codeTlbMisses(): number {
    return this.#values[3]!;
  }
  set codeTlbMisses(value: number) {
    this.#values[3] = value;
  }

  /** A straight line of instructions was decoded for tier 0. */
  decoded(): void {
    this.#values[5]! += 1;
  }

  /** The CPU stood still so long while something was translated. */
  stopped(milliseconds: number): void {
    this.#values[8] = Math.max(this.#values[8]!, Math.round(milliseconds * 1000));
  }

  /** Regions of `blocks` blocks in all were translated into `bytes` bytes of wasm. */
  regions(regions: number, blocks: number, bytes: number, milliseconds: number): void {
    this.#values[6]! += regions;
    this.#values[7]! += blocks;
    this.#compiled(bytes, milliseconds);
  }

  /** A batch of `blocks` blocks was translated into `bytes` bytes of wasm. */
  batch(blocks: number, bytes: number, milliseconds: number): void {
    const values = this.#values;
    values[0]! += blocks;
    values[1]! += 1;
    this.#compiled(bytes, milliseconds);
  }

  #compiled(bytes: number, milliseconds: number): void {
    const values = this.#values;
    values[2]! += bytes;
    const microseconds = Math.max(1, Math.round(milliseconds * 1000));
    values[4]! += microseconds;
    this.compileTimes[Math.min(COMPILE_BUCKETS - 1, Math.floor(Math.log2(microseconds)))]! += 1;
  }
}
