import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sizeText, snapshotLine, SNAPSHOT_TITLES } from './snapshot-text.ts';

test('sizes have three digits', () => {
  // What native machines print for these.
  for (const [bytes, text] of [
    [294_251, '287 KiB'],
    [0, '0 B'],
    [999, '999 B'],
    [1000, '0.977 KiB'],
    [1024, '1 KiB'],
    [19_083_000, '18.2 MiB'],
    [5 * 2 ** 30, '5 GiB'],
  ] as const) {
    assert.equal(sizeText(bytes), text);
  }
});

test('columns are where programs look for them', () => {
  assert.equal(SNAPSHOT_TITLES, 'ID        TAG               VM SIZE                DATE     VM CLOCK     ICOUNT');
  const wall = new Date(2026, 10, 23, 3, 10, 17).getTime() / 1000;
  assert.equal(
    snapshotLine({ tag: 'foo', size: 294_251, wall, clock: 0 }),
    '--        foo               287 KiB 2026-11-23 03:10:17 00:00:00.000           ',
  );
  assert.equal(
    snapshotLine({ tag: 'vm-20261123031017', size: 294_251, wall, clock: 90_061_001e6 }),
    '--        vm-20261123031017  287 KiB 2026-11-23 03:10:17 25:01:01.001           ',
  );
});
