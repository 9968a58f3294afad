import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompressionName } from '../host/compression.ts';
import { NodeCompression } from './compression.ts';

const compression = new NodeCompression();

/** In a buffer that can be given away. */
const packed = async (how: CompressionName, bytes: Uint8Array): Promise<Uint8Array> =>
  Uint8Array.from(await compression.pack(how, bytes));

test('what is unpacked on another thread lies where it belongs, and nowhere else', async () => {
  const memory = new Uint8Array(new SharedArrayBuffer(1000));
  const bytes = Uint8Array.from({ length: 300 }, (_, i) => 1 + (i % 255));
  using placer = compression.placer();
  for (const how of compression.available) {
    memory.fill(0);
    await placer.place(how, await packed(how, bytes), memory, [10, 100, 500, 200]);
    const expected = new Uint8Array(1000);
    expected.set(bytes.subarray(0, 100), 10);
    expected.set(bytes.subarray(100), 500);
    assert.deepEqual(memory.slice(), expected, how);
  }
});

test('what cannot be unpacked is told of that request alone', async () => {
  const memory = new Uint8Array(new SharedArrayBuffer(100));
  using placer = compression.placer();
  const pack = (length: number): Promise<Uint8Array> => packed('deflate', new Uint8Array(length).fill(7));
  const asked = [
    placer.place('deflate', await pack(10), memory, [0, 10]),
    placer.place('deflate', await pack(11), memory, [20, 10]),
    placer.place('deflate', await pack(9), memory, [40, 10]),
    placer.place('deflate', new Uint8Array(10).fill(0xff), memory, [60, 10]),
    placer.place('deflate', await pack(10), memory, [80, 10]),
  ];
  for (const each of asked) each.catch(() => {});
  const how = (await Promise.allSettled(asked)).map(({ status }) => status);
  assert.deepEqual(how, ['fulfilled', 'rejected', 'rejected', 'rejected', 'fulfilled']);
  const expected = new Uint8Array(100).fill(7, 0, 10).fill(7, 80, 90);
  assert.deepEqual(memory.slice(), expected);
});
