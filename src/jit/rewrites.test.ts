import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rewrites } from './rewrites.ts';

/** Wishes until a cold page is translated again. */
function wishes(rewrites: Rewrites, page: number): number {
  let count = 0;
  for (; rewrites.isCold(page); count++) rewrites.refused(page);
  return count;
}

test('a page becomes cold after many rewrites, warm after many wishes, and each time later', () => {
  const rewrites = new Rewrites();
  for (let i = 0; i < 63; i++) rewrites.wasted(7);
  assert.ok(!rewrites.isCold(7));
  rewrites.wasted(7);
  assert.ok(rewrites.isCold(7));
  assert.ok(!rewrites.isCold(8));
  const first = wishes(rewrites, 7);
  assert.equal(first, 256);
  rewrites.wasted(7);
  assert.equal(wishes(rewrites, 7), 2 * first);
  for (let i = 0; i < 30; i++) {
    rewrites.wasted(7);
    wishes(rewrites, 7);
  }
  rewrites.wasted(7);
  assert.equal(wishes(rewrites, 7), 1 << 20);
});

test('nothing is remembered of pages that are forgotten', () => {
  const rewrites = new Rewrites();
  for (let i = 0; i < 64; i++) rewrites.wasted(7);
  rewrites.clear();
  assert.ok(!rewrites.isCold(7));
});
