/** Code that changes under the translator: stores, DMA, aliases, halves of instructions, data beside code. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode, type Assembler } from './assembler.ts';
import { BODY, Lab, MODES, type Place } from './lab.ts';
import { RWX } from './page-table.ts';

/** `x6 = 2 * x6 + x5`. */
const noteX5 = (asm: Assembler): Assembler =>
  asm.op('slli', { rd: 6, rs1: 6, shamt: 1 }).op('add', { rd: 6, rs1: 6, rs2: 5 });
const LI = (value: number): number => encode('addi', { rd: 5, imm: value });
const LABEL_REGISTER = 20;

/** Writes `addi x5, x0, n` for n = the round's low bits over the instruction at x20, as a word. */
function patch(asm: Assembler, size: 2 | 4 = 4): void {
  asm.op('andi', { rd: 7, rs1: 27, imm: 63 }).op('slli', { rd: 7, rs1: 7, shamt: 20 });
  asm.li(8, LI(0)).op('or', { rd: 7, rs1: 7, rs2: 8 });
  if (size === 4) asm.op('sw', { rs1: LABEL_REGISTER, rs2: 7 });
  else {
    asm.op('srli', { rd: 7, rs1: 7, shamt: 16 }).op('sh', { rs1: LABEL_REGISTER, rs2: 7, imm: 2 });
  }
}

for (const mode of MODES) {
  for (const fence of [true, false]) {
    test(`stores to the code ahead, in its block, page and another page, in ${mode}${fence ? ', fenced' : ''}`, () => {
      const targets = [0x100, 0x140, 0x7f0, 0xa00, 0x1008, 0x2ffc, 0x3800];
      const lab = new Lab({ mode, rounds: 300 }, (place) => {
        const { asm, body } = place;
        for (const [i, target] of targets.entries()) {
          asm.li(LABEL_REGISTER, body + target + 0x400);
          patch(asm);
          if (fence) asm.op('fence.i');
          // Straight into the code that was written, or by a call.
          asm.j(`target${i}`).label(`back${i}`);
        }
        asm.j('over');
        for (const [i, target] of targets.entries()) {
          asm
            .at(body + target + 0x400)
            .label(`target${i}`)
            .word(LI(0));
          noteX5(asm).j(`back${i}`);
        }
        asm.label('over');
      });
      lab.check();
      assert.equal(lab.traps().length, 0);
    });
  }
}

test('functions on pages before the loop that calls them are rewritten', () => {
  for (const mode of MODES) {
    const lab = new Lab({ mode, rounds: 120 }, ({ asm, body }) => {
      const functions = [0x120, 0x1140, 0x2160];
      asm.j('main');
      for (const [i, at] of functions.entries()) {
        asm
          .at(body + at)
          .label(`function${i}`)
          .word(LI(0));
        // A sum that forgets nothing.
        asm.op('slli', { rd: 7, rs1: 6, shamt: 1 }).op('add', { rd: 6, rs1: 6, rs2: 7 });
        asm.op('add', { rd: 6, rs1: 6, rs2: 5 }).op('jalr', { rs1: 1 });
      }
      asm
        .at(body + 0x3180)
        .label('main')
        .li(9, 40)
        .label('turn');
      for (const i of functions.keys()) asm.op('jal', { rd: 1, imm: `function${i}` });
      asm.op('addi', { rd: 9, rs1: 9, imm: -1 }).op('bne', { rs1: 9, rs2: 0, imm: 'turn' });
      // Each of them in its turn, once a region was made of them all.
      asm.op('slti', { rd: 9, rs1: 27, imm: 8 }).op('beq', { rs1: 9, rs2: 0, imm: 'early' });
      for (const [i, at] of functions.entries()) {
        asm.op('andi', { rd: 9, rs1: 27, imm: 3 }).op('addi', { rd: 9, rs1: 9, imm: -i });
        asm.op('bne', { rs1: 9, rs2: 0, imm: `over${i}` }).li(LABEL_REGISTER, body + at);
        patch(asm);
        asm.label(`over${i}`);
      }
      asm.label('early');
    });
    lab.check();
  }
});

