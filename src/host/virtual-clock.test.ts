import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeTime } from './fake-time.ts';
import { VirtualClock } from './virtual-clock.ts';

test('the clock stands while the machine is stopped, on every thread', () => {
  const host = new FakeTime();
  const buffer = new SharedArrayBuffer(VirtualClock.bytes);
  const clock = new VirtualClock(host, buffer, 0);
  const elsewhere = new VirtualClock(host, buffer, 0);
  host.advance(500);
  assert.equal(clock.now(), 0);
  clock.start();
  host.advance(20);
  assert.equal(elsewhere.now(), 20e6);
  clock.stop();
  host.advance(1000);
  assert.equal(clock.now(), 20e6);
  clock.start();
  clock.start();
  host.advance(5);
  assert.equal(elsewhere.now(), 25e6);
  clock.set(1e9);
  host.advance(1);
  assert.equal(clock.now(), 1001e6);
});
