/** Pages of running code that are mapped anew, unmapped, or made not executable. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode, type Assembler } from './assembler.ts';
import { BODY, DATA, Lab, resumeAt } from './lab.ts';
import { PTE, RWX } from './page-table.ts';

const LI = (value: number): number => encode('addi', { rd: 5, imm: value });
/** `x6 = 2 * x6 + x5`. */
const noteX5 = (asm: Assembler): Assembler =>
  asm.op('slli', { rd: 6, rs1: 6, shamt: 1 }).op('add', { rd: 6, rs1: 6, rs2: 5 });

/** The body runs in one page; the second one of its last instruction is now one page, now another. */
test('the second page of an instruction is mapped anew', () => {
  const lab = new Lab(
    {
      mode: 'S',
      rounds: 300,
      setup: (machine, table) => {
        const next = BODY + 0x9000;
        // Here the instruction is `addi x5, x0, 1`, there `addi x5, x0, 2`: same low half, other high half.
        machine.load(next, machine.memory.read(BODY + 0x2000, 0x1000));
        machine.memory.writeU16(next, LI(2) >>> 16);
        const entry = table.entry(0x4000_2000);
        table.map(0x5100_0000, entry - (entry % 4096), RWX);
        machine.memory.writeU64(DATA, BigInt(0x5100_0000 + (entry % 4096)));
        machine.memory.writeU64(DATA + 8, machine.readU64(entry));
        machine.memory.writeU64(DATA + 16, machine.readU64(table.entry(0x4000_9000)));
        machine.memory.writeU64(DATA + 24, 0n);
      },
    },
    ({ asm, body, data }) => {
      asm
        .li(20, data)
        .op('ld', { rd: 21, rs1: 20 })
        .li(23, body + 0x2000);
      for (const [i, entry] of [8, 16, 24].entries()) {
        asm.op('ld', { rd: 22, rs1: 20, imm: entry }).op('sd', { rs1: 21, rs2: 22 });
        asm.op('sfence.vma', i === 1 ? {} : { rs1: 23 });
        resumeAt(asm, `back${i}`);
        asm.op('jal', { rd: 1, imm: 'target' });
        asm.label(`back${i}`);
      }
      asm.j('over');
      asm
        .at(body + 0x1ffe)
        .label('target')
        .word(LI(1));
      noteX5(asm).op('jalr', { rs1: 1 });
      asm.label('over.2');
      // The end of the rounds is on a page that is always there.
      asm.at(body + 0x3000).label('over');
    },
  );
  lab.check();
  const traps = lab.traps();
  assert.equal(traps.length, 300);
  for (const { cause, epc, tval } of traps) {
    assert.deepEqual([cause, epc, tval], [12, 0x4000_1ffe, 0x4000_2000]);
  }
});

/** Three pages 4 MiB apart share an entry of the first-level TLB; one of them is mapped to another place each round. */
test('data pages that compete for a TLB entry, one of them mapped anew', () => {
  const lab = new Lab(
    {
      mode: 'S',
      rounds: 300,
      setup: (machine, table) => {
        for (let i = 0; i < 3; i++) table.map(0x5000_0000 + i * 0x40_0000, DATA + 0x5000 + i * 0x1000, RWX);
        const entry = table.entry(0x5040_0000);
        table.map(0x5100_0000, entry - (entry % 4096), RWX);
        machine.memory.writeU64(DATA, BigInt(0x5100_0000 + (entry % 4096)));
        machine.memory.writeU64(DATA + 8, machine.readU64(entry));
        machine.memory.writeU64(DATA + 16, machine.readU64(table.entry(0x5080_0000)));
      },
    },
    ({ asm, data }) => {
      asm.li(20, data).op('ld', { rd: 21, rs1: 20 });
      for (let i = 0; i < 3; i++) asm.li(22 + i, 0x5000_0000 + i * 0x40_0000);
      for (const [i, entry] of [8, 16].entries()) {
        asm.op('ld', { rd: 25, rs1: 20, imm: entry }).op('sd', { rs1: 21, rs2: 25 }).op('sfence.vma', { rs1: 23 });
        for (let turn = 0; turn < 3; turn++) {
          for (const base of [22, 23, 24]) {
            asm.op('ld', { rd: 5, rs1: base, imm: 8 }).op('addi', { rd: 5, rs1: 5, imm: base + turn + i });
            asm.op(turn === 1 ? 'sh' : 'sd', { rs1: base, rs2: 5, imm: turn === 1 ? 11 : 8 });
            asm.op('addi', { rd: 26, rs1: base, imm: 16 }).op('amoadd.d', { rd: 5, rs1: 26, rs2: 5 });
            noteX5(asm);
          }
        }
      }
    },
  );
  lab.check();
  assert.equal(lab.traps().length, 0);
});

