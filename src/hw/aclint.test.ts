import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aclintMtimer } from './aclint-mtimer.ts';
import { aclintSwi } from './aclint-swi.ts';
import { RIG_BASE, Rig } from './rig.ts';

test('MSIP has one bit a hart, and none for harts that do not exist', () => {
  const rig = new Rig();
  rig.add(aclintSwi, { props: { 'num-harts': 2 } });
  rig.write(4, 0xffff_ffff);
  rig.write(8, 1);
  assert.deepEqual(
    [0, 4, 8].map((offset) => rig.read(offset)),
    [0, 1, 0],
  );
  assert.deepEqual(rig.lines, [false, true]);
  rig.write(4, 2);
  assert.equal(rig.lines[1], false);
});

test('mtime counts 10 MHz from reset and can be set', () => {
  const rig = new Rig();
  rig.clock.time = 5e9;
  const timer = rig.add(aclintMtimer);
  assert.equal(rig.read(0x7ff8, 8), 0);
  rig.pass(1_000_099);
  assert.equal(rig.read(0x7ff8), 10_000);
  rig.space.store(RIG_BASE + 0x7ff8, 8, 0xffff_ffff, 1);
  rig.pass(100);
  assert.equal(rig.read(0x7ff8), 0);
  assert.equal(rig.read(0x7ffc), 2);
  assert.equal(timer.api.time(), 2n ** 33n);
});

test('MTIP is mtime >= mtimecmp', () => {
  const rig = new Rig();
  rig.add(aclintMtimer);
  assert.equal(rig.lines[0], true, 'both are zero after reset');
  rig.space.store(RIG_BASE, 8, 1000, 0);
  assert.equal(rig.lines[0], false);
  assert.equal(rig.timers.next(), 100_000);
  rig.pass(99_999);
  assert.equal(rig.lines[0], false);
  rig.pass(1);
  assert.equal(rig.lines[0], true);
  rig.write(0, 2000);
  assert.equal(rig.lines[0], false);
  rig.write(4, 0xffff_ffff);
  assert.equal(rig.timers.next(), Infinity);
  rig.space.store(RIG_BASE, 8, 0, 0);
  assert.equal(rig.lines[0], true);
});
