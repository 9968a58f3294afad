import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CharLink } from '../host/char-link.ts';
import { RingBlockPort } from '../host/ring-block-port.ts';
import { Arena } from '../mem/arena.ts';
import { TimedIo } from './timed-io.ts';

const SIZE = 1 << 20;

/** A machine's ends of a serial line and a disk, on a clock that is set by hand. */
function rig() {
  const arena = new Arena(SIZE);
  const { buffer } = arena.memory;
  const link = new CharLink(buffer, arena.allocate(CharLink.bytes));
  const ring = RingBlockPort.ring(buffer, arena.allocate(RingBlockPort.bytes));
  const clock = { time: 0, now: () => clock.time, wallSeconds: () => 0 };
  const kicks = { count: 0 };
  const io = new TimedIo({
    arena,
    clock,
    links: new Map([['serial', link]]),
    rings: new Map([['disk', ring]]),
    disks: new Map([['disk', { size: 4096, readOnly: false }]]),
    kick: () => void kicks.count++,
  });
  return { link, ring, clock, kicks, io, port: io.chars.get('serial')!, disk: io.blocks.get('disk')! };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('what came is there for the guest once it is let in, all of it and in order', () => {
  const { io, link, port } = rig();
  assert.equal(io.hasArrival, false);
  link.open = true;
  link.addBreak();
  link.input.write(bytes('ab'));
  assert.deepEqual([port.open, port.available(), port.read(), port.takeBreak()], [false, 0, -1, false]);
  const arrivals = [];
  for (let next = io.takeArrival(); next !== undefined; next = io.takeArrival()) {
    arrivals.push(next.arrival.kind);
    io.admit(next);
  }
  assert.deepEqual(arrivals, ['open', 'break', 'input']);
  assert.deepEqual([port.open, port.available(), port.takeBreak(), port.takeBreak()], [true, 2, true, false]);
  assert.deepEqual([port.read(), port.read(), port.read()], [0x61, 0x62, -1]);
});

test('more than fits is let in when the guest has read what was there', () => {
  const { io, link, port } = rig();
  link.input.write(new Uint8Array(100));
  io.admit(io.takeArrival()!);
  link.input.write(new Uint8Array(CharLink.capacity));
  assert.equal(io.hasArrival, false);
  while (port.read() >= 0);
  assert.equal(io.hasArrival, true);
  io.admit(io.takeArrival()!);
  assert.equal(port.available(), CharLink.capacity);
});

test('output always finds room; who sends much is to wait, and nothing is lost', () => {
  const { io, link, port, kicks } = rig();
  const sent = Array.from({ length: 3 * CharLink.capacity }, (_, i) => i % 251);
  for (const [i, byte] of sent.entries()) {
    assert.equal(port.canWrite(), true);
    port.write(byte);
    assert.equal(kicks.count > 0, i >= CharLink.capacity / 2);
  }
  const got: number[] = [];
  const chunk = new Uint8Array(1000);
  while (io.isBlocked()) {
    assert.equal(link.takeWantsSpace(), true);
    got.push(...chunk.subarray(0, link.output.read(chunk)));
  }
  for (let count = link.output.read(chunk); count > 0; count = link.output.read(chunk)) {
    got.push(...chunk.subarray(0, count));
  }
  assert.deepEqual(got, sent);
  io.mute(true);
  port.write(1);
  assert.equal(link.output.available(), 0);
});

test('a request blocks until the host has carried it out, and is done a fixed time after its submission', () => {
  const { io, ring, clock, kicks, disk } = rig();
  clock.time = 1000;
  for (const id of [7, 8]) disk.submit({ id, kind: 'flush', sector: 0, sectors: 0, segments: [] });
  assert.equal(kicks.count, 2);
  assert.equal(io.isBlocked(), true);
  // The host finishes them the other way round, one in error.
  ring.take();
  ring.take();
  ring.complete(8, 5);
  assert.equal(io.isBlocked(), true);
  ring.complete(7, 0);
  assert.equal(io.isBlocked(), false);
  assert.equal(io.next(), 101_000);
  assert.equal(disk.poll(), undefined);
  clock.time = 100_999;
  assert.equal(io.isDue, false);
  clock.time = 101_000;
  assert.equal(io.isDue, true);
  assert.deepEqual([disk.poll(), disk.poll(), disk.poll()], [{ id: 7, error: 0 }, { id: 8, error: 5 }, undefined]);
  assert.equal(io.next(), Infinity);
});
