/** Computed jumps of programs: where they lead is remembered, and must be forgotten as soon as it is other code. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STRESSES, type StressName } from '../../src/jit/stress.ts';
import { encode, type Assembler } from '../translator/assembler.ts';
import { check, DATA, repeat, TEXT } from './program-lab.ts';

/** Functions, and the bytes from one to the next: some of each in every page. */
const FUNCTIONS = 64;
const STEP = 0x140;
const FIRST = TEXT + 0x1000;
const functionAt = (i: number): number => FIRST + i * STEP;

/**
 * Calls functions in an order that looks random, through a table in DATA. Every so often one is written anew: it
 * returns another number then. x10 is a sum that forgets nothing.
 */
function calls(asm: Assembler, { rounds, rewrites }: { rounds: number; rewrites: number | undefined }): void {
  asm.li(10, 0).li(11, 12_345).li(13, 1_103_515_245).li(14, DATA);
  for (let i = 0; i < FUNCTIONS; i++) asm.li(5, functionAt(i)).op('sd', { rs1: 14, rs2: 5, imm: 8 * i });
  repeat(asm, rounds, () => {
    asm.op('mul', { rd: 11, rs1: 11, rs2: 13 }).op('addi', { rd: 11, rs1: 11, imm: 1235 });
    asm.op('srli', { rd: 5, rs1: 11, shamt: 20 }).op('andi', { rd: 5, rs1: 5, imm: FUNCTIONS - 1 });
    asm.op('slli', { rd: 5, rs1: 5, shamt: 3 }).op('add', { rd: 5, rs1: 5, rs2: 14 }).op('ld', { rd: 15, rs1: 5 });
    if (rewrites !== undefined) {
      asm.op('andi', { rd: 6, rs1: 27, imm: rewrites - 1 }).op('bne', { rs1: 6, rs2: 0, imm: 'call' });
      // addi x7, x0, what the round is, at the function that is called.
      asm.op('andi', { rd: 6, rs1: 27, imm: 0x7ff }).op('slli', { rd: 6, rs1: 6, shamt: 20 });
      asm.li(8, encode('addi', { rd: 7, imm: 0 })).op('or', { rd: 6, rs1: 6, rs2: 8 });
      asm.op('sw', { rs1: 15, rs2: 6 }).op('fence.i');
    }
    asm.label('call').op('jalr', { rd: 1, rs1: 15 });
    asm.op('slli', { rd: 12, rs1: 10, shamt: 5 }).op('add', { rd: 10, rs1: 10, rs2: 12 });
    asm.op('add', { rd: 10, rs1: 10, rs2: 7 });
  });
  asm.op('ecall');
  for (let i = 0; i < FUNCTIONS; i++) {
    while (asm.here < functionAt(i)) asm.op('addi', { rd: 0, rs1: 0, imm: 0 });
    asm.op('addi', { rd: 7, imm: i }).op('jalr', { rs1: 1 });
  }
}

test('functions that stay as they are, called through a table', () => {
  const { jumps } = check((asm) => calls(asm, { rounds: 5000, rewrites: undefined }), { unchecked: true });
  for (const [engine, count] of jumps) {
    if (engine === 'tier0') assert.equal(count, 0);
    else if (engine === 'tier1' || engine === 'ahead') assert.ok(count > FUNCTIONS / 2, `${engine} remembers ${count}`);
  }
});

for (const codePages of [64, 3]) {
  test(`functions that are rewritten before they are called, with room for ${codePages} pages`, () => {
    check((asm) => calls(asm, { rounds: codePages > 3 ? 4000 : 400, rewrites: 8 }), {
      isSelfModifying: true,
      codePages,
    });
  });
}

test('code that is given up, flushed and written while its slots are used again', () => {
  const names = Object.keys(STRESSES) as StressName[];
  for (const wanted of [...names.map((name) => [name]), names]) {
    for (let seed = 1; seed <= 2; seed++) {
      check((asm) => calls(asm, { rounds: 1500, rewrites: seed === 1 ? undefined : 32 }), {
        isSelfModifying: true,
        engines: ['tier1', 'auto', 'tier2', 'regions'],
        stress: { names: wanted, seed, regions: 1 },
      });
    }
  }
});
