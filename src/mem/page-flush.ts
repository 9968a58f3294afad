import type { Contexts } from './cpu.ts';

/** `count` pages from a virtual address on. */
export interface PageRange {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** Flushes a range, or everything, of one address space or, with asid -1, of all. */
export function flush(contexts: Contexts, range: PageRange | undefined, asid: number): void {
  if (range === undefined) {
    if (asid < 0) contexts.flushAll();
    else contexts.flushAsid(asid);
    return;
  }
  let { low, high } = range;
  for (let left = range.count; left > 0; left--) {
    contexts.flushPage(low, high, asid);
    low = (low + 4096) | 0;
    if (low >>> 0 < 4096) high = (high + 1) | 0;
  }
}
