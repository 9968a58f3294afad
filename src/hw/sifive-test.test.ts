import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from './rig.ts';
import { sifiveTest } from './sifive-test.ts';

test('commands power off, reset, or are a mistake', () => {
  const rig = new Rig();
  rig.add(sifiveTest);
  rig.write(0, 0x5555);
  rig.write(0, 0x7777, 2);
  rig.write(0, 0x002a_3333);
  rig.write(0, 0x1234);
  assert.deepEqual(rig.power.log, ['shutdown 0', 'reset', 'shutdown 42']);
  assert.deepEqual(rig.errors, ['riscv.sifive.test: unknown command 0x1234']);
  assert.equal(rig.read(0), 0);
});
