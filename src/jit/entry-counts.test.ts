import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Arena } from '../mem/arena.ts';
import { EntryCounts, SLOTS } from './entry-counts.ts';

function make(): { counts: EntryCounts; left: Int32Array } {
  const arena = new Arena(4 << 20);
  const counts = new EntryCounts(arena);
  return { counts, left: new Int32Array(arena.memory.buffer, counts.address, SLOTS) };
}

test('what is counted down in any slot adds up, whatever slots are used for afterwards', () => {
  const { counts, left } = make();
  assert.equal(counts.total(), 0);
  counts.set(1, 50);
  counts.set(3, 2 ** 31 - 1);
  left[1]! -= 20;
  left[3]! -= 5;
  assert.equal(counts.total(), 25);
  counts.set(1, 10);
  assert.equal(counts.total(), 25);
  left[1]! -= 3;
  assert.equal(counts.total(), 28);
});

test('a slot counts on below zero', () => {
  const { counts, left } = make();
  counts.set(0, 1);
  left[0] = -(2 ** 31);
  assert.equal(counts.total(), 2 ** 31 + 1);
});
