import type { Arena } from '../mem/arena.ts';
import { EntryCounts } from './entry-counts.ts';

/** Buckets of the compile-time histogram: bucket i counts batches of 2^i to 2^(i+1) microseconds. */
export const COMPILE_BUCKETS = 24;
/** Buckets of the histogram of regions: bucket i counts those of 2^i to 2^(i+1) - 1 blocks. */
export const REGION_BUCKETS = 12;

const COUNTERS = [
  'blocks',
  'batches',
  'bytes',
  'codeTlbMisses',
  'compileMicroseconds',
  'decodedBlocks',
  'regions',
  'regionBlocks',
  'regionInstructions',
  'largestRegion',
  'longestStop',
  'interpreted',
  'inBlocks',
  'inRegions',
  'linkMisses',
] as const;
export type JitCounter = (typeof COUNTERS)[number];

const INDEX = Object.fromEntries(COUNTERS.map((name, index) => [name, index])) as Record<JitCounter, number>;

/** How large a region is. */
export interface RegionSize {
  readonly blocks: number;
  readonly instructions: number;
}

/** What the translator of one virtual CPU counts, in shared memory so that reading stops nothing. */
export class JitCounters {
  readonly #values: Float64Array;
  /** Batches by compile time. */
  readonly compileTimes: Float64Array;
  readonly entries: EntryCounts;
  /** Regions by their blocks. */
  readonly regionSizes: Float64Array;

  /** `functions`: most translated functions at a time. */
  constructor(arena: Arena, functions?: number) {
    const { buffer } = arena.memory;
    const array = (length: number): Float64Array => new Float64Array(buffer, arena.allocate(length * 8), length);
    this.#values = array(COUNTERS.length);
    this.compileTimes = array(COMPILE_BUCKETS);
    this.regionSizes = array(REGION_BUCKETS);
    this.entries = new EntryCounts(arena, functions);
  }

  read(counter: JitCounter): number {
    return this.#values[INDEX[counter]]!;
  }
  #add(counter: JitCounter, amount = 1): void {
    this.#values[INDEX[counter]]! += amount;
  }
  #raise(counter: JitCounter, value: number): void {
    this.#values[INDEX[counter]] = Math.max(this.read(counter), value);
  }

  codeTlbMissed(): void {
    this.#values[INDEX.codeTlbMisses]! += 1;
  }

  /** A straight line of instructions was decoded for tier 0. */
  decoded(): void {
    this.#values[INDEX.decodedBlocks]! += 1;
  }

  /** The CPU stood still so long while something was translated. */
  stopped(milliseconds: number): void {
    this.#raise('longestStop', Math.round(milliseconds * 1000));
  }

  /** Instructions were retired, some of them by tier 0 and in regions, in so many rounds of the run loop. */
  ran(retired: number, interpreted: number, inRegions: number, rounds: number): void {
    const values = this.#values;
    values[INDEX.interpreted]! += interpreted;
    values[INDEX.inRegions]! += inRegions;
    values[INDEX.inBlocks]! += retired - interpreted - inRegions;
    if (rounds > 1) values[INDEX.linkMisses]! += rounds - 1;
  }

  /** Regions were translated into `bytes` bytes of wasm. */
  regions(sizes: readonly RegionSize[], bytes: number, milliseconds: number): void {
    for (const { blocks, instructions } of sizes) {
      this.#add('regions');
      this.#add('regionBlocks', blocks);
      this.#add('regionInstructions', instructions);
      this.#raise('largestRegion', instructions);
      this.regionSizes[Math.min(REGION_BUCKETS - 1, Math.floor(Math.log2(blocks)))]! += 1;
    }
    this.#compiled(bytes, milliseconds);
  }

  /** A batch of `blocks` blocks was translated into `bytes` bytes of wasm. */
  batch(blocks: number, bytes: number, milliseconds: number): void {
    this.#add('blocks', blocks);
    this.#add('batches');
    this.#compiled(bytes, milliseconds);
  }

  #compiled(bytes: number, milliseconds: number): void {
    this.#add('bytes', bytes);
    const microseconds = Math.max(1, Math.round(milliseconds * 1000));
    this.#add('compileMicroseconds', microseconds);
    this.compileTimes[Math.min(COMPILE_BUCKETS - 1, Math.floor(Math.log2(microseconds)))]! += 1;
  }
}
