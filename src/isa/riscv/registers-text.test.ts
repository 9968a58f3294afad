import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registersText } from './registers-text.ts';
import { HartRig } from './testing/hart-rig.ts';

test('info registers has pc, the trap CSRs and both register files', () => {
  const rig = new HartRig();
  rig.cpu.writeX(10, -1n);
  const lines = registersText(rig.cpu).split('\n');
  assert.equal(lines.length, 1 + 17 + 8 + 8);
  assert.equal(lines[0], ' pc       ffffffff80000000'.replace('ffffffff', '00000000'));
  assert.equal(lines[2], ' mstatus  0000000a00000000');
  assert.equal(
    lines[20],
    ' x8/s0    0000000000000000 x9/s1    0000000000000000 x10/a0   ffffffffffffffff x11/a1   0000000000000000',
  );
  assert.match(lines[33]!, /^ f28\/ft8 {2}0{16} f29\/ft9 {2}0{16} f30\/ft10 0{16} f31\/ft11 0{16}$/);
});
