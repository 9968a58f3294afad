import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Arena } from '../mem/arena.ts';
import { Timers } from './timers.ts';

test('timers run earliest first, once, and a second thread sees their deadlines', () => {
  const arena = new Arena(1 << 18);
  const timers = new Timers(arena);
  timers.reset();
  assert.equal(timers.next(), Infinity);
  const ran: string[] = [];
  const a = timers.create('a', () => ran.push('a'));
  const b = timers.create('b', () => {
    ran.push('b');
    b.arm(0);
  });
  let changes = 0;
  timers.onChange = () => changes++;
  a.arm(20);
  b.arm(10);
  b.arm(10);
  assert.equal(changes, 2);
  assert.equal(timers.next(), 10);
  timers.run(9);
  assert.deepEqual(ran, []);

  const other = new Timers(new Arena(1 << 18, arena.memory));
  const elsewhere: string[] = [];
  other.create('a', () => elsewhere.push('a'));
  other.create('b', () => elsewhere.push('b'));
  assert.equal(other.next(), 10);
  other.run(15);
  assert.deepEqual(elsewhere, ['b']);

  b.disarm();
  timers.run(30);
  assert.deepEqual(ran, ['a']);
  assert.equal(a.deadline, Infinity);
});
