import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KnownPages } from './known-pages.ts';

test('a page is known for its kind of access, at its address, in its generation', () => {
  const pages = new KnownPages();
  assert.equal(pages.find(0, 0, 'fetch', 0), -1);
  pages.add(0x8000_0abc | 0, -1, 'load', 3, 0x8765_4000);
  assert.equal(pages.find(0x8000_0fff | 0, -1, 'load', 3), 0x8765_4000);
  assert.equal(pages.find(0x8000_0abc | 0, -1, 'store', 3), -1);
  assert.equal(pages.find(0x8000_0abc | 0, -1, 'load', 4), -1);
  assert.equal(pages.find(0x8000_0abc | 0, 0, 'load', 3), -1);
  assert.equal(pages.find(0x8000_1abc | 0, -1, 'load', 3), -1);
});

test('without a generation nothing is known', () => {
  const pages = new KnownPages();
  pages.add(0, 0, 'store', -1, 0);
  assert.equal(pages.find(0, 0, 'store', -1), -1);
});

test('a page takes the place of another', () => {
  const pages = new KnownPages();
  pages.add(0x1000, 0, 'fetch', 0, 0x5000);
  pages.add(0x40_1000, 0, 'fetch', 0, 0x6000);
  assert.equal(pages.find(0x1000, 0, 'fetch', 0), -1);
  assert.equal(pages.find(0x40_1000, 0, 'fetch', 0), 0x6000);
});
