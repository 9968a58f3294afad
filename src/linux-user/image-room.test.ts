import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Arena } from '../mem/arena.ts';
import { ImageRoom } from './image-room.ts';
import type { Backing } from './memory/backing.ts';

/** Rooms of two threads over one memory, whose files are all of the same byte. */
function rooms(byte: number): [ImageRoom, ImageRoom] {
  const first = new Arena(1 << 28);
  const { memory } = first;
  const backing = {
    file(offset: number, length: number): number {
      new Uint8Array(memory.buffer, offset, length).fill(byte);
      return 0;
    },
    advise: () => 0,
  } as unknown as Backing;
  return [new ImageRoom(first, 0, backing), new ImageRoom(new Arena(1 << 28, memory), 0, backing)];
}

test('what a thread has mapped and shared another one finds under its key', () => {
  const [one, other] = rooms(7);
  const image = one.map(3, 5000)!;
  assert.equal(other.find(1), undefined);
  one.share(1, image.subarray(8));
  one.share(2, one.map(3, 10)!);
  const found = other.find(1)!;
  assert.deepEqual([found.length, found[0], found[4991]], [4992, 7, 7]);
  assert.equal(other.find(2)!.length, 10);
  assert.equal(other.find(3), undefined);
});

test('where there is no room left each thread is on its own', () => {
  const [one, other] = rooms(7);
  assert.equal(one.map(3, 2 ** 30), undefined);
  one.share(1, Uint8Array.of(1));
  assert.equal(other.find(1), undefined, 'it is not in the memory that they share');
  const image = one.map(3, 1)!;
  for (let key = 1; key < 100; key++) one.share(key, image);
  assert.equal(other.find(64)!.length, 1);
  assert.equal(other.find(65), undefined);
});
