/** What `npm run bench` makes of its measurements. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ratios, type Series, summary, table } from './bench/report.ts';
import { geometricMean, hasMoved, quartiles } from './bench/statistics.ts';

test('quartiles, between two values by proportion', () => {
  assert.deepEqual(quartiles([5, 1, 4, 2, 3]), { q1: 2, median: 3, q3: 4 });
  assert.deepEqual(quartiles([4, 1, 3, 2]), { q1: 1.75, median: 2.5, q3: 3.25 });
  assert.deepEqual(quartiles([7]), { q1: 7, median: 7, q3: 7 });
});

test('a geometric mean favours neither twice as fast nor twice as slow', () => {
  assert.ok(Math.abs(geometricMean([0.5, 2]) - 1) < 1e-12);
  assert.ok(Math.abs(geometricMean([1, 10, 100]) - 10) < 1e-9);
});

test('a ratio has moved when it is outside the quartiles and by more than 15 %', () => {
  const now = { q1: 0.9, median: 1, q3: 1.1 };
  assert.equal(hasMoved(1, now), false);
  assert.equal(hasMoved(1.12, now), false, 'outside, but by a tenth');
  assert.equal(hasMoved(1.3, now), true, 'slower than it was');
  assert.equal(hasMoved(0.8, now), true, 'faster than it was');
  assert.equal(hasMoved(1.3, { q1: 0.5, median: 1, q3: 1.5 }), false, 'far away, but so are others of the run');
});

const SERIES: readonly Series[] = [
  { kernel: 'sort', group: 'integer', mode: 'm', rival: [1, 1, 1], tinamou: [1, 0.5, 2] },
  { kernel: 'sort', group: 'integer', mode: 's', rival: [1, 1, 1], tinamou: [2, 2, 2] },
  { kernel: 'calls', group: 'integer', mode: 'm', rival: [2, 2, 2], tinamou: [1, 1, 1] },
  { kernel: 'nbody', group: 'floating point', mode: 'm', rival: [3, 3, 3], tinamou: [1, 1, 1] },
];

test('ratios are of pairs, and above 1 for the faster', () => {
  assert.deepEqual(ratios(SERIES[0]!), { q1: 0.75, median: 1, q3: 1.5 });
});

test('of each kernel its lower mode counts', () => {
  const { lower, geometricMeans } = summary(SERIES);
  assert.deepEqual(lower, { sort: 0.5, calls: 2, nbody: 3 });
  assert.ok(Math.abs(geometricMeans.integer! - 1) < 1e-12);
  assert.ok(Math.abs(geometricMeans['floating point']! - 3) < 1e-12);
});

test('the table', () => {
  const lines = table(SERIES, 'native').split('\n');
  assert.equal(lines[1]!.replace(/ +/g, ' '), 'sort m 1000 1000 1.000 0.75–1.50');
  assert.equal(lines.at(-1), 'least: sort 0.500');
});
