import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { test } from 'node:test';
import { StreamTty } from './stream-tty.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A terminal and what it told its owner. */
function listened(): { tty: StreamTty; told: string[] } {
  const tty = new StreamTty();
  const told: string[] = [];
  tty.listen({
    data: (data) => void told.push(new TextDecoder().decode(data)),
    drain: () => void told.push('drain'),
    closed: () => void told.push('closed'),
  });
  return { tty, told };
}

test('what is written can be read, also after the end, and is a copy', async () => {
  const { tty } = listened();
  const line = bytes('one');
  assert.equal(tty.write(line), true);
  line.fill(0);
  await tty.close();
  tty.write(bytes('too late'));
  assert.deepEqual(await Array.fromAsync(tty.readable), [bytes('one')]);
});

test('a writer waits for the reader', async () => {
  const { tty, told } = listened();
  assert.equal(tty.write(new Uint8Array(1 << 16)), false);
  await setImmediate();
  assert.deepEqual(told, []);
  const reader = tty.readable.getReader();
  await reader.read();
  await setImmediate();
  assert.deepEqual(told, ['drain']);
  assert.equal(tty.write(bytes('more')), true);
});

test('with its reader gone, output is dropped and nobody waits', async () => {
  const { tty, told } = listened();
  assert.equal(tty.write(new Uint8Array(1 << 16)), false);
  await tty.readable.cancel();
  await setImmediate();
  assert.deepEqual(told, ['drain']);
  assert.equal(tty.write(new Uint8Array(1 << 17)), true);
  await tty.close();
});

test('typing waits for a listener and while it is paused', async () => {
  const { tty, told } = listened();
  const keys = tty.writable.getWriter();
  await keys.write(bytes('a'));
  tty.pause();
  const blocked = keys.write(bytes('b'));
  await setImmediate();
  assert.deepEqual(told, ['a']);
  tty.resume();
  await blocked;
  assert.deepEqual(told, ['a', 'b']);

  const early = new StreamTty();
  const written = early.writable.getWriter().write(bytes('c'));
  const heard: number[] = [];
  early.listen({ data: (data) => void heard.push(...data), drain() {}, closed() {} });
  await written;
  assert.deepEqual(heard, [99]);
});

test('what is typed after the end is dropped', async () => {
  const { tty, told } = listened();
  const keys = tty.writable.getWriter();
  tty.pause();
  const blocked = keys.write(bytes('a'));
  await tty.close();
  await blocked;
  await keys.write(bytes('b'));
  assert.deepEqual(told, []);
});
