import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { ByteRing } from '../host/byte-ring.ts';

test('bytes pass unharmed between two threads that both sleep', { timeout: 20_000 }, async () => {
  const capacity = 64;
  const total = 300_000;
  const buffer = new SharedArrayBuffer(2 * ByteRing.bytes(capacity));
  const there = new ByteRing(buffer, 0, capacity);
  const back = new ByteRing(buffer, ByteRing.bytes(capacity), capacity);
  const echo = new Worker(new URL('./echo.fixture.ts', import.meta.url), { workerData: { buffer, capacity, total } });
  const ended = new Promise((resolve, reject) => echo.once('exit', resolve).once('error', reject));
  let sent = 0;
  let received = 0;
  const chunk = new Uint8Array(50);
  while (received < total) {
    const seen = back.data.sample();
    const size = Math.min(chunk.length, total - sent);
    for (let i = 0; i < size; i++) chunk[i] = (sent + i) * 7;
    const wrote = there.write(chunk.subarray(0, size));
    sent += wrote;
    const got = back.read(chunk);
    for (let i = 0; i < got; i++) assert.equal(chunk[i], ((received + i) * 7) & 0xff);
    received += got;
    if (wrote === 0 && got === 0) await back.data.waitAsync(seen);
  }
  assert.equal(await ended, 0);
});
