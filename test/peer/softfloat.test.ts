/**
 * Soft float against the RISC-V instructions themselves, as native QEMU executes them:
 * one C program runs every operation that has an instruction on seeded vectors, in every rounding mode.
 * SEED and VECTORS (for each operation and mode) choose others.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FP_OPS, fpEvaluator } from '../../src/ir/softfloat/index.ts';
import type { FpOp, FpType } from '../../src/ir/softfloat/index.ts';
import { RandomWords, operands } from '../../src/ir/softfloat/testing/vectors.ts';

const SEED = Number(process.env['SEED'] ?? 20261122);
const VECTORS = Number(process.env['VECTORS'] ?? 2000);
const MODES = ['RNE', 'RTZ', 'RDN', 'RUP', 'RMM'];

/** The letter of a type in a mnemonic. */
const LETTER: Partial<Record<FpType, string>> = {
  f16: 'h',
  f32: 's',
  f64: 'd',
  i32: 'w',
  u32: 'wu',
  i64: 'l',
  u64: 'lu',
};

/** What the mnemonic says before the format, if it is not `f` and the operation's name. */
const STEM: Readonly<Record<string, string>> = { fma: 'fmadd', classify: 'fclass' };
const PLAIN = new Set(['add', 'sub', 'mul', 'div', 'sqrt', 'min', 'max', 'eq', 'lt', 'le']);

/** The instruction's mnemonic, or nothing where the manual of QEMU 7.2's day has none. */
function mnemonic(op: FpOp): string | undefined {
  const [format, family] = op.name.split('.');
  if (/^(to|from)/.test(family)) return `fcvt.${LETTER[op.result]}.${LETTER[op.args[0]]}`;
  const stem = STEM[family] ?? (PLAIN.has(family) ? `f${family}` : undefined);
  return stem === undefined ? undefined : `${stem}.${LETTER[format as FpType]}`;
}

const MOVE: Partial<Record<FpType, string>> = { f16: 'h', f32: 'w', f64: 'd' };

/** Assembly that takes %[a] %[b] %[c] in integer registers and leaves the result in %[r]. */
function assembly(op: FpOp, name: string): string {
  const operandNames = op.args.map((type, i) => (MOVE[type] === undefined ? '%[a]' : `ft${i}`));
  const loads = op.args.flatMap((type, i) =>
    MOVE[type] === undefined ? [] : [`fmv.${MOVE[type]}.x ft${i}, %[${'abc'[i]}]`],
  );
  const floats = MOVE[op.result] !== undefined;
  // An exact conversion has no rounding operand.
  const dynamic = op.rounds && !/^fcvt\.(d\.wu?|[sd]\.h|d\.s)$/.test(name) ? ', dyn' : '';
  const compute = `${name} ${floats ? 'ft0' : '%[r]'}, ${operandNames.join(', ')}${dynamic}`;
  const store = floats ? [`fmv.x.${MOVE[op.result]} %[r], ft0`] : [];
  return ['.option arch, +zfh', 'csrw fcsr, %[csr]', ...loads, compute, ...store, 'csrr %[flags], fflags'].join('\\n');
}

const tested = FP_OPS.flatMap((op) => {
  const name = mnemonic(op);
  return name === undefined ? [] : [{ op, name }];
});

const PROGRAM = `
#include <stdint.h>
#include <stdio.h>
struct in { uint32_t op, rm; uint64_t a, b, c; };
struct out { uint64_t r, flags; };
#define OP(code, text) case code: __asm__ volatile(text : [r] "=&r"(o.r), [flags] "=&r"(o.flags) \\
  : [a] "r"(i.a), [b] "r"(i.b), [c] "r"(i.c), [csr] "r"((uint64_t)i.rm << 5) : "ft0", "ft1", "ft2"); break;
int main(void) {
  struct in i;
  struct out o;
  while (fread(&i, sizeof i, 1, stdin) == 1) {
    switch (i.op) {
${tested.map(({ op, name }) => `    OP(${op.code}, "${assembly(op, name)}")`).join('\n')}
    default: return 1;
    }
    if (fwrite(&o, sizeof o, 1, stdout) != 1) return 2;
  }
  return 0;
}
`;

function has(program: string): boolean {
  return spawnSync(program, ['--version']).status === 0;
}

const IN_BYTES = 32;
const OUT_BYTES = 16;

/** Runs one operation's vectors, five modes each, and returns what differs. */
function compare(binary: string, op: FpOp, random: RandomWords): string[] {
  const vectors = Array.from({ length: VECTORS }, () => operands(random, op));
  const input = Buffer.alloc(vectors.length * MODES.length * IN_BYTES);
  let at = 0;
  for (const vector of vectors) {
    for (let rm = 0; rm < MODES.length; rm += 1) {
      input.writeUInt32LE(op.code, at);
      input.writeUInt32LE(rm, at + 4);
      vector.forEach((x, i) => input.writeBigUInt64LE(x, at + 8 + 8 * i));
      at += IN_BYTES;
    }
  }
  const run = spawnSync('qemu-riscv64', ['-cpu', 'rv64,Zfh=true', binary], { input, maxBuffer: 1 << 30 });
  assert.equal(run.status, 0, `the program failed: ${run.stderr.toString()}`);
  const output = run.stdout;
  assert.equal(output.length, vectors.length * MODES.length * OUT_BYTES);

  const evaluate = fpEvaluator();
  const width = /(\d+)$/.exec(op.result)?.[1] ?? '32';
  const differences: string[] = [];
  at = 0;
  for (const vector of vectors) {
    for (let rm = 0; rm < MODES.length; rm += 1) {
      const value = BigInt.asUintN(Number(width), output.readBigUInt64LE(at));
      const flags = Number(output.readBigUInt64LE(at + 8));
      const ours = evaluate(op.name, rm, ...vector);
      if (ours.value !== value || ours.flags !== flags) {
        const shown = vector.map((x) => x.toString(16)).join(' ');
        const both = `${ours.value.toString(16)} flags ${ours.flags}, QEMU ${value.toString(16)} flags ${flags}`;
        differences.push(`${op.name} ${MODES[rm]} ${shown}: ours ${both}`);
      }
      at += OUT_BYTES;
    }
  }
  return differences;
}

test('every RISC-V floating-point instruction under native QEMU', async (t) => {
  const missing = ['riscv64-linux-gnu-gcc', 'qemu-riscv64'].filter((program) => !has(program));
  if (missing.length > 0) {
    t.skip(`needs ${missing.join(' and ')}`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'softfloat-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const source = join(folder, 'vectors.c');
  const binary = join(folder, 'vectors');
  writeFileSync(source, PROGRAM);
  const built = spawnSync('riscv64-linux-gnu-gcc', ['-O1', '-static', '-o', binary, source]);
  assert.equal(built.status, 0, built.stderr.toString());

  const random = new RandomWords(SEED);
  for (const { op, name } of tested) {
    await t.test(`${op.name} as ${name}`, () => {
      const differences = compare(binary, op, random);
      assert.equal(differences.length, 0, `${differences.length} differ:\n${differences.slice(0, 10).join('\n')}`);
    });
  }
});