test('a store to the very next instruction, and to the instruction itself', () => {
  for (const mode of MODES) {
    const lab = new Lab({ mode, rounds: 500 }, ({ asm, body }) => {
      asm.li(LABEL_REGISTER, body + 0x80);
      asm.op('andi', { rd: 7, rs1: 27, imm: 63 }).op('slli', { rd: 7, rs1: 7, shamt: 20 });
      asm.li(8, LI(0)).op('or', { rd: 7, rs1: 7, rs2: 8 });
      asm
        .at(body + 0x7c)
        .op('sw', { rs1: LABEL_REGISTER, rs2: 7 })
        .word(LI(0));
      noteX5(asm);
      // Over itself, with the same bits: what it does is done once.
      asm.li(20, body + 0xc0).li(9, encode('amoadd.w', { rd: 10, rs1: 20, rs2: 0, aqrl: 0 }));
      asm.at(body + 0xbc).op('lw', { rd: 9, rs1: 20 });
      asm.op('amoadd.w', { rd: 10, rs1: 20, rs2: 0 });
      asm.op('add', { rd: 6, rs1: 6, rs2: 10 });
      asm.op('sw', { rs1: 20, rs2: 9 }).op('addi', { rd: 11, rs1: 11, imm: 1 });
    });
    const machine = lab.check();
    assert.equal(machine.cpu.x(11), 500);
    assert.equal(machine.cpu.x(0), 0);
  }
});

test('atomics that hit code give their old value all the same', () => {
  for (const mode of MODES) {
    for (const far of [0x40, 0x800, 0x1800]) {
      const lab = new Lab({ mode, rounds: 400 }, ({ asm, body }) => {
        const word = body + 0x100 + far;
        asm.li(20, word).li(9, 1);
        asm
          .j('start')
          .at(body + 0x100)
          .label('start');
        asm.op('amoadd.d', { rd: 10, rs1: 20, rs2: 9 }).op('add', { rd: 6, rs1: 6, rs2: 10 });
        asm.op('lr.d', { rd: 11, rs1: 20 }).op('addi', { rd: 11, rs1: 11, imm: 3 });
        asm.op('sc.d', { rd: 12, rs1: 20, rs2: 11 }).op('add', { rd: 6, rs1: 6, rs2: 12 });
        asm.op('sc.d', { rd: 12, rs1: 20, rs2: 11 }).op('add', { rd: 7, rs1: 7, rs2: 12 });
        asm.op('amoswap.w', { rd: 13, rs1: 20, rs2: 9 }).op('add', { rd: 6, rs1: 6, rs2: 13 });
        asm.j('beside');
        // Code in the granule of the word.
        asm.at(word).word(0).word(0).label('beside').op('addi', { rd: 5, rs1: 5, imm: 1 });
      });
      const machine = lab.check();
      assert.equal(machine.cpu.x(5), 400);
      assert.equal(machine.cpu.x(7), 400);
    }
  }
});

test('data in the page and in the granule of running code', () => {
  for (const mode of MODES) {
    for (const distance of [0, 0x80]) {
      const lab = new Lab({ mode, rounds: 2000 }, ({ asm, body }) => {
        const at = body + 0x100;
        asm.li(20, at + distance).j('loop');
        asm.at(at).word(0).word(0).label('loop');
        asm.op('ld', { rd: 5, rs1: 20 }).op('addi', { rd: 5, rs1: 5, imm: 7 }).op('sd', { rs1: 20, rs2: 5 });
        asm.op('sb', { rs1: 20, rs2: 5, imm: 6 }).op('lwu', { rd: 6, rs1: 20, imm: 4 });
        asm
          .j('out')
          .at(at + 0x100)
          .label('out');
      });
      lab.check();
    }
  }
});

test('code is written through another mapping', () => {
  const lab = new Lab(
    { mode: 'S', rounds: 400, setup: (_, table) => table.map(0x5000_0000, BODY, RWX, { count: 4 }) },
    ({ asm, body }) => {
      asm.li(LABEL_REGISTER, 0x5000_1100);
      patch(asm);
      asm
        .j('target')
        .at(body + 0x1100)
        .label('target')
        .word(LI(0));
      noteX5(asm);
      // And run through another mapping, from where it is written.
      asm.li(LABEL_REGISTER, body + 0x1200).li(21, 0x5000_1200);
      patch(asm);
      asm.op('jalr', { rd: 1, rs1: 21 }).j('over');
      asm.at(body + 0x1200).word(LI(0));
      noteX5(asm).op('jalr', { rs1: 1 });
      asm.label('over');
    },
  );
  lab.check();
});

