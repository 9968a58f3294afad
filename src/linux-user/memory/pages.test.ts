import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Arena } from '../../mem/arena.ts';
import { CODE, MAPPED, PAGE, PageTable, PROT_READ } from './pages.ts';

const COUNT = 2000;

test('what is found is what looking at each page would find', () => {
  const table = new PageTable(new Arena(1 << 24), COUNT * PAGE);
  /** By page: flags, mapping. */
  const flags = new Uint8Array(COUNT);
  const mapping = new Uint32Array(COUNT);
  let seed = 1;
  const below = (limit: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % limit;
  };
  const isFree = (from: number, to: number): boolean => flags.subarray(from, to).every((one) => (one & ~CODE) === 0);
  const findBelow = (pages: number, low: number, high: number): number => {
    for (let page = high - pages; page >= low; page--) if (isFree(page, page + pages)) return page;
    return -1;
  };
  for (let round = 0; round < 600; round++) {
    const from = below(COUNT);
    // Long ones and short ones, most of which give pages back.
    const to = Math.min(COUNT, from + 1 + below(below(4) === 0 ? 900 : 20));
    if (below(5) === 0) {
      if ((flags[from]! & MAPPED) !== 0) {
        table.mark(from);
        flags[from]! |= CODE;
      }
    } else {
      const isMapped = below(3) === 0;
      const number = isMapped ? below(3) : 0;
      table.set(from, to, isMapped ? MAPPED | PROT_READ : 0, number);
      for (let page = from; page < to; page++) {
        flags[page] = (isMapped ? MAPPED | PROT_READ : 0) | (flags[page]! & CODE);
        mapping[page] = number;
      }
    }
    assert.deepEqual(table.flags, flags);
    assert.deepEqual(table.mapping, mapping);
    assert.equal(table.isFree(from, to), isFree(from, to));
    const first = flags.findIndex((one, page) => page >= from && (one & ~CODE) !== 0);
    assert.equal(table.nextUsed(from), first < 0 ? COUNT : first);
    const hasCode = flags.subarray(from, to).some((one) => (one & CODE) !== 0);
    assert.equal(table.holdCode(from, to), hasCode);
    const pages = 1 + below(600);
    const [low, high] = [below(300), COUNT - below(300)];
    assert.equal(table.findBelow(pages, low, high), findBelow(pages, low, high));
  }
});
