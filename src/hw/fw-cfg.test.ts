import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fwCfg } from './fw-cfg.ts';
import { RIG_RAM, Rig } from './rig.ts';

const select = (rig: Rig, key: number): void => rig.write(8, ((key & 0xff) << 8) | (key >>> 8), 2);
const bytes = (rig: Rig, count: number): number[] => Array.from({ length: count }, () => rig.read(0, 1));

test('signature, id, and a directory in the order of names', () => {
  const rig = new Rig();
  const device = rig.add(fwCfg);
  select(rig, 0);
  assert.equal(String.fromCharCode(...bytes(rig, 5)), 'QEMU\0');
  select(rig, 1);
  assert.equal(rig.read(0), 3);
  device.api.addFile('opt/b', Uint8Array.of(7, 8));
  device.api.addFile('etc/a', Uint8Array.of(9));
  select(rig, 0x19);
  assert.deepEqual(bytes(rig, 4), [0, 0, 0, 2]);
  const entry = bytes(rig, 64);
  assert.deepEqual(entry.slice(0, 8), [0, 0, 0, 1, 0, 0x20, 0, 0]);
  assert.equal(String.fromCharCode(...entry.slice(8, 14)), 'etc/a\0');
  select(rig, 0x21);
  assert.equal(rig.read(0, 2), 0x0807);
  assert.equal(rig.read(0, 2), 0);
  select(rig, 0x3fff);
  assert.equal(rig.read(0, 8), 0);
});

test('DMA selects, reads with zeroes after the end, skips, and refuses writes', () => {
  const rig = new Rig();
  const device = rig.add(fwCfg);
  device.api.add(0x15, Uint8Array.of(1, 2, 3, 4, 5));
  assert.equal(rig.read(16), 0x554d_4551);
  const run = (control: number, length: number, target: number): number => {
    const request = new DataView(new ArrayBuffer(16));
    request.setUint32(0, control);
    request.setUint32(4, length);
    request.setBigUint64(8, BigInt(target));
    rig.memory.write(RIG_RAM, new Uint8Array(request.buffer));
    rig.write(16, 0);
    rig.write(20, 0x0000_0080);
    return new DataView(rig.memory.read(RIG_RAM, 4).buffer).getUint32(0);
  };
  assert.equal(run(0x15_000a, 2, RIG_RAM + 64), 0);
  assert.deepEqual([...rig.memory.read(RIG_RAM + 64, 3)], [1, 2, 0]);
  assert.equal(run(4, 1, 0), 0);
  rig.memory.write(RIG_RAM + 64, new Uint8Array(4).fill(0xee));
  assert.equal(run(2, 4, RIG_RAM + 64), 0);
  assert.deepEqual([...rig.memory.read(RIG_RAM + 64, 4)], [4, 5, 0, 0]);
  assert.equal(run(0x15_0018, 4, RIG_RAM + 64), 1);
  assert.equal(run(0x15_000a, 4, 0x40), 1, 'a target that is no RAM');
});
