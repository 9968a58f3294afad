/**
 * Accesses near each other and in long stretches of memory that is mapped in one piece, which the
 * translators check together: at the ends of pages and stretches, among devices, and when what they
 * rely on changes between them.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Assembler } from './assembler.ts';
import { DATA, HOLE, Lab, MODES, READ_ONLY, resumeAt } from './lab.ts';
import { DEVICE, RAM } from './machine.ts';
import { PTE, RW, RWX } from './page-table.ts';

const SIZES = { b: 1, h: 2, w: 4, d: 8 } as const;
const MSTATUS = 0x300;
const SSTATUS = 0x100;
const SUM = 1 << 18;
const MXR = 1 << 19;
/** In S: a table that can be written. */
const TABLE = 0x5100_0000;

/** `x6 = 2 * x6 + x5`. */
const note = (asm: Assembler, register = 5): Assembler =>
  asm.op('slli', { rd: 6, rs1: 6, shamt: 1 }).op('add', { rd: 6, rs1: 6, rs2: register });

/** Loads and stores of every size around x20, one after another, each going on after a fault. */
function group(asm: Assembler, name: string, offsets: readonly number[]): void {
  let label = 0;
  for (const offset of offsets) {
    for (const size of Object.keys(SIZES)) {
      const next = `${name}.${label++}`;
      resumeAt(asm, next);
      asm.op(`l${size}`, { rd: 5, rs1: 20, imm: offset });
      note(asm).op(`s${size}`, { rs1: 20, rs2: 6, imm: offset + 8 });
      asm.op(`l${size}`, { rd: 7, rs1: 20, imm: offset + 16 });
      asm.label(next);
      note(asm).op('add', { rd: 6, rs1: 6, rs2: 7 });
    }
  }
}
/** The same without handlers between them, so that they are in one block; one that faults ends them. */
function straight(asm: Assembler, name: string, offsets: readonly number[]): void {
  resumeAt(asm, name);
  for (const offset of offsets) {
    for (const size of Object.keys(SIZES)) {
      asm.op(`s${size}`, { rs1: 20, rs2: 6, imm: offset }).op(`l${size}`, { rd: 5, rs1: 20, imm: offset + 8 });
      note(asm);
    }
  }
  asm.label(name);
}

test('around the ends of pages: missing, read-only, and as good as any', () => {
  for (const mode of MODES) {
    const lab = new Lab({ mode, rounds: 60, limit: 6_000_000 }, ({ asm, data }) => {
      asm.li(6, 77);
      for (const page of [0, 1, HOLE, HOLE + 1, READ_ONLY, READ_ONLY + 1, 9, 16]) {
        asm.li(20, data + page * 4096);
        group(asm, `group${page}`, [-24, -20, -17, -9, -8, -3, 0]);
        straight(asm, `down${page}`, [-2000, -40, -24, -16, -12, -5, -2, 0, 1900]);
        straight(asm, `up${page}`, [1900, 4, -7, -16, -40, -2000]);
      }
    });
    lab.check();
    assert.deepEqual(lab.causes(), mode === 'M' ? [] : [13, 15]);
  }
});

test('a base that is changed between accesses', () => {
  for (const mode of MODES) {
    const lab = new Lab({ mode }, ({ asm, data }) => {
      asm.li(20, data + 0xfc0).li(19, 3);
      for (let i = 0; i < 20; i++) {
        asm.op('sd', { rs1: 20, rs2: 19, imm: 8 }).op('addi', { rd: 20, rs1: 20, imm: 12 });
        asm.op('ld', { rd: 5, rs1: 20, imm: -4 }).op('lw', { rd: 7, rs1: 20, imm: 4 });
        note(asm).op('add', { rd: 19, rs1: 19, rs2: 7 });
      }
      // A base that an access itself loads.
      asm.li(20, data + 0x2000).op('sd', { rs1: 20, rs2: 20, imm: 16 });
      asm.op('ld', { rd: 20, rs1: 20, imm: 16 }).op('ld', { rd: 5, rs1: 20, imm: 16 });
      note(asm).op('sd', { rs1: 20, rs2: 5, imm: 24 }).op('ld', { rd: 20, rs1: 20, imm: 24 });
      note(asm, 20);
    });
    lab.check();
    assert.equal(lab.traps().length, 0);
  }
});

