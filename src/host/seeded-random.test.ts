import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeededRandom } from './seeded-random.ts';

const take = (random: SeededRandom, ...sizes: number[]): string => {
  const parts = sizes.map((size) => {
    const bytes = new Uint8Array(size);
    random.fill(bytes);
    return Buffer.from(bytes).toString('hex');
  });
  return parts.join('');
};

test('the same seed gives the same bytes, however they are asked for', () => {
  assert.equal(take(new SeededRandom(1n), 1, 2, 3, 5, 13), take(new SeededRandom(1n), 24));
  // From an independent implementation of splitmix64 and xoshiro128**.
  assert.equal(take(new SeededRandom(1n), 16), 'ba4109650103d35421f3d225a9dcab3f');
  assert.notEqual(take(new SeededRandom(1n), 16), take(new SeededRandom(2n), 16));
  assert.notEqual(take(new SeededRandom(1n), 16), take(new SeededRandom(1n, 1), 16));
});

test('the bytes are spread evenly', () => {
  const bytes = new Uint8Array(1 << 16);
  new SeededRandom(0n).fill(bytes);
  const counts = new Uint32Array(256);
  for (const byte of bytes) counts[byte]!++;
  for (const count of counts) assert.ok(count > 180 && count < 340);
});
