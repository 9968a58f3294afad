/** What `-d` writes about a program is what native QEMU writes, but for what is known to differ. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { SYSTEM } from '../program.ts';
import { Assembler } from '../translator/assembler.ts';

const RAM = 0x8000_0000;
const HANDLER = RAM + 0x200;
const [RA, SP, T0, T1, T2, A0, A1, A2] = [1, 2, 5, 6, 7, 10, 11, 12] as const;

const folder = mkdtempSync(join(tmpdir(), 'tinamou-peer-log-'));
after(() => rmSync(folder, { recursive: true }));
const image = join(folder, 'program.bin');
writeFileSync(image, program());

/** A bit of everything: loops, calls, exceptions of several kinds, 16-bit code, code on two pages. */
function program(): Uint8Array {
  const a = new Assembler(RAM);
  a.li(T0, HANDLER)
    .csrw(0x305, T0)
    .li(SP, RAM + 0x4000)
    .li(A0, 5);
  a.label('loop').op('addi', { rd: A0, rs1: A0, imm: -1 }).op('mul', { rd: A1, rs1: A0, rs2: A0 });
  a.op('bne', { rs1: A0, rs2: 0, imm: 'loop' }).op('beq', { rs1: A0, rs2: A1, imm: 'on' });
  a.label('on').op('jal', { rd: RA, imm: 'function' });
  a.op('ecall')
    .op('ebreak')
    .word(0)
    .li(T1, 1n << 52n)
    .op('ld', { rd: A2, rs1: T1, imm: 8 });
  a.op('sd', { rs1: T1, rs2: A2, imm: -8 }).op('csrrwi', { csr: 0x340, uimm: 5 }).op('csrrs', { rd: A2, csr: 0x7a5 });
  a.op('amoadd.w', { rd: A2, rs1: SP, rs2: A0 }).op('fence.i').op('lui', { rd: T2, imm: 0x7fff_f000 });
  a.op('addiw', { rd: T2, rs1: T2, imm: 7 }).op('srai', { rd: T2, rs1: T2, shamt: 40 }).j('far');
  a.label('function').op('c.addi', { rd: SP, imm: -16 }).op('c.sdsp', { rs2: RA, imm: 8 });
  a.op('c.ldsp', { rd: RA, imm: 8 }).op('c.addi', { rd: SP, imm: 16 }).op('c.jr', { rs1: RA });
  a.at(HANDLER).op('csrrs', { rd: T0, csr: 0x341 }).op('addi', { rd: T0, rs1: T0, imm: 4 }).csrw(0x341, T0).op('mret');
  // Ends by the finisher, from a page of its own, whose last instruction reaches into the next.
  a.at(RAM + 0xffe)
    .label('far')
    .op('xor', { rd: T2, rs1: T2, rs2: T2 });
  return a.li(T0, 0x10_0000).li(T1, 0x5555).op('sw', { rs1: T0, rs2: T1 }).label('end').j('end').finish();
}

function logOf(command: string, ...args: string[]): string {
  const machine = ['-M', 'virt', '-display', 'none', '-serial', 'null', '-bios', image];
  const { stderr, status } = spawnSync(command, [...machine, ...args], { encoding: 'utf8', timeout: 30_000 });
  assert.equal(status, 0, stderr.slice(-500));
  return stderr;
}
const theirs = (...args: string[]): string => logOf('qemu-system-riscv64', ...args);
const ours = (...args: string[]): string => logOf(SYSTEM, ...args);

/** An entry that came to nothing, as the machine had something else to do first: when that is, is chance. */
const CALLED_AWAY = /^Trace .*\nStopped execution of TB chain before .*\n/gm;

/** Without the short forms of common instructions, for which the other side has names. */
const ALIASES: readonly (readonly [RegExp, string])[] = [
  [/^b(\w+)z +(\w+),(-?\d+)/, 'b$1 $2,zero,$3'],
  [/^nop$/, 'addi zero,zero,0'],
  [/^sext\.w (\w+),(\w+)$/, 'addiw $1,$2,0'],
  [/^mv +(\w+),(\w+)$/, 'addi $1,$2,0'],
  [/^ret$/, 'jalr zero,0(ra)'],
  [/^jr +(\w+)$/, 'jalr zero,0($1)'],
  [/^j +(-?\d+)/, 'jal zero,$1'],
];

/** Text of each listed instruction by its address. */
function listing(log: string): Map<string, string> {
  return new Map(
    [...log.matchAll(/^(0x[0-9a-f]{16}): {2}([0-9a-f]+ +)(.*)$/gm)].map((match): [string, string] => {
      const [, address, word, text] = match as unknown as [string, string, string, string];
      let plain = text.replaceAll(/\s+/g, ' ').trim();
      for (const [alias, form] of ALIASES) plain = plain.replace(alias, form);
      return [address, `${word.trim()} ${plain}`];
    }),
  );
}

test('in_asm: the same code at the same addresses', () => {
  const expected = listing(theirs('-d', 'in_asm'));
  assert.ok(expected.size > 50);
  for (const tier of ['0', '1']) {
    const actual = listing(ours('-accel', `tcg,tier=${tier}`, '-d', 'in_asm'));
    // What is decoded ahead need not be run.
    const missing = [...expected].filter(([address, text]) => actual.get(address) !== text);
    // Code on two pages is never translated.
    const known = missing.filter(([address]) => tier !== '1' || Number(address) % 4096 !== 0xffe);
    assert.deepEqual(
      known.map(([address, text]) => `${address} ${text} | ${actual.get(address)}`),
      [],
      `tier ${tier}`,
    );
  }
});

test('int: the same lines', () => {
  const lines = (log: string): string[] => log.split('\n').filter((line) => line.startsWith('riscv_cpu_do_interrupt'));
  const expected = lines(theirs('-d', 'int'));
  assert.ok(expected.length >= 6);
  for (const tier of ['auto', '0', '1', '2', 'oracle']) {
    assert.deepEqual(lines(ours('-accel', `tcg,tier=${tier}`, '-d', 'int')), expected, tier);
  }
});

test('exec,nochain: control goes the same way', () => {
  const pcs = (log: string): number[] =>
    [...log.replaceAll(CALLED_AWAY, '').matchAll(/^Trace 0: 0x[0-9a-f]+ \[0{16}\/([0-9a-f]{16})\//gm)].map((match) =>
      Number(`0x${match[1]}`),
    );
  /** Up to the instruction that switches off. */
  const end = 'sw t1,0(t0)';
  const steps = pcs(theirs('-singlestep', '-d', 'exec,nochain'));
  const traced = pcs(ours('-d', 'exec,nochain'));
  const each = pcs(ours('-accel', 'tcg,tier=oracle', '-d', 'exec'));
  const last = [...listing(ours('-d', 'in_asm'))].find(([, text]) => text.endsWith(end))!;
  const until = (all: readonly number[]): readonly number[] => all.slice(0, all.lastIndexOf(Number(last[0])) + 1);
  assert.ok(until(steps).length > 60);
  // The oracle runs instruction by instruction, too. One side traces an instruction that cannot be fetched.
  assert.deepEqual(until(each), until(steps));
  // Ours are some of theirs, in order, and every jump of theirs leads to one of ours.
  let at = 0;
  for (const pc of traced) {
    const next = steps.indexOf(pc, at);
    if (next < 0) break;
    const skipped = steps.slice(at, next);
    assert.ok(
      skipped.every((step, i) => i === 0 || step - skipped[i - 1]! <= 4),
      `straight on before 0x${pc.toString(16)}`,
    );
    at = next + 1;
  }
  assert.ok(at > until(steps).length - 8, 'to the end');
});
