import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Arena } from '../mem/arena.ts';
import { Deadlines } from './deadlines.ts';
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

test('a thread without timers sees the deadlines of others, and whose they are', () => {
  const arena = new Arena(1 << 18);
  const timers = new Timers(arena);
  timers.reset();
  const device = timers.create('device', () => {});
  const hart = timers.create('hart', () => {}, 1);
  timers.create('unarmed', () => {}, 2);
  const deadlines = new Deadlines(arena.memory.buffer, timers.place);
  assert.equal(deadlines.next(), Infinity);
  device.arm(30);
  hart.arm(20);
  assert.deepEqual([deadlines.next(), deadlines.next(20), deadlines.next(30)], [20, 30, Infinity]);
  const due = (now: number): number[] => {
    const cpus: number[] = [];
    deadlines.due(now, (cpu) => cpus.push(cpu));
    return cpus;
  };
  assert.deepEqual([due(19), due(20), due(30)], [[], [1], [0, 1]]);
});