test('code is written by a device', () => {
  for (const mode of MODES) {
    for (const target of [0x60, 0x1100, 0x1fff]) {
      const lab = new Lab(
        {
          mode,
          rounds: 400,
          setup: (machine) => {
            machine.onDeviceWrite = (_offset, _size, value) => {
              const word = new DataView(new ArrayBuffer(4));
              word.setUint32(0, LI(value & 63), true);
              const at = target === 0x1fff ? 0x1ffe : target;
              machine.memory.write(BODY + at, new Uint8Array(word.buffer));
            };
          },
        },
        ({ asm, body, device }) => {
          asm.li(20, device).op('sw', { rs1: 20, rs2: 27 });
          if (target > 0x60) asm.j('target');
          asm
            .at(body + (target === 0x1fff ? 0x1ffe : target))
            .label('target')
            .word(LI(0));
          noteX5(asm);
        },
      );
      lab.check();
    }
  }
});

test('either half of an instruction across pages is written', () => {
  for (const mode of MODES) {
    for (const half of [0, 2] as const) {
      const lab = new Lab({ mode, rounds: 400 }, ({ asm, body }) => {
        asm.li(LABEL_REGISTER, body + 0x1ffe);
        if (half === 2) patch(asm, 2);
        else {
          // The low half holds opcode and destination: x5, x6 or x7 in turn.
          asm.op('andi', { rd: 7, rs1: 27, imm: 1 }).op('slli', { rd: 7, rs1: 7, shamt: 7 });
          asm
            .li(8, LI(0) & 0xffff)
            .op('add', { rd: 7, rs1: 7, rs2: 8 })
            .op('sh', { rs1: 20, rs2: 7 });
        }
        asm
          .j('target')
          .at(body + 0x1ffe)
          .label('target')
          .word(LI(5));
        noteX5(asm);
      });
      lab.check();
      assert.equal(lab.traps().length, 0);
    }
  }
});

/** Two straddling instructions whose slots must not be confused, however often they are made anew. */
test('more instructions across pages than there are pages', () => {
  for (const codePages of [2, 3, 5, 64]) {
    const lab = new Lab({ mode: 'S', rounds: 12, codePages }, ({ asm, body }) => {
      for (let page = 1; page < 12; page++) {
        asm.at(body + page * 0x1000 - 2).op('addi', { rd: 5, rs1: 5, imm: page });
        asm
          .op('xor', { rd: 6, rs1: 6, rs2: 5 })
          .op('slli', { rd: 7, rs1: 6, shamt: 3 })
          .op('add', { rd: 6, rs1: 6, rs2: 7 });
        asm
          .j(`page${page}`)
          .at(body + page * 0x1000 + 0x700)
          .label(`page${page}`);
        if (page < 11)
          asm
            .j(`end${page}`)
            .at(body + page * 0x1000 + 0xff0)
            .label(`end${page}`);
      }
    });
    const machine = lab.check();
    assert.equal(machine.cpu.x(5), 12 * 66);
  }
});

test('code in more pages than are kept', () => {
  for (const mode of MODES) {
    for (const codePages of [2, 3, 7]) {
      const lab = new Lab({ mode, rounds: 10, codePages }, ({ asm, body, data }: Place) => {
        asm.li(20, data);
        for (let page = 0; page < 11; page++) {
          asm.label(`in${page}`);
          for (let i = 0; i < 6; i++) asm.op('addi', { rd: 5 + i, rs1: 5 + i, imm: page + i });
          asm.op('sd', { rs1: 20, rs2: 5, imm: 8 * page }).op('ld', { rd: 12, rs1: 20, imm: 8 * page });
          asm.j(`in${page + 1}`).at(body + (page + 1) * 0x1000);
        }
        asm.label('in11');
      });
      lab.check();
    }
  }
});
