import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { INTERRUPTED_BEFORE } from '../../host/native.ts';
import { processorOf } from './library.ts';
import { firstNativeThread } from './thread.ts';

const memory = new WebAssembly.Memory({ initial: 1, maximum: 16, shared: true });
const native = firstNativeThread(memory);
const { numbers } = native;

test('a call returns the result, and errors as negative numbers', () => {
  assert.equal(native.call(numbers.getpid), process.pid);
  native.int(0, -1);
  assert.equal(native.call(numbers.close), -9);
  assert.equal(native.high(), -1);
});

test('all six arguments arrive, and a result of 64 bits comes back', () => {
  const file = openSync(import.meta.filename, 'r');
  const PROT_READ = 1;
  const MAP_PRIVATE = 2;
  native.word(0, 0, 0);
  native.int(1, 4096);
  native.int(2, PROT_READ);
  native.int(3, MAP_PRIVATE);
  native.int(4, file);
  native.int(5, 0);
  const low = native.call(numbers.mmap);
  const high = native.high();
  closeSync(file);
  const line = readFileSync('/proc/self/maps', 'utf8')
    .split('\n')
    .find((text) => text.endsWith(import.meta.filename));
  assert.equal(parseInt(line!, 16), high * 2 ** 32 + (low >>> 0));
  native.word(0, low, high);
  assert.equal(native.call(numbers.munmap), 0);
});

test('pointers reach the memory and the scratch bytes', () => {
  const bytes = new Uint8Array(memory.buffer);
  native.at(0, 65536 - 16);
  native.int(1, 16);
  native.int(2, 0);
  bytes.fill(0);
  assert.equal(native.call(numbers.getrandom), 16);
  assert.ok(bytes.subarray(65536 - 16).some((byte) => byte !== 0));
  assert.ok(bytes.subarray(0, 65536 - 16).every((byte) => byte === 0));
  // What is above the memory belongs to nobody.
  native.at(0, 2 ** 32 - 1);
  assert.equal(native.call(numbers.getrandom), -14);
  native.int(0, 0);
  native.scratchAt(1, 8);
  assert.equal(native.call(numbers.clock_gettime), 0);
  const seconds = Number(native.scratch.getBigInt64(8, true));
  assert.ok(Math.abs(seconds - Date.now() / 1000) < 10);
});

test('raised attention lets no blocking call begin', () => {
  const { words, attentionIndex } = native;
  assert.equal(native.blocking(numbers.getpid), process.pid);
  Atomics.or(words, attentionIndex, 4);
  assert.equal(native.blocking(numbers.getpid), INTERRUPTED_BEFORE);
  assert.equal(native.high(), -1);
  assert.equal(native.call(numbers.getpid), process.pid);
  Atomics.and(words, attentionIndex, ~4);
  assert.equal(native.blocking(numbers.getpid), process.pid);
});

test('other hosts are refused in one line', () => {
  assert.equal(processorOf('linux', 'arm64').name, 'aarch64');
  for (const [platform, architecture] of [
    ['darwin', 'arm64'],
    ['linux', 'riscv64'],
  ] as const)
    assert.throws(() => processorOf(platform, architecture), {
      name: 'UserError',
      message: /^user mode is not possible/,
    });
});
