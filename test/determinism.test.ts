/** Where time is counted in instructions, runs of one command line are alike to the instruction, on every tier. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CountedRun, type Outcome } from './counted-run.ts';
import { assertSameEnd } from './saved-instants.ts';
import { Assembler } from './translator/assembler.ts';

const directory = mkdtempSync(join(tmpdir(), 'tinamou-determinism-'));
after(() => rmSync(directory, { recursive: true }));

const MIB = 2 ** 20;
const RAM = 0x8000_0000;
const LOG = RAM + 0x10_0000;
const UART = 0x1000_0000;
const FINISHER = 0x10_0000;
const MTIMECMP = 0x200_4000;
const MTIME = 0x200_bff8;
const RTC = 0x10_1000;
const [A0, A1, A2, T0, T1, T2, S0, S1] = [10, 11, 12, 5, 6, 7, 8, 9] as const;
const TICKS = 60;

/**
 * Prints without end, far more than anybody's buffers hold, and computes; every so many ticks an interrupt
 * writes down where it came, what time it was by two clocks, and waits for the next one at every other turn.
 */
function program(): Uint8Array {
  const asm = new Assembler(RAM);
  asm
    .li(T0, RAM + 0x400)
    .csrw(0x305, T0)
    .li(T0, 0x80)
    .csrw(0x304, T0);
  asm.li(S0, LOG).li(S1, TICKS).li(T0, RTC).op('lwu', { rd: T1, rs1: T0 }).op('sd', { rs1: S0, rs2: T1 });
  asm.li(T0, MTIMECMP).li(T1, 300).op('sd', { rs1: T0, rs2: T1 }).op('csrrsi', { csr: 0x300, uimm: 8 });
  asm.li(A0, UART).label('loop');
  asm.label('full').op('lbu', { rd: A1, rs1: A0, imm: 5 }).op('andi', { rd: A1, rs1: A1, imm: 0x20 });
  asm.op('beq', { rs1: A1, rs2: 0, imm: 'full' });
  asm.op('addi', { rd: A2, rs1: A2, imm: 1 }).op('andi', { rd: A1, rs1: A2, imm: 63 });
  asm.op('addi', { rd: A1, rs1: A1, imm: 48 }).op('sb', { rs1: A0, rs2: A1 }).j('loop');
  asm.at(RAM + 0x400);
  asm.op('addi', { rd: S0, rs1: S0, imm: 32 }).csrr(T0, 0x341).op('sd', { rs1: S0, rs2: T0 });
  asm.csrr(T0, 0xc01).op('sd', { rs1: S0, rs2: T0, imm: 8 });
  asm.li(T0, MTIME).op('ld', { rd: T1, rs1: T0 }).op('sd', { rs1: S0, rs2: T1, imm: 16 });
  asm.csrr(T0, 0xb02).op('sd', { rs1: S0, rs2: T0, imm: 24 });
  // The next one after 700 to 956 ticks.
  asm.op('andi', { rd: T0, rs1: T0, imm: 255 }).op('addi', { rd: T0, rs1: T0, imm: 700 });
  asm.op('add', { rd: T1, rs1: T1, rs2: T0 }).li(T2, MTIMECMP).op('sd', { rs1: T2, rs2: T1 });
  asm.op('addi', { rd: S1, rs1: S1, imm: -1 }).op('bne', { rs1: S1, rs2: 0, imm: 'on' });
  asm.li(T0, FINISHER).li(T1, 0x5555).op('sw', { rs1: T0, rs2: T1 }).label('end').op('wfi').j('end');
  asm.label('on').op('andi', { rd: T0, rs1: S1, imm: 1 }).op('beq', { rs1: T0, rs2: 0, imm: 'back' }).op('wfi');
  asm.label('back').op('mret');
  return asm.finish();
}

const bios = join(directory, 'program');
writeFileSync(bios, program());
const FIXED = ['-m', '16M', '-bios', bios, '-rtc', 'base=2026-01-01T00:00:00,clock=vm', '-seed', '1'];

async function outcome(...args: readonly string[]): Promise<Outcome> {
  await using run = await CountedRun.start(directory, [...FIXED, ...args]);
  await run.switchedOff();
  const result = await run.outcome(16 * MIB);
  await run.quit();
  return { ...result, console: run.console };
}

for (const icount of ['shift=0,sleep=off', 'shift=7,sleep=off', 'shift=6']) {
  test(`every tier comes to the same end: -icount ${icount}`, { timeout: 120_000 }, async () => {
    const first = await outcome('-icount', icount);
    assert.ok(first.console.length > (icount.startsWith('shift=0') ? 100_000 : 1000), `${first.console.length}`);
    for (const tier of icount === 'shift=6' ? ['auto'] : ['auto', 'regions', '0', '1', '2', 'oracle']) {
      if (tier === 'oracle' && icount.startsWith('shift=0')) continue;
      assert.deepEqual(await outcome('-icount', icount, '-accel', `tcg,tier=${tier}`), first, tier);
    }
  });
}

test('saved at eight instants, it comes to the same end', { timeout: 120_000 }, async () => {
  const args = [...FIXED, '-icount', 'shift=0,sleep=off'];
  await assertSameEnd({ directory, args, ramBytes: 16 * MIB, instants: 8 });
});

test('time that follows the host: the guest comes to its end', { timeout: 60_000 }, async () => {
  for (const icount of ['auto', 'shift=2,align=on']) {
    const { console } = await outcome('-icount', icount);
    assert.match(console, /^[0-o]+$/);
  }
});
