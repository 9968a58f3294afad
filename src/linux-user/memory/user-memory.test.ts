import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Arena } from '../../mem/arena.ts';
import { PAGE, PageTable, PROT_READ, PROT_WRITE } from './pages.ts';
import { UserMemory } from './user-memory.ts';

const SIZE = 16 * PAGE;

function rig(): UserMemory {
  const arena = new Arena(4 << 20);
  const base = arena.allocateHigh(SIZE);
  return new UserMemory(arena.memory, base, new PageTable(arena, SIZE));
}

test('nothing may be written anywhere, and nobody is told', () => {
  const memory = rig();
  memory.onWrite = () => assert.fail('told');
  for (const address of [0, SIZE, 2 ** 40, Infinity]) {
    assert.equal(memory.pages.permits(address, 0, PROT_WRITE), true);
    memory.write(address, new Uint8Array(0));
    memory.wrote(address, 0);
  }
});

test('a string must be readable to its end', () => {
  const memory = rig();
  memory.pages.set(3, 4, PROT_READ, 0);
  const last = 4 * PAGE - 3;
  memory.bytes.set([65, 66, 67], last);
  assert.equal(memory.stringLength(last), -1);
  memory.bytes[last + 2] = 0;
  assert.equal(memory.stringLength(last), 2);
  assert.equal(memory.text(last, 2), 'AB');
  for (const address of [0, 4 * PAGE, SIZE, Infinity]) assert.equal(memory.stringLength(address), -1, `${address}`);
});
