/** Pages whose parts are protected differently. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Assembler } from './assembler.ts';
import { BODY, DATA, Lab, resumeAt } from './lab.ts';

const LOADS = ['lb', 'lh', 'lw', 'ld', 'lbu', 'lhu', 'lwu'] as const;
const STORES = ['sb', 'sh', 'sw', 'sd'] as const;

/** `x6 = 2 * x6 + x5`. */
const note = (asm: Assembler, register = 5): Assembler =>
  asm.op('slli', { rd: 6, rs1: 6, shamt: 1 }).op('add', { rd: 6, rs1: 6, rs2: register });

/** Protects stretches from `base` on: `pieces` are their ends and rights; all else is open. */
const protecting =
  (base: number, pieces: readonly (readonly [number, number])[]) =>
  (asm: Assembler): void => {
    asm.csrw(0x3a0, 0);
    let low = 0n;
    for (const [i, [end, rights]] of pieces.entries()) {
      asm.li(29, (base + (pieces[i - 1]?.[0] ?? 0)) / 4).csrw(0x3b0 + 2 * i, 29);
      asm.li(29, (base + end) / 4).csrw(0x3b1 + 2 * i, 29);
      low |= BigInt(8 | rights) << BigInt(8 * (2 * i + 1));
    }
    // The last entry opens the rest.
    asm.li(29, -1).csrw(0x3b0 + 2 * pieces.length, 29);
    low |= 0x1fn << BigInt(16 * pieces.length);
    asm.li(29, low).csrw(0x3a0, 29);
  };

test('data pages whose parts have different protection', () => {
  for (const mode of ['S', 'U'] as const) {
    const pieces = [
      [0x100, 3],
      [0x204, 1],
      [0x304, 0],
    ] as const;
    const lab = new Lab(
      { mode, rounds: 40, prepare: protecting(DATA + 0x2000, pieces), limit: 6_000_000 },
      ({ asm, data }) => {
        let label = 0;
        for (const edge of [0, 0x100, 0x204, 0x304]) {
          asm.li(20, data + 0x2000 + edge).li(19, edge * 0x1_0001);
          for (const offset of [-8, -5, -2, -1, 0, 1]) {
            for (const name of [...STORES, ...LOADS]) {
              const next = `next${label++}`;
              resumeAt(asm, next);
              if (name.startsWith('s')) asm.op(name, { rs1: 20, rs2: 19, imm: offset });
              else asm.op(name, { rd: 5, rs1: 20, imm: offset });
              note(asm).label(next);
            }
          }
        }
      },
    );
    lab.check();
    assert.deepEqual(lab.causes(), [5, 7]);
  }
});

test('code pages of which only a part may be executed', () => {
  for (const mode of ['S', 'U'] as const) {
    for (const [from, to] of [
      [0x100, 0x104],
      [0xffc, 0x1000],
      [0x1000, 0x1004],
    ] as const) {
      const hole = [
        [from, 7],
        [to, 3],
        [0x1800, 7],
      ] as const;
      const lab = new Lab({ mode, rounds: 150, prepare: protecting(BODY + 0x4000, hole) }, ({ asm, body }) => {
        const at = body + 0x4000;
        // Up to the hole and into it, straight and by jumps to both of its halves, with 2- and 4-byte code.
        for (const [i, entry] of [from - 8, from - 6, from, from + 2, to].entries()) {
          resumeAt(asm, `back${i}`);
          asm
            .li(20, at + entry)
            .op('jalr', { rd: 1, rs1: 20 })
            .label(`back${i}`);
        }
        asm.j('over');
        asm.at(at + from - 8).op('addi', { rd: 5, rs1: 5, imm: 1 });
        asm.op('c.addi', { rd: 6, imm: 1 }).op('addi', { rd: 7, rs1: 7, imm: 1 });
        asm.op('c.addi', { rd: 8, imm: 1 }).op('c.addi', { rd: 9, imm: 1 });
        asm.op('bne', { rs1: 5, rs2: 5, imm: 8 }).op('add', { rd: 9, rs1: 9, rs2: 5 }).op('jalr', { rs1: 1 });
        asm.at(at + 0x2000).label('over');
      });
      lab.check();
      assert.ok(lab.traps().every(({ cause }) => cause === 1));
      assert.ok(lab.traps().length >= 4 * 150);
    }
  }
});

test('stores from code whose page is protected in parts hit its own instructions', () => {
  const hole = [
    [0xf00, 7],
    [0x1000, 1],
  ] as const;
  const lab = new Lab({ mode: 'S', rounds: 150, prepare: protecting(BODY + 0x1000, hole) }, ({ asm, body }) => {
    asm
      .li(20, body + 0x1200)
      .op('andi', { rd: 7, rs1: 27, imm: 31 })
      .op('slli', { rd: 7, rs1: 7, shamt: 20 });
    asm.li(8, 0x293).op('or', { rd: 7, rs1: 7, rs2: 8 });
    asm
      .j('in')
      .at(body + 0x11f0)
      .label('in')
      .op('sw', { rs1: 20, rs2: 7 });
    asm.op('amoadd.w', { rd: 9, rs1: 20, rs2: 0 });
    note(asm, 9);
    asm.at(body + 0x1200).op('addi', { rd: 5, imm: 0 });
    note(asm);
    asm
      .j('out')
      .at(body + 0x2000)
      .label('out');
  });
  lab.check();
});
