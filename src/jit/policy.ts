/** Entries until a promotion that never comes. */
export const NEVER = 2 ** 31 - 1;

/**
 * Which tiers run: `tier0` never translates, `tier1` translates what is entered the first time,
 * `tier2` makes regions as soon as a block is counted, `regions` as `auto` does but a hundred times sooner, `program`
 * translates eight or ten times later: most programs are short, and V8's compiler would not get done with all that they run.
 */
export type Tiers = 'auto' | 'program' | 'tier0' | 'tier1' | 'tier2' | 'regions';

/** When code is translated, and how much of it is kept. */
export interface Policy {
  /** Entries, a power of two, after which it is looked whether a block joins the next batch. */
  readonly period: number;
  /** Entries after which it does. */
  readonly waits: number;
  /** Entries after which it is noted that a block is worth being made ahead of time, as it is after a period. */
  readonly noted?: number;
  /** Blocks that make a batch at once. */
  readonly batch: number;
  /** Entries of one block after which the batch is not waited for. */
  readonly urgent: number;
  /** Counted entries of a translated block after which it becomes a region; NEVER: it does not. */
  readonly promotion: number;
  /** Of so many computed jumps one is told of. */
  readonly telling: number;
  /** Regions that are translated together. */
  readonly regions: number;
  /** Bytes of WebAssembly to keep. V8 makes about ten times as much of it, in code and what belongs to it. */
  readonly kept: number;
}

/** See docs/adr/0035-memory.md; the compiler of C, compiling, would enter three times as much. */
const KEPT = 8 << 20;

const AUTO: Policy = {
  period: 128,
  waits: 0,
  batch: 128,
  urgent: 2048,
  promotion: 200_000,
  telling: 31,
  regions: 8,
  kept: KEPT,
};

export const POLICIES: Readonly<Record<Tiers, Policy>> = {
  auto: AUTO,
  program: { ...AUTO, waits: 1024, noted: 8, urgent: 8192, promotion: 2_000_000, telling: 1023 },
  tier0: {
    period: 2 ** 30,
    waits: 0,
    batch: Infinity,
    urgent: Infinity,
    promotion: NEVER,
    telling: NEVER,
    regions: 1,
    kept: KEPT,
  },
  tier1: { period: 1, waits: 0, batch: 1, urgent: 1, promotion: NEVER, telling: NEVER, regions: 1, kept: KEPT },
  regions: { period: 64, waits: 0, batch: 128, urgent: 512, promotion: 500, telling: 3, regions: 4, kept: KEPT },
  tier2: { period: 1, waits: 0, batch: 1, urgent: 1, promotion: 1, telling: 1, regions: 1, kept: KEPT },
};