test('a loop that one branch enters at two places', () => {
  for (const mode of MODES) {
    const lab = new Lab({ mode }, ({ asm, data }) => {
      const group = (base: number): void => {
        asm.op('sd', { rs1: base, rs2: 6, imm: 8 }).op('sd', { rs1: base, rs2: 27, imm: 16 });
        asm.op('ld', { rd: 5, rs1: base, imm: 16 }).op('ld', { rd: 8, rs1: base, imm: 8 });
        note(asm).op('add', { rd: 6, rs1: 6, rs2: 8 });
      };
      asm
        .li(20, data + 0xfc0)
        .li(21, data + 0x2000)
        .li(9, 3);
      // The way alternates, and the place differs from one round to the next.
      asm.op('andi', { rd: 8, rs1: 27, imm: 15 }).op('slli', { rd: 8, rs1: 8, shamt: 6 });
      asm.op('add', { rd: 20, rs1: 20, rs2: 8 }).op('sub', { rd: 21, rs1: 21, rs2: 8 });
      asm.op('andi', { rd: 7, rs1: 27, imm: 1 }).op('beq', { rs1: 7, imm: 'second' });
      asm.label('first');
      group(20);
      asm.op('addi', { rd: 9, rs1: 9, imm: -1 }).label('second');
      group(21);
      asm.op('bne', { rs1: 9, imm: 'first' });
    });
    lab.check();
    assert.equal(lab.traps().length, 0);
  }
});

test('a device in the page after them, which writes to memory when it is touched', () => {
  for (const mode of ['S', 'U'] as const) {
    const options = {
      mode,
      rounds: 100,
      setup: (machine: Lab['machines'][number], table: { map: (va: number, pa: number, flags: number) => void }) => {
        const user = mode === 'U' ? PTE.U : 0;
        table.map(0x4010_0000 + HOLE * 4096, DEVICE, RW | user);
        let count = 0n;
        const count8 = (): void => machine.memory.writeU64(DATA + HOLE * 4096 - 8, (count += 3n));
        machine.onDeviceRead = count8;
        machine.onDeviceWrite = count8;
      },
    };
    const lab = new Lab(options, ({ asm, data }) => {
      asm.li(20, data + HOLE * 4096).li(6, 5);
      for (const size of ['d', 'w', 'b']) {
        asm.op('sd', { rs1: 20, rs2: 6, imm: -16 }).op('ld', { rd: 5, rs1: 20, imm: -8 });
        note(asm).op(`l${size}`, { rd: 5, rs1: 20, imm: 16 });
        note(asm).op('ld', { rd: 5, rs1: 20, imm: -8 });
        note(asm).op(`s${size}`, { rs1: 20, rs2: 6, imm: 24 }).op('ld', { rd: 5, rs1: 20, imm: -8 });
        note(asm).op('ld', { rd: 5, rs1: 20, imm: -16 }).op('ld', { rd: 7, rs1: 20, imm: -4 });
        note(asm);
      }
    });
    const machine = lab.check();
    assert.ok(machine.accesses.length > 600);
    assert.equal(lab.traps().length, 0);
  }
});

test('stores to code among other stores', () => {
  for (const mode of MODES) {
    const lab = new Lab({ mode, rounds: 300 }, ({ asm, body }) => {
      const at = body + 0x1800;
      asm.li(20, at).op('andi', { rd: 7, rs1: 27, imm: 31 }).op('slli', { rd: 7, rs1: 7, shamt: 20 });
      asm.li(8, 0x293).op('or', { rd: 7, rs1: 7, rs2: 8 });
      asm.j('in');
      asm.at(at - 0x100).label('in');
      // Before, in, and after the granule that holds the next instructions but two.
      asm.op('sd', { rs1: 20, rs2: 7, imm: -0x400 }).op('sd', { rs1: 20, rs2: 7, imm: 0x400 });
      asm.op('sw', { rs1: 20, rs2: 7, imm: 0 }).op('ld', { rd: 9, rs1: 20, imm: -0x400 });
      asm.op('sd', { rs1: 20, rs2: 9, imm: 0x408 }).op('sh', { rs1: 20, rs2: 9, imm: 0x7ff });
      note(asm, 9).j('patched');
      asm.at(at).label('patched').op('addi', { rd: 5, imm: 0 });
      note(asm).j('out');
      asm.at(at + 0x1000).label('out');
    });
    lab.check();
  }
});

