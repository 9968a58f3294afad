/** Calls of programs: deep ones, from page to page, with faults below, and into code that changes while callers wait. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resumeAt } from '../translator/lab.ts';
import { encode, type Assembler } from '../translator/assembler.ts';
import { ABSENT, check, DATA, repeat, TEXT } from './program-lab.ts';

const [RA, SP, A0, SUM] = [1, 2, 10, 6];
/** A page of its own for each function. */
const PAGE_OF = { even: TEXT + 0x1000, odd: TEXT + 0x2000, bottom: TEXT + 0x3000 } as const;
/** Of the instruction behind the calls, from where the function begins. */
const MARKED = 32;
/** Deeper than calls of the guest are nested as calls of the host. */
const DEPTH = 130;

function placed(asm: Assembler, name: keyof typeof PAGE_OF): void {
  while (asm.here < PAGE_OF[name]) asm.op('addi', { rd: 0, rs1: 0, imm: 0 });
  asm.label(name);
}

/** Calls `other` with one less, or `bottom` with 0; adds what it was called with. */
function stair(asm: Assembler, name: 'even' | 'odd', other: 'even' | 'odd'): void {
  placed(asm, name);
  asm.op('addi', { rd: SP, rs1: SP, imm: -16 }).op('sd', { rs1: SP, rs2: RA }).op('sd', { rs1: SP, rs2: A0, imm: 8 });
  asm.op('beq', { rs1: A0, rs2: 0, imm: `${name}.down` }).op('addi', { rd: A0, rs1: A0, imm: -1 });
  asm.op('jal', { rd: RA, imm: other }).j(`${name}.up`);
  asm.label(`${name}.down`).op('jal', { rd: RA, imm: 'bottom' });
  asm.label(`${name}.up`);
  assert.equal(asm.here, PAGE_OF[name] + MARKED);
  asm.op('addi', { rd: 7, rs1: 0, imm: 1 });
  asm.op('ld', { rd: A0, rs1: SP, imm: 8 }).op('add', { rd: SUM, rs1: SUM, rs2: A0 });
  asm.op('add', { rd: SUM, rs1: SUM, rs2: 7 });
  asm.op('ld', { rd: RA, rs1: SP }).op('addi', { rd: SP, rs1: SP, imm: 16 }).op('jalr', { rs1: RA });
}

function program(asm: Assembler, rounds: number, bottom: (asm: Assembler) => void): void {
  asm
    .li(SP, DATA + 0x8000)
    .li(SUM, 0)
    .li(20, ABSENT);
  repeat(asm, rounds, () => asm.li(A0, DEPTH).op('jal', { rd: RA, imm: 'even' }));
  asm.op('ecall');
  stair(asm, 'even', 'odd');
  stair(asm, 'odd', 'even');
  placed(asm, 'bottom');
  bottom(asm);
  asm.op('jalr', { rs1: RA });
}

test('deep calls from page to page, with a fault at the bottom', () => {
  const { faults, inRegions } = check((asm) =>
    program(asm, 60, () => {
      resumeAt(asm, 'bottom.on');
      asm
        .op('addi', { rd: SUM, rs1: SUM, imm: 3 })
        .op('ld', { rd: 5, rs1: 20 })
        .op('addi', { rd: SUM, rs1: SUM, imm: 5 });
      asm.label('bottom.on');
    }),
  );
  assert.equal(faults.split('\n').length, 60);
  assert.ok(inRegions.get('ahead in regions')! > 20 * DEPTH, 'regions of the image ran');
});

test('callers wait in a page that is written, and go on as it is then', () => {
  for (const name of ['even', 'odd'] as const) {
    check(
      (asm) =>
        program(asm, 40, () => {
          // Each second round: addi x7, x0, the round.
          asm.op('andi', { rd: 5, rs1: 27, imm: 1 }).op('beq', { rs1: 5, rs2: 0, imm: 'bottom.on' });
          asm.op('slli', { rd: 5, rs1: 27, shamt: 20 }).li(8, encode('addi', { rd: 7, imm: 0 }));
          asm
            .op('or', { rd: 5, rs1: 5, rs2: 8 })
            .li(9, PAGE_OF[name] + MARKED)
            .op('sw', { rs1: 9, rs2: 5 })
            .op('fence.i');
          asm.label('bottom.on');
        }),
      { isSelfModifying: true },
    );
  }
});
