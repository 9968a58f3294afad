import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Arena } from '../../mem/arena.ts';
import { SIGBUS, SIGFPE, SIGSEGV } from './numbers.ts';
import { OwnPending } from './own-pending.ts';
import { has, lowBit, lowest, SET_BYTES, readSet, writeSet } from './signal-set.ts';

const info = (value: number): Uint8Array => new Uint8Array(128).fill(value);
const ALL = { low: -1, high: -1 };

test('the lowest of what is let in is taken first, with its own siginfo', () => {
  const pending = new OwnPending(new Arena(1 << 16));
  const taken = info(0);
  for (const signal of [SIGSEGV, SIGBUS, 64, SIGFPE]) pending.add(signal, info(signal));
  assert.equal(pending.take({ low: lowBit(SIGFPE), high: 0 }, taken), SIGFPE);
  assert.equal(taken[5], SIGFPE);
  const order = [1, 2, 3, 4].map(() => pending.take(ALL, taken));
  assert.deepEqual(order, [SIGBUS, SIGSEGV, 64, 0]);
});

test('a signal that is pending already is lost', () => {
  const pending = new OwnPending(new Arena(1 << 16));
  const taken = info(0);
  pending.add(SIGSEGV, info(1));
  pending.add(SIGSEGV, info(2));
  assert.equal(pending.take(ALL, taken), SIGSEGV);
  assert.equal(taken[0], 1);
  assert.equal(pending.take(ALL, taken), 0);
});

test('sets are bits of two halves', () => {
  assert.deepEqual(
    [lowest(0, 0), lowest(6, 1), lowest(1 << 31, 0), lowest(0, 1), lowest(0, 1 << 31)],
    [0, 2, 32, 33, 64],
  );
  const view = new DataView(new ArrayBuffer(SET_BYTES));
  writeSet(view, 0, { low: 1 << 31, high: 1 });
  assert.equal(view.getBigUint64(0, true), 0x1_8000_0000n);
  const set = readSet(view, 0);
  assert.deepEqual(
    [31, 32, 33, 34].map((signal) => has(set, signal)),
    [false, true, true, false],
  );
});