test('a data page that is mapped elsewhere in each round of a loop', () => {
  for (const scope of ['page', 'asid', 'all'] as const) {
    for (const level of [0, 1]) {
      const lab = new Lab(
        {
          mode: 'S',
          rounds: 200,
          setup: (machine, table) => {
            // All of RAM, as 4 KiB pages or as one superpage.
            if (level === 1) table.map(0x5000_0000, RAM, RW, { level });
            else table.map(0x5000_0000, RAM, RW, { count: 512 });
            const entry = table.entry(0x5004_3000, level);
            table.map(TABLE, entry - (entry % 4096), RWX);
            machine.memory.writeU64(DATA, BigInt(TABLE + (entry % 4096)));
          },
        },
        ({ asm, data }) => {
          asm.li(20, data).op('ld', { rd: 21, rs1: 20 });
          asm.li(22, 0x5004_3ff0).li(23, 0x5004_8000).op('add', { rd: 6, rs1: 6, rs2: 27 });
          // Another page, or no right to write.
          const change = level === 0 ? 1 << 10 : PTE.W;
          for (const offset of [0, 8, 16, -8]) {
            resumeAt(asm, `offset${offset}`);
            asm.op('ld', { rd: 5, rs1: 22, imm: offset });
            note(asm).op('sd', { rs1: 22, rs2: 6, imm: offset });
            asm.label(`offset${offset}`);
            asm.op('ld', { rd: 5, rs1: 23, imm: offset });
            note(asm);
          }
          asm.op('ld', { rd: 25, rs1: 21 }).li(26, change).op('xor', { rd: 25, rs1: 25, rs2: 26 });
          asm.op('sd', { rs1: 21, rs2: 25 });
          // Any address of the page will do.
          if (scope === 'page') asm.op('sfence.vma', { rs1: level === 0 ? 22 : 23 });
          else if (scope === 'asid') asm.op('sfence.vma', { rs2: 28 });
          else asm.op('sfence.vma');
        },
      );
      lab.check();
      assert.deepEqual(lab.causes(), level === 0 ? [] : [15]);
    }
  }
});

test('SUM and MXR change what may be reached', () => {
  const options = {
    mode: 'S' as const,
    setup: (_machine: unknown, table: { map: (va: number, pa: number, flags: number, more?: object) => void }) => {
      table.map(0x5000_0000, DATA, RW | PTE.U, { count: 8 });
      table.map(0x5000_8000, DATA, PTE.V | PTE.X | PTE.A, { count: 8 });
    },
  };
  const lab = new Lab(options, ({ asm }) => {
    asm.li(20, 0x5000_7ff0).li(6, 9);
    let turn = 0;
    for (const bits of [SUM, MXR, SUM | MXR, 0]) {
      asm.li(19, SUM | MXR).op('csrrc', { csr: SSTATUS, rs1: 19 });
      asm.li(19, bits).op('csrrs', { csr: SSTATUS, rs1: 19 });
      group(asm, `turn${turn}`, [-32, -8, 0, 16]);
      straight(asm, `straight${turn++}`, [-32, -8, 0, 16]);
    }
  });
  lab.check();
  assert.deepEqual(lab.causes(), [13, 15]);
});

test('physical memory protection changes, also under MPRV', () => {
  const allow = 0x1f00;
  for (const rights of [0, 1, 3]) {
    const lab = new Lab(
      {
        mode: 'M',
        rounds: 100,
        limit: 6_000_000,
        prepare: (asm) => {
          // Entry 0 is for one page, entry 1 for everything; entry 2 stands locked for one page of M's own.
          asm.li(29, 0).csrw(0x3a0, 29);
          asm.li(29, ((DATA + 0x2000) >>> 2) + 0x1ff).csrw(0x3b0, 29);
          asm.li(29, -1).csrw(0x3b1, 29).li(29, allow).csrw(0x3a0, 29);
        },
      },
      ({ asm }) => {
        for (const [turn, entry] of [0x18 | rights, 0, 0x18 | rights].entries()) {
          asm.li(19, allow | entry).csrw(0x3a0, 19);
          // As S, by the lab's table; as M, where only a locked entry would count.
          for (const [name, base, status] of [
            ['s', 0x4010_2000, (1 << 11) | (1 << 17)],
            ['m', DATA + 0x2000, 0],
          ] as const) {
            asm.li(20, base);
            for (const [i, offset] of [-8, 0, 8, -16].entries()) {
              resumeAt(asm, `${name}${turn}.${i}`);
              asm.li(19, 0x2_1800).op('csrrc', { csr: MSTATUS, rs1: 19 });
              asm.li(19, status).op('csrrs', { csr: MSTATUS, rs1: 19 });
              asm.op('ld', { rd: 5, rs1: 20, imm: offset });
              note(asm)
                .op('sd', { rs1: 20, rs2: 6, imm: offset })
                .op('ld', { rd: 5, rs1: 20, imm: offset + 4 });
              note(asm).label(`${name}${turn}.${i}`);
              asm.li(19, 0x2_0000).op('csrrc', { csr: MSTATUS, rs1: 19 });
            }
          }
        }
      },
    );
    lab.check();
    assert.deepEqual(lab.causes(), rights === 3 ? [] : rights === 1 ? [7] : [5]);
  }
});
