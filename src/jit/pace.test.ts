import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace } from './pace.ts';

test('stops become as long as they may be, whatever a block costs', () => {
  for (const perBlock of [0.01, 0.08, 0.5, 3]) {
    const pace = new Pace();
    for (let i = 0; i < 30; i++) pace.took(pace.blocks, pace.blocks * perBlock);
    const stop = pace.blocks * perBlock;
    assert.ok(stop > 4 && stop < 10, `${stop} ms at ${perBlock} ms a block`);
  }
});

test('one block at least', () => {
  const pace = new Pace();
  for (let i = 0; i < 30; i++) pace.took(1, 1000);
  assert.equal(pace.blocks, 1);
});
