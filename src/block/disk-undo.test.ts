import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DiskRequest, RequestKind } from '../host/request-ring.ts';
import { DiskUndo } from './disk-undo.ts';
import type { BlockNode } from './node.ts';

/** A disk in memory, as much of one as is needed here. */
function disk(size: number): { bytes: Uint8Array; node: BlockNode } {
  const bytes = new Uint8Array(size);
  const node: Pick<BlockNode, 'size' | 'readOnly' | 'read' | 'write'> = {
    size,
    readOnly: false,
    async read(offset, into) {
      into!.set(bytes.subarray(offset, offset + into!.length));
    },
    async write(offset, from) {
      bytes.set(from!, offset);
    },
  };
  return { bytes, node: node as BlockNode };
}

const request = (kind: RequestKind, offset: number, length: number, changesBefore: number): DiskRequest => ({
  id: 0,
  kind,
  offset,
  length,
  segments: [],
  changesBefore,
});

test('a request finds the disk that was there before the changes after it', async () => {
  const { bytes, node } = disk(64);
  const undo = new DiskUndo(node);
  const states = [bytes.slice()];
  const change = async (kind: RequestKind, offset: number, length: number, value: number): Promise<void> => {
    await undo.before(request(kind, offset, length, states.length - 1));
    bytes.fill(value, offset, offset + length);
    states.push(bytes.slice());
  };
  await change('write', 0, 16, 1);
  await change('write', 8, 16, 2);
  await change('discard', 4, 8, 0);
  // One that fails changes nothing, and counts.
  await undo.before(request('write', 60, 8, 3));
  states.push(bytes.slice());
  await change('write-zeroes', 0, 64, 0);
  await undo.before(request('read', 0, 8, 4));
  assert.deepEqual(bytes, states[4]);
  for (const back of [3, 1]) {
    await undo.before(request('read', 0, 8, back));
    assert.deepEqual(bytes, states[back]);
  }
  // From there it goes on another way, and back again.
  await undo.before(request('write', 32, 8, 1));
  bytes.fill(7, 32, 40);
  await undo.before(request('flush', 0, 0, 0));
  assert.deepEqual(bytes, states[0]);
});
