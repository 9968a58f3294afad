/** What `-d` writes, where to, and about which code. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { system, SYSTEM, type Result } from './program.ts';
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
    assert.match(block, /^\(func \$\d+ \(param i32\) \(result i32\)\n {2}\(local i64\)/m);
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

suite('-d about what is run', () => {
  const asm = program(3);
  const [start, loop, rest, end] = [RAM, asm.addressOf('loop'), asm.addressOf('loop') + 8, asm.addressOf('end')];
  const called = asm.addressOf('function');
  /** The program's own, after the reset vector; without those that came to nothing, as something else had to be done. */
  const entered = (log: string): number[] =>
    [
      ...log
        .replaceAll(/^Trace .*\nStopped execution of TB chain before .*\n/gm, '')
        .matchAll(/^Trace 0: 0x[0-9a-f]+ \[0{16}\/([0-9a-f]{16})\/0000000[0-9a-f]\/00000000\] $/gm),
    ]
      .map((match) => Number(`0x${match[1]}`))
      .filter((pc) => pc >= RAM);

  test('exec,nochain: each block, in the order of execution', () => {
    const { stderr } = run(asm, '-d', 'exec,nochain');
    // The store that switches off is in the block after the call; the machine may stand still before the jump.
    const expected = [start, loop, loop, rest, called, rest + 4];
    assert.deepEqual(entered(stderr).slice(0, expected.length), expected);
    assert.ok(
      entered(stderr)
        .slice(expected.length)
        .every((pc) => pc === end),
    );
  });

  test('exec: what the run loop enters', () => {
    const { stderr } = run(program(100_000), '-d', 'exec');
    assert.match(stderr, /^Trace 0: 0x[0-9a-f]+ \[0{16}\/0000000000001000\//);
    assert.ok(entered(stderr).length < 1000);
  });

  test('without a translator, each instruction', () => {
    const { stderr } = run(asm, '-accel', 'tcg,tier=oracle', '-d', 'exec');
    assert.deepEqual(entered(stderr).slice(0, 4), [start, loop, loop + 4, loop]);
  });

  test('-dfilter', () => {
    const { stderr } = run(asm, '-d', 'exec,nochain', '-dfilter', `0x${called.toString(16)}+4`);
    assert.deepEqual(entered(stderr), [called]);
  });

  test('cpu and fpu: the registers before each', () => {
    const range = ['-dfilter', `0x${loop.toString(16)}+4`];
    const { stderr } = run(asm, '-d', 'cpu,nochain', ...range);
    const values = [...stderr.matchAll(/ x10\/a0 +([0-9a-f]{16})/g)].map((match) => Number(`0x${match[1]}`));
    assert.deepEqual(values, [2, 1]);
    assert.doesNotMatch(stderr, /Trace| f0\/ft0/);
    assert.match(run(asm, '-d', 'cpu,fpu,nochain', ...range).stderr, /^ f0\/ft0 +0{16} f1\/ft1/m);
  });

  test('the program comes to the same end', () => {
    const rounds = 5_000;
    const traces = entered(run(program(rounds), '-d', 'exec,nochain').stderr);
    assert.equal(traces.filter((pc) => pc === loop + 4).length, rounds - 1);
  });
});

test('-d int,mmu,cpu_reset', () => {
  const asm = new Assembler(RAM);
  asm
    .li(T0, RAM + 0x100)
    .csrw(0x305, T0)
    .li(T0, 1n << 52n)
    .op('ld', { rd: A0, rs1: T0, imm: 8 });
  asm
    .at(RAM + 0x100)
    .li(T0, FINISHER)
    .li(T1, 0x5555)
    .op('sw', { rs1: T0, rs2: T1 })
    .label('end')
    .j('end');
  const { stderr } = run(asm, '-d', 'int,mmu,cpu_reset');
  assert.match(stderr, /^CPU Reset \(CPU 0\)\n pc {7}0{16}\n mhartid /);
  assert.match(
    stderr,
    /^riscv_cpu_tlb_fill ad 10000000000008 rw 0 mmu_idx 3\nriscv_cpu_tlb_fill address=10000000000008 ret 0 physical 0010000000000008 prot 7\nriscv_cpu_do_interrupt: hart:0, async:0, cause:0000000000000005, epc:0x00000000800000[0-9a-f]{2}, tval:0x0010000000000008, desc=fault_load$/m,
  );
});

test('a monitor changes what is reported, and where to, while the machine runs', async () => {
  writeFileSync(path('program.bin'), new Assembler(RAM).label('spin').op('ecall').finish());
  const [qmp, file] = [path('qmp'), path('changed-%d.txt')];
  const machine = ['-M', 'virt', '-display', 'none', '-serial', 'null', '-bios', path('program.bin')];
  const child = spawn(SYSTEM, [...machine, '-monitor', 'stdio', '-D', path('first.txt')]);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  /** Types a line and waits for the next prompt. */
  const type = async (line: string): Promise<void> => {
    const prompts = output.split('(qemu) ').length;
    child.stdin.write(`${line}\n`);
    while (output.split('(qemu) ').length <= prompts) await setTimeout(5);
  };
  while (!output.includes('(qemu) ')) await setTimeout(5);
  await type('log int');
  while (readFileSync(path('first.txt'), 'utf8') === '') await setTimeout(5);
  await type(`logfile ${file}`);
  const name = path(`changed-${child.pid}.txt`);
  while (readFileSync(name, 'utf8') === '') await setTimeout(5);
  await type('log none');
  await type('log exec,nochain');
  while (!readFileSync(name, 'utf8').includes('Trace 0:')) await setTimeout(5);
  await type('log none');
  await type(`logfile ${qmp}/none`);
  assert.match(output, /Error opening logfile .*none: cannot open/);
  child.stdin.write('quit\n');
  await once(child, 'close');
  assert.equal(child.exitCode, 0);
  for (const log of [path('first.txt'), name]) assert.match(readFileSync(log, 'utf8'), /desc=.*\n/);
});

test('a log that cannot be written ends the machine in one line; a flood of lines is cut at a line', async () => {
  writeFileSync(path('program.bin'), new Assembler(RAM).label('spin').j('spin').finish());
  const machine = ['-M', 'virt', '-display', 'none', '-serial', 'null', '-bios', path('program.bin')];
  const full = system([...machine, '-d', 'exec,nochain', '-D', '/dev/full']);
  assert.match(full.stderr, /^tinamou-system-riscv64: -D: cannot write to '\/dev\/full': [^\n]*\n$/);
  assert.equal(full.status, 1);
  const child = spawn(SYSTEM, [...machine, '-d', 'exec,nochain', '-D', path('flood.txt')], { stdio: 'ignore' });
  while (!existsSync(path('flood.txt')) || statSync(path('flood.txt')).size < 1 << 20) await setTimeout(20);
  child.kill('SIGINT');
  await once(child, 'close');
  assert.equal(child.exitCode, 0);
  assert.match(readFileSync(path('flood.txt'), 'utf8').slice(-200), /\n(Trace 0:|Stopped execution) [^\n]* \n$/);
});