test('the page being run is mapped anew by its own code', () => {
  for (const scope of ['page', 'asid', 'all'] as const) {
    const lab = new Lab(
      {
        mode: 'S',
        rounds: 300,
        setup: (machine, table) => {
          const other = machine.memory.read(BODY + 0x1000, 0x1000);
          // In the other page the instruction after the fence is a different one.
          new DataView(other.buffer).setUint32(0x10c, LI(9), true);
          machine.load(BODY + 0x9000, other);
          const entry = table.entry(0x4000_1000);
          table.map(0x5100_0000, entry - (entry % 4096), RWX);
          machine.memory.writeU64(DATA, BigInt(0x5100_0000 + (entry % 4096)));
          const ptes = machine.readU64(entry) ^ machine.readU64(table.entry(0x4000_9000));
          machine.memory.writeU64(DATA + 8, ptes);
        },
      },
      ({ asm, body, data }) => {
        asm
          .li(20, data)
          .op('ld', { rd: 21, rs1: 20 })
          .op('ld', { rd: 24, rs1: 20, imm: 8 })
          .li(23, body + 0x1abc);
        asm.op('ld', { rd: 22, rs1: 21 }).op('xor', { rd: 22, rs1: 22, rs2: 24 });
        asm
          .j('target')
          .at(body + 0x1100)
          .label('target');
        asm.op('addi', { rd: 8, rs1: 8, imm: 1 }).op('sd', { rs1: 21, rs2: 22 });
        if (scope === 'page') asm.op('sfence.vma', { rs1: 23 });
        else if (scope === 'all') asm.op('sfence.vma');
        else asm.op('sfence.vma', { rs2: 25 });
        asm.word(LI(4));
        noteX5(asm).j('out');
        asm.at(body + 0x2100).label('out');
      },
    );
    const machine = lab.check();
    assert.equal(machine.cpu.x(8), 300);
    // The fence found nine and four in turn.
    assert.notEqual(machine.cpu.x(6), 0);
  }
});

test('a page that may no longer be executed', () => {
  const lab = new Lab(
    {
      mode: 'S',
      rounds: 300,
      setup: (machine, table) => {
        const entry = table.entry(0x4000_3000);
        table.map(0x5100_0000, entry - (entry % 4096), RWX);
        machine.memory.writeU64(DATA, BigInt(0x5100_0000 + (entry % 4096)));
      },
    },
    ({ asm, body, data }) => {
      asm
        .li(20, data)
        .op('ld', { rd: 21, rs1: 20 })
        .li(23, body + 0x3000);
      resumeAt(asm, 'back');
      asm.op('ld', { rd: 22, rs1: 21 }).op('xori', { rd: 22, rs1: 22, imm: PTE.X }).op('sd', { rs1: 21, rs2: 22 });
      asm.op('sfence.vma', { rs1: 23 });
      asm.op('jal', { rd: 1, imm: 'target' });
      asm.label('back').j('over');
      asm
        .at(body + 0x3000)
        .label('target')
        .op('addi', { rd: 5, rs1: 5, imm: 1 })
        .op('jalr', { rs1: 1 });
      asm.at(body + 0x4000).label('over');
    },
  );
  const machine = lab.check();
  assert.equal(machine.cpu.x(5), 150);
  const traps = lab.traps();
  assert.equal(traps.length, 150);
  for (const { cause, epc, tval } of traps) assert.deepEqual([cause, epc, tval], [12, 0x4000_3000, 0x4000_3000]);
});
