import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goldfishRtc } from './goldfish-rtc.ts';
import { Rig } from './rig.ts';

const nanoseconds = (rig: Rig): bigint => BigInt(rig.read(0)) + (BigInt(rig.read(4)) << 32n);

test('shows the wall clock in nanoseconds, high half latched', () => {
  const rig = new Rig();
  rig.add(goldfishRtc);
  rig.pass(250);
  assert.equal(nanoseconds(rig), 1_700_000_000_000_000_250n);
});

test('can be set, and alarms once at a time', () => {
  const rig = new Rig();
  rig.add(goldfishRtc);
  rig.write(4, 0);
  rig.write(0, 1000);
  assert.equal(nanoseconds(rig), 1000n);
  rig.write(0x10, 1);
  rig.write(0x0c, 0);
  rig.write(0x08, 3000);
  assert.equal(rig.read(0x18), 1);
  rig.pass(1999);
  assert.equal(rig.lines[0], false);
  rig.pass(1);
  assert.equal(rig.lines[0], true);
  assert.equal(rig.read(0x18), 0);
  rig.write(0x1c, 1);
  assert.equal(rig.lines[0], false);
  rig.write(0x08, 1);
  assert.equal(rig.lines[0], true, 'an alarm in the past is due at once');
});

test('goes on while the machine is saved, and its alarm with it', () => {
  const rig = new Rig();
  const { section } = rig.add(goldfishRtc);
  rig.write(4, 0);
  rig.write(0, 1000);
  rig.write(0x10, 1);
  rig.write(0x0c, 0);
  rig.write(0x08, 3000);
  const saved = section.save();
  const later = new Rig();
  const restored = later.add(goldfishRtc).section;
  restored.load(saved);
  restored.loaded?.(500);
  assert.equal(nanoseconds(later), 1500n);
  later.pass(1499);
  assert.equal(later.lines[0], false);
  later.pass(1);
  assert.equal(later.lines[0], true);
  restored.load(saved);
  restored.loaded?.(1e12);
  assert.equal(later.lines[0], true, 'it would have rung meanwhile');
});
