/** Machine code against binutils: the bytes of each instruction are what the assembler makes of its text. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { X86_64_ADDON } from '../../src/host-node/compiled/x86-64.ts';
import { AARCH64_TABLE } from '../../src/host-node/native/aarch64.ts';
import { assemble } from '../../src/host-node/native/machine-code.ts';
import { X86_64_TABLE } from '../../src/host-node/native/x86-64.ts';

/** The code that the binutils called `prefix`as and `prefix`objcopy make of the instructions. */
function assembled(prefix: string, header: string, table: string): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'machine-code-'));
  const [source, object, code] = ['a.s', 'a.o', 'a.bin'].map((name) => join(folder, name)) as [string, string, string];
  try {
    const lines = table.split('\n').map((line) => (line.includes(';') ? line.replace(/^[^;]*;/, '') : line));
    writeFileSync(source, `${header}\n${lines.join('\n')}\n`);
    execFileSync(`${prefix}as`, [source, '-o', object]);
    execFileSync(`${prefix}objcopy`, ['-O', 'binary', '-j', '.text', object, code]);
    return new Uint8Array(readFileSync(code));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const [what, table] of [
  ['host calls', X86_64_TABLE],
  ['compiled modules', X86_64_ADDON],
] as const) {
  test(`the machine code for x86-64: ${what}`, () => {
    assert.deepEqual(assemble(table).bytes, assembled('x86_64-linux-gnu-', '.intel_syntax noprefix', table));
  });
}

test('the machine code for aarch64', () => {
  assert.deepEqual(assemble(AARCH64_TABLE).bytes, assembled('aarch64-linux-gnu-', '', AARCH64_TABLE));
});
