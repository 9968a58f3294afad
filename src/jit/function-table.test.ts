import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Arena } from '../mem/arena.ts';
import { EntryCounts } from './entry-counts.ts';
import { FunctionTable } from './function-table.ts';

const PROMOTION = 1000;

test('reserved slots are in a row, are used again, and end where counts do', () => {
  const functions = new FunctionTable(new EntryCounts(new Arena(0x2_0000), 64));
  assert.equal(functions.take(PROMOTION), 1);
  assert.equal(functions.reserve(20, PROMOTION), 2);
  assert.equal(functions.take(PROMOTION), 22);
  // As many or fewer lie where the others did, however often.
  for (let i = 0; i < 10; i++) assert.equal(functions.reserve(20 - i, PROMOTION), 2);
  assert.equal(functions.reserve(30, PROMOTION), 23);
  // The old ones are to be had one by one.
  assert.ok(functions.take(PROMOTION) < 22);
  assert.equal(functions.reserve(40, PROMOTION), undefined);
  assert.ok(functions.room > 0);
});
