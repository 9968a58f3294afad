/** Address spaces, flushes of pages and ASIDs, superpages. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Assembler } from './assembler.ts';
import { BODY, DATA, Lab } from './lab.ts';
import { PageTable, RW, RWX } from './page-table.ts';

const SATP = 0x180;

/** `x6 = 2 * x6 + x5`. */
const note = (asm: Assembler, register = 5): Assembler =>
  asm.op('slli', { rd: 6, rs1: 6, shamt: 1 }).op('add', { rd: 6, rs1: 6, rs2: register });

/** Data and code of `count` address spaces at the same virtual addresses, visited in turn. */
function spaces(count: number, asid: (index: number) => number, fence: (asm: Assembler) => void): Lab {
  return new Lab(
    {
      mode: 'S',
      rounds: 30,
      setup: (machine, first) => {
        for (let i = 0; i < count; i++) {
          const table = new PageTable(machine, first);
          const code = BODY + 0x4000 + 0x1000 * i;
          const data = DATA + 0x1_1000 + 0x1000 * i;
          table.map(0x4000_0000, BODY, RWX, { count: 3 });
          table.map(0x4000_3000, code, RWX);
          table.map(0x4010_0000, DATA + 0x1_0000, RW);
          table.map(0x4010_1000, data, RW);
          machine.memory.writeU64(DATA + 0x1_0000 + 8 * i, table.satp(asid(i)));
          // The shared page's copy of each space adds another number to x8.
          machine.load(code, machine.memory.read(BODY + 0x3000, 4096));
          machine.memory.writeU16(code + 2, 0x0405 + 4 * (i % 8));
          machine.memory.writeU64(data, BigInt(1000 + i));
        }
        first.map(0x4010_0000, DATA + 0x1_0000, RW);
      },
    },
    ({ asm, body }) => {
      asm.li(20, 0x4010_0000).li(21, count).li(23, 0x4010_1000);
      asm.label('space').op('ld', { rd: 22, rs1: 20 }).csrw(SATP, 22);
      fence(asm);
      asm.op('ld', { rd: 5, rs1: 23 });
      note(asm).op('addi', { rd: 5, rs1: 5, imm: 1 }).op('sd', { rs1: 23, rs2: 5 });
      asm.op('jal', { rd: 1, imm: 'shared' });
      note(asm, 8).op('addi', { rd: 20, rs1: 20, imm: 8 }).op('addi', { rd: 21, rs1: 21, imm: -1 });
      asm.op('bne', { rs1: 21, imm: 'space' }).j('out');
      asm
        .at(body + 0x3000)
        .label('shared')
        .half(0x0001)
        .op('c.addi', { rd: 8, imm: 1 })
        .op('jalr', { rs1: 1 });
      asm.label('out');
    },
  );
}

for (const count of [3, 17, 40]) {
  test(`${count} address spaces in turn`, () => {
    const machine = spaces(
      count,
      (index) => index + 1,
      () => {},
    ).check();
    for (let i = 0; i < count; i++) {
      assert.equal(machine.readU64(DATA + 0x1_1000 + 0x1000 * i), BigInt(1030 + i));
    }
    spaces(
      count,
      () => 5,
      (asm) => asm.op('sfence.vma'),
    ).check();
    spaces(
      count,
      () => 5,
      (asm) => asm.li(24, 5).op('sfence.vma', { rs2: 24 }),
    ).check();
  });
}

/** Changes the entry at a virtual address in x21 back and forth, flushes, and looks through what it maps. */
test('a superpage is mapped anew: any address in it flushes all of it', () => {
  for (const level of [1, 2]) {
    const size = 4096 * 512 ** level;
    const base = 0x8000_0000 + (level === 2 ? 0 : size);
    for (const scope of ['page', 'asid', 'all'] as const) {
      const lab = new Lab(
        {
          mode: 'S',
          rounds: 100,
          setup: (machine, table) => {
            const alias = 0x20_0000_0000 + size;
            table.map(alias, level === 2 ? 0x8000_0000 : base - size, RWX, { level });
            const entry = table.entry(alias, level);
            table.map(0x5100_0000, entry - (entry % 4096), RW);
            machine.memory.writeU64(DATA, BigInt(0x5100_0000 + (entry % 4096)));
            machine.memory.writeU64(DATA + 8, BigInt(alias + 0x4_0100));
            machine.memory.writeU64(DATA + 16, BigInt(alias + (level === 1 ? 0x1f_f000 : 0x3fff_f000)));
            // The other mapping has nothing in it.
            machine.memory.writeU64(DATA + 24, machine.readU64(entry) ^ (machine.readU64(entry) & 0xc0n));
            machine.memory.writeU64(DATA + 32, machine.readU64(entry));
          },
        },
        ({ asm, data }) => {
          asm.li(20, data);
          for (const [i, at] of [21, 22, 23].entries()) asm.op('ld', { rd: at, rs1: 20, imm: 8 * i });
          for (const pte of [24, 32]) {
            // Not writable now: what was known of it must be forgotten.
            asm.op('ld', { rd: 24, rs1: 20, imm: pte });
            if (pte === 24) asm.op('andi', { rd: 24, rs1: 24, imm: ~4 });
            asm.op('sd', { rs1: 21, rs2: 24 });
            if (scope === 'page') asm.op('sfence.vma', { rs1: 23 });
            else if (scope === 'asid') asm.op('sfence.vma', { rs2: 25 });
            else asm.op('sfence.vma');
            asm.op('auipc', { rd: 31 }).op('addi', { rd: 31, rs1: 31, imm: 16 });
            asm.op('ld', { rd: 5, rs1: 22 }).op('sd', { rs1: 22, rs2: 27 });
            note(asm);
          }
        },
      );
      lab.check();
      assert.deepEqual(lab.causes(), [15]);
      assert.equal(lab.traps().length, 100);
    }
  }
});

test('a flush of one page leaves its neighbours as they were known', () => {
  const lab = new Lab(
    {
      mode: 'S',
      rounds: 200,
      setup: (machine, table) => {
        const entry = table.entry(0x4010_8000);
        table.map(0x5100_0000, entry - (entry % 4096), RW);
        machine.memory.writeU64(DATA, BigInt(0x5100_0000 + (entry % 4096)));
        machine.memory.writeU64(DATA + 8, machine.readU64(entry) ^ machine.readU64(table.entry(0x4010_9000)));
        machine.memory.writeU64(DATA + 0x8000, 8n);
        machine.memory.writeU64(DATA + 0x9000, 9n);
      },
    },
    ({ asm, data }) => {
      asm
        .li(20, data)
        .op('ld', { rd: 21, rs1: 20 })
        .op('ld', { rd: 24, rs1: 20, imm: 8 })
        .li(23, data + 0x8000);
      asm.op('ld', { rd: 22, rs1: 21 }).op('xor', { rd: 22, rs1: 22, rs2: 24 }).op('sd', { rs1: 21, rs2: 22 });
      asm.op('sfence.vma', { rs1: 23, rs2: 25 }).op('ld', { rd: 5, rs1: 23 });
      note(asm).op('ld', { rd: 7, rs1: 20 });
      asm.op('sinval.vma', { rs1: 23 }).op('sfence.inval.ir').op('ld', { rd: 5, rs1: 23 });
      note(asm);
    },
  );
  lab.check();
});
