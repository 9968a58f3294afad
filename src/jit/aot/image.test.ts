import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_IMAGE, encodeImage, pagesOfRegion, parseImage, withLayer, withRegions } from './image.ts';

const PAGE = 4096;

test('an image of two layers is read as it was written', () => {
  const first = withLayer(
    EMPTY_IMAGE,
    { module: Uint8Array.of(1, 2, 3), blocks: [{ address: 0x2_0004, length: 8 }] },
    (page) => new Uint8Array(PAGE).fill(page),
  );
  const image = withLayer(
    { ...first, layers: first.layers.map((layer) => ({ ...layer, compiled: Uint8Array.of(9), isSettled: true })) },
    {
      module: Uint8Array.of(4),
      blocks: [
        { address: 0x2_0010, length: 2 },
        { address: 0x2_1000, length: 4 },
      ],
    },
    (page) => new Uint8Array(PAGE).fill(page + 1),
  );
  assert.deepEqual([...image.pages.keys()], [0x20, 0x21]);
  assert.equal(image.pages.get(0x20)![5], 0x20, 'the bytes of a page are those of its first block');
  assert.deepEqual(parseImage(encodeImage(image)), image);
  assert.deepEqual(parseImage(encodeImage(EMPTY_IMAGE)), EMPTY_IMAGE);
});

test('regions are read as they were written, and only if they begin with blocks', () => {
  const blocks = [
    { address: 0x2_0004, length: 8 },
    { address: 0x2_1000, length: 4 },
  ];
  const before = withLayer(EMPTY_IMAGE, { module: Uint8Array.of(1), blocks }, () => new Uint8Array(PAGE));
  const first = withRegions(before, { module: Uint8Array.of(2), regions: [{ block: 1, pages: [0x21, 0x20] }] });
  const regions = [
    { block: 0, pages: [0x20] },
    { block: 1, pages: [0x21] },
  ];
  const image = withRegions(first, { module: Uint8Array.of(3), regions });
  assert.deepEqual(
    [0, 1, 2].map((region) => [...pagesOfRegion(image, region)]),
    [[0x21, 0x20], [0x20], [0x21]],
  );
  assert.deepEqual(
    [image.counts, image.regionCounts],
    [
      [2, 0, 0],
      [0, 1, 2],
    ],
  );
  assert.deepEqual(parseImage(encodeImage(image)), image);
  const wild = withRegions(before, { module: Uint8Array.of(2), regions: [{ block: 2, pages: [0x20] }] });
  assert.equal(parseImage(encodeImage(wild)), undefined);
});

test('what is cut short is none, wherever', () => {
  const made = { module: Uint8Array.of(1, 2, 3), blocks: [{ address: 0x2_0004, length: 8 }] };
  const bytes = encodeImage(withLayer(EMPTY_IMAGE, made, () => new Uint8Array(PAGE)));
  for (let length = 0; length < bytes.length; length += length < 64 ? 1 : 509) {
    assert.equal(parseImage(bytes.slice(0, length)), undefined, `${length} bytes`);
  }
});
