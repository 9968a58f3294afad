/** Devices, read-only memory and atomics, under every engine. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Assembler } from './assembler.ts';
import { Lab, MODES, resumeAt } from './lab.ts';

const LOADS = ['lb', 'lh', 'lw', 'ld', 'lbu', 'lhu', 'lwu'] as const;
const STORES = ['sb', 'sh', 'sw', 'sd'] as const;
const AMOS = ['swap', 'add', 'xor', 'and', 'or', 'min', 'max', 'minu', 'maxu'] as const;

/** `x6 = 2 * x6 + x5`. */
const note = (asm: Assembler, register = 5): Assembler =>
  asm.op('slli', { rd: 6, rs1: 6, shamt: 1 }).op('add', { rd: 6, rs1: 6, rs2: register });

test('device registers of every size, aligned or not, and across the end of the device', () => {
  for (const mode of MODES) {
    const lab = new Lab({ mode, rounds: 60 }, ({ asm, device }) => {
      asm.li(19, 0x8182_8384_8586_8788n);
      for (const base of [device + 0x40, device + 0xff0]) {
        asm.li(20, base);
        for (const offset of base === device + 0x40 ? [0, 1, 2, 4, 7] : [8, 9, 12, 13, 14, 15]) {
          for (const name of STORES) {
            resumeAt(asm, `${name}${base}.${offset}`);
            asm.op(name, { rs1: 20, rs2: 19, imm: offset }).label(`${name}${base}.${offset}`);
          }
          for (const name of LOADS) {
            resumeAt(asm, `${name}${base}.${offset}`);
            asm.op(name, { rd: 5, rs1: 20, imm: offset }).label(`${name}${base}.${offset}`);
            note(asm);
          }
        }
      }
    });
    const machine = lab.check();
    assert.ok(machine.accesses.length > 60 * 100);
    assert.deepEqual(lab.causes(), mode === 'M' ? [5, 7] : [13, 15]);
  }
});

test('read-only memory is read, and ignores stores', () => {
  for (const mode of MODES) {
    const lab = new Lab({ mode }, ({ asm, rom }) => {
      asm.li(20, rom + 0x10).li(19, -1);
      for (const [i, name] of LOADS.entries()) {
        asm.op('sd', { rs1: 20, rs2: 19, imm: i }).op(name, { rd: 5, rs1: 20, imm: i });
        note(asm);
      }
    });
    const machine = lab.check();
    assert.equal(lab.traps().length, 0);
    assert.equal(machine.space.load(0x2000_0010, 1), 0x70);
  }
});

test('atomics: each operation, at every alignment, on memory, read-only memory and devices', () => {
  const operands = [0, 1, -1, 0x7fff_ffff, -0x8000_0000, 0x1234_5678_9abcn, -(2n ** 63n)];
  for (const mode of MODES) {
    const lab = new Lab({ mode, rounds: 60, limit: 6_000_000 }, ({ asm, data, rom, device }) => {
      for (const size of ['w', 'd']) {
        for (const operand of operands) {
          asm.li(19, operand).li(20, data + 0x3100);
          for (const name of AMOS) {
            asm.op(`amo${name}.${size}`, { rd: 5, rs1: 20, rs2: 19 });
            note(asm).op('ld', { rd: 5, rs1: 20 });
            note(asm);
          }
        }
        let label = 0;
        for (const base of [data + 0x3100, data + 0x3ff8, rom, device]) {
          for (const offset of [0, 1, 2, 4, 7]) {
            asm.li(20, base + offset);
            for (const name of [`amoadd.${size}`, `lr.${size}`, `sc.${size}`]) {
              const next = `${size}${label++}`;
              resumeAt(asm, next);
              asm.op(name, name.startsWith('lr') ? { rd: 5, rs1: 20 } : { rd: 5, rs1: 20, rs2: 19 });
              note(asm).label(next);
            }
          }
        }
      }
    });
    lab.check();
    assert.deepEqual(lab.causes(), [4, 5, 6, 7]);
  }
});

test('a reservation holds for its address and value, once, and not across a trap', () => {
  for (const mode of MODES) {
    const lab = new Lab({ mode }, ({ asm, data }) => {
      asm
        .li(20, data + 0x100)
        .li(21, data + 0x108)
        .li(19, 77);
      const conditional = (rs1: number): void => {
        asm.op('sc.d', { rd: 5, rs1, rs2: 19 });
        note(asm).op('ld', { rd: 5, rs1: 20 });
        note(asm).op('addi', { rd: 19, rs1: 19, imm: 1 });
      };
      conditional(20);
      asm.op('lr.d', { rd: 5, rs1: 20 });
      conditional(20);
      conditional(20);
      asm.op('lr.d', { rd: 5, rs1: 20 });
      conditional(21);
      conditional(20);
      asm.op('lr.d', { rd: 5, rs1: 20 }).op('sd', { rs1: 20, rs2: 19 });
      conditional(20);
      asm.op('lr.w', { rd: 5, rs1: 20 });
      note(asm).op('sc.w', { rd: 5, rs1: 20, rs2: 19 });
      note(asm);
      asm.op('lr.d', { rd: 5, rs1: 20 });
      resumeAt(asm, 'back');
      asm.op('ecall').label('back');
      conditional(20);
    });
    lab.check();
  }
});
