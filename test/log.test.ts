/** What `-d` writes, where to, and about which code. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { system, type Result } from './program.ts';
import { Assembler } from './translator/assembler.ts';

const RAM = 0x8000_0000;
const FINISHER = 0x10_0000;
const [A0, T0, T1] = [10, 5, 6] as const;

const folder = mkdtempSync(join(tmpdir(), 'tinamou-log-'));
after(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);

/** Counts down from `rounds`, calls a function, and switches the machine off. */
function program(rounds: number): Assembler {
  const asm = new Assembler(RAM);
  asm.li(A0, rounds).label('loop').op('addi', { rd: A0, rs1: A0, imm: -1 });
  asm.op('bne', { rs1: A0, rs2: 0, imm: 'loop' }).op('jal', { rd: 1, imm: 'function' });
  asm.li(T0, FINISHER).li(T1, 0x5555).op('sw', { rs1: T0, rs2: T1 }).label('end').j('end');
  return asm.label('function').op('c.addi', { rd: A0, imm: 1 }).op('jalr', { rs1: 1 });
}

function run(asm: Assembler, ...args: string[]): Result {
  writeFileSync(path('program.bin'), asm.finish());
  const machine = ['-M', 'virt', '-display', 'none', '-serial', 'null', '-bios', path('program.bin')];
  const result = system([...machine, ...args]);
  assert.equal(result.status, 0, result.stderr);
  return result;
}

/** The addresses of the lines of guest code. */
const listed = (log: string): number[] => [...log.matchAll(/^(0x[0-9a-f]{16}): /gm)].map((match) => Number(match[1]));

suite('-d about translated code', () => {
  const asm = program(500);

  test('tier 1: guest code, intermediate code and WebAssembly of each block', () => {
    const { stderr } = run(asm, '-accel', 'tcg,tier=1', '-d', 'in_asm,op,out_asm');
    const loop = asm.addressOf('loop').toString(16).padStart(16, '0');
    const block = stderr.split('----------------\n').find((part) => part.startsWith(`IN: tier1\n0x${loop}:`))!;
    assert.match(block, /^0x[0-9a-f]{16}: {2}fe051ee3 {10}bne {21}a0,zero,-4 {14}# 0x[0-9a-f]+$/m);
    assert.match(block, /^OP: tier1\n ---- 0x[0-9a-f]{16}\n insn_start 0, 4\n %1 = get\.i64 x\[10\]$/m);
    assert.match(block, /^OUT: tier1 \[size=\d+\]$/m);
    assert.match(block, /^\(func \$b0 \(param i32\) \(result i32\)\n {2}\(local i64\)/m);
    assert.match(block, /^ +return_call_indirect \(param i32\) \(result i32\)$/m);
  });

  test('a region: its blocks in the order of their addresses', () => {
    const { stderr } = run(asm, '-accel', 'tcg,tier=2', '-d', 'in_asm,op,op_opt,out_asm');
    const region = stderr.split('----------------\n').find((part) => part.startsWith('IN: tier2'))!;
    assert.match(region, /^OUT: tier2 \[size=\d+\]$/m);
    assert.match(region, /\(func \$\d+ \(param i32 i64 i32 i32\) \(result i32 i64\)/);
    assert.match(region, /^OP after optimization: tier2\n ---- /m);
    const addresses = listed(region);
    assert.deepEqual(
      addresses,
      addresses.toSorted((a, b) => a - b),
    );
    assert.ok(addresses.includes(asm.addressOf('loop')));
  });

  test('tier 0: what is decoded', () => {
    const { stderr } = run(asm, '-accel', 'tcg,tier=0', '-d', 'in_asm');
    assert.match(stderr, /^IN: tier0$/m);
    assert.doesNotMatch(stderr, /tier[12]/);
    for (const label of ['loop', 'function']) assert.ok(listed(stderr).includes(asm.addressOf(label)));
  });

  test('nothing is written that was not asked for', () => {
    assert.equal(run(asm, '-accel', 'tcg,tier=1').stderr, '');
    assert.doesNotMatch(run(asm, '-accel', 'tcg,tier=1', '-d', 'op').stderr, /IN:|OUT:/);
  });
});

test('-dfilter leaves what begins at other addresses out', () => {
  const asm = program(500);
  const loop = asm.addressOf('loop');
  const hex = `0x${loop.toString(16)}`;
  for (const range of [`${hex}+1`, `1..2,${hex}..${hex}`, `${hex}-1`]) {
    const { stderr } = run(asm, '-accel', 'tcg,tier=1', '-d', 'in_asm', '-dfilter', range);
    const starts = [...stderr.matchAll(/^IN: .*\n0x([0-9a-f]+)/gm)].map((match) => Number(`0x${match[1]}`));
    assert.ok(starts.length > 0 && starts.every((start) => start === loop), stderr);
  }
});

test('-D: a file, with the number of the process for %d, and all that was written is in it', () => {
  const asm = program(2);
  const expected = run(asm, '-accel', 'tcg,tier=1', '-d', 'in_asm,out_asm').stderr;
  const { stderr } = run(asm, '-accel', 'tcg,tier=1', '-d', 'in_asm,out_asm', '-D', path('log-%d.txt'));
  assert.equal(stderr, '');
  const [name] = readdirSync(folder).filter((each) => /^log-\d+\.txt$/.test(each));
  // Addresses of records differ from run to run in nothing.
  assert.equal(readFileSync(path(name!), 'utf8'), expected);
});
