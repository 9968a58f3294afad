import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pflash } from './pflash.ts';
import { RIG_BASE, Rig } from './rig.ts';

const STATUS_OK = 0x0080_0080;

test('reads as memory until a command, and is never written by plain stores', () => {
  const rig = Rig.for(pflash);
  const device = rig.add(pflash);
  assert.equal(rig.space.ramOffset(RIG_BASE), -1);
  rig.memory.load(RIG_BASE + 8, Uint8Array.of(1, 2, 3, 4));
  assert.equal(rig.read(8), 0x0403_0201);
  rig.write(0, 0x0098_0098);
  assert.deepEqual(
    [0x40, 0x44, 0x48].map((offset) => rig.read(offset)),
    [0x51_0051, 0x52_0052, 0x59_0059],
  );
  rig.write(0, 0x0090_0090);
  assert.deepEqual([rig.read(0), rig.read(4), rig.read(4, 1)], [0x89_0089, 0x18_0018, 0x18]);
  rig.write(0, 0x00ff_00ff);
  assert.equal(rig.read(8), 0x0403_0201);
  assert.deepEqual(device.dtNodes()[0].properties['bank-width'], [4]);
});

test('erase sets a block to ones, programming clears bits, and both reach the backend', () => {
  const rig = Rig.for(pflash);
  const device = rig.add(pflash);
  rig.write(0x100, 0x0020_0020);
  rig.write(0x100, 0x00d0_00d0);
  assert.equal(rig.read(0), STATUS_OK);
  rig.disk.finish();
  device.poll();
  rig.write(0x200, 0x0040_0040);
  rig.write(0x200, 0x1234_5678);
  rig.write(0x204, 0x0040_0040);
  rig.write(0x204, 0xff00_ff00);
  rig.disk.finish();
  device.poll();
  rig.disk.finish();
  rig.write(0, 0x00ff_00ff);
  assert.deepEqual([rig.read(0x200), rig.read(0x204), rig.read(0x208)], [0x1234_5678, 0xff00_ff00, 0xffff_ffff]);
  assert.equal(rig.read(0x4_0000), 0);
  assert.equal(new DataView(rig.disk.data.buffer).getUint32(0x200, true), 0x1234_5678);
  assert.equal(new DataView(rig.disk.data.buffer).getUint32(0x204, true), 0xff00_ff00);
});

test('the write buffer is programmed at once, and a failed confirmation is an error', () => {
  const rig = Rig.for(pflash);
  rig.add(pflash, { backends: {} });
  rig.write(0, 0x0020_0020);
  rig.write(0, 0x00d0_00d0);
  rig.write(0x80, 0x00e8_00e8);
  assert.equal(rig.read(0x80), STATUS_OK);
  rig.write(0x80, 0x0001_0001);
  rig.write(0x80, 1);
  rig.write(0x84, 2);
  rig.write(0x80, 0x00d0_00d0);
  assert.equal(rig.read(0), STATUS_OK);
  rig.write(0, 0x00ff_00ff);
  assert.deepEqual([rig.read(0x80), rig.read(0x84)], [1, 2]);
  rig.write(0, 0x00e8_00e8);
  rig.write(0, 0);
  rig.write(0x4_0000, 5);
  rig.write(0, 0);
  assert.equal(rig.read(0), 0x0090_0090);
  rig.write(0, 0x0050_0050);
  assert.equal(rig.read(0x4_0000), 0);
});
