import assert from 'node:assert/strict';
import { test } from 'node:test';
import { binfmtText } from './binfmt.ts';

test('the registration is that of qemu-riscv64, but for what runs the program', () => {
  // As qemu-binfmt-conf.sh has it for riscv64.
  const magic = '\\x7fELF\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\xf3\\x00';
  const mask = '\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfe\\xff\\xff\\xff';
  const letters = magic.replace('ELF', '\\x45\\x4c\\x46');
  assert.equal(binfmtText('/opt/bin'), `:tinamou-riscv64:M::${letters}:${mask}:/opt/bin/tinamou-riscv64:\n`);
});
