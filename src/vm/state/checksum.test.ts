import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checksum } from './checksum.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

test('the values that the algorithm is known by', () => {
  assert.equal(checksum(text('')), 0x02cc5d05);
  assert.equal(checksum(text('abc')), 0x32d153ff);
  assert.equal(checksum(text('Nobody inspects the spammish repetition')), 0xe2293b2f);
  assert.equal(checksum(text(''), 0x9e3779b1), 0x36b78ae7);
});

test('where the bytes lie does not matter, and each of them does', () => {
  const bytes = Uint8Array.from({ length: 100 }, (_, i) => i * 7);
  const shifted = new Uint8Array(101);
  shifted.set(bytes, 1);
  assert.equal(checksum(shifted.subarray(1)), checksum(bytes));
  for (let i = 0; i < bytes.length; i++) {
    const changed = bytes.slice();
    changed[i]! ^= 1 << (i % 8);
    assert.notEqual(checksum(changed), checksum(bytes), String(i));
  }
});
