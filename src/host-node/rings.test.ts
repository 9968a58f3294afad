import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DriveAccount } from '../block/account.ts';
import { Worker } from 'node:worker_threads';
import { BlockCounters } from '../block/counters.ts';
import { FileNode } from '../block/file-node.ts';
import { RawNode } from '../block/raw-node.ts';
import { BlockService } from '../block/service.ts';
import { ByteRing } from '../host/byte-ring.ts';
import { RingBlockPort } from '../host/ring-block-port.ts';
import type { DiskWork } from './disk.fixture.ts';
import { nodeHost } from './host.ts';

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

test('a disk on another thread holds what was written to it', { timeout: 20_000 }, async () => {
  const sectors = 1000;
  const ring = Math.ceil(BlockCounters.bytes / 64) * 64;
  const data = ring + RingBlockPort.bytes;
  const buffer = new SharedArrayBuffer(data + 2 * sectors * 512);
  const file = await nodeHost.files.temporary();
  await file.truncate(sectors * 512);
  const cache = { direct: false, noFlush: false };
  const node = new RawNode(await FileNode.over(file, 'f', cache), 'r', { readOnly: false, owns: true });
  const drive = {
    id: 'd',
    node,
    cache,
    writeThrough: false,
    user: undefined,
    reportsStatus: true,
    account: new DriveAccount(),
  };
  const counters = new BlockCounters(buffer, 0);
  const service = new BlockService(RingBlockPort.ring(buffer, ring), drive, { buffer, counters, kick: () => {} });
  const work: DiskWork = { buffer, ring, data, sectors, rounds: 5 };
  const worker = new Worker(new URL('./disk.fixture.ts', import.meta.url), { workerData: work });
  const ended = await new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject));
  assert.equal(ended, 0);
  await service.stop();
  await node.close();
  assert.equal(counters.get('write-bytes'), 5 * sectors * 512);
  assert.equal(counters.get('read-bytes'), 5 * sectors * 512);
});
