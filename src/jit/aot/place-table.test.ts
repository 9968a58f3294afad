import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlaceTable } from './place-table.ts';

test('functions of several layers are found by address, with their runs', () => {
  // Two layers: the second has a page that the first has, too, and one before it.
  const addresses = [0x5000, 0x5008, 0x6000, 0x4ffe, 0x5004, 0xffff_fffe];
  const made = PlaceTable.of(addresses, [3, 0, 3]);
  const table = new PlaceTable(made.words);
  assert.deepEqual(
    addresses.map((address) => table.find(address)),
    [0, 1, 2, 3, 4, 5],
  );
  assert.deepEqual(
    addresses.map((_, number) => [table.layerOf(number), table.runOf(number), table.indexOf(number)]),
    [
      [0, 0, 0],
      [0, 0, 1],
      [0, 1, 0],
      [2, 0, 0],
      [2, 1, 0],
      [2, 2, 0],
    ],
  );
  for (const address of [0, 0x5002, 0x6002, 0xffff_ffff]) assert.equal(table.find(address), -1);
  assert.deepEqual([...table.in(5)], [0, 4, 1]);
  assert.deepEqual([...table.in(4)], [3]);
  assert.deepEqual([...table.in(7)], []);
});

test('where there is nothing, nothing is found', () => {
  const table = PlaceTable.of([], []);
  assert.equal(table.find(0), -1);
  assert.equal(table.in(0).length, 0);
});
