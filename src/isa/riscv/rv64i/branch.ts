import type { Operand } from '../../../ir/builder.ts';
import { insn } from '../insn.ts';
import { setX, x } from '../registers.ts';

/** Jumps and branches (Unprivileged ISA 20240411, 2.5). */

/** x1 and x5 are link registers by convention (table 3 there): hints for a return-address stack. */
const isLink = ({ value }: Operand): boolean => value === 1 || value === 5;

export const jal = insn('jal', 'imm:s[20|10:1|11|19:12] rd:5 1101111', 'jal {rd}, {pc+imm}', {
  doc: 'Jump, leaving the address of the next instruction in a register.',
  endsBlock: true,
  lower: (g, { rd, imm }) => {
    setX(g, rd, g.nextPc());
    g.jump(imm, isLink(rd) ? 'call' : 'plain');
  },
  cases: [{ word: 0x001000ef, asm: 'jal x1, 0x800' }],
});
export const jalr = insn('jalr', 'imm:s12 rs1:5 000 rd:5 1100111', 'jalr {rd}, {imm}({rs1})', {
  doc: 'Jump to a register plus an immediate, bit 0 cleared, leaving the address of the next instruction.',
  endsBlock: true,
  lower: (g, { rd, rs1, imm }) => {
    const target = g.and(g.add(x(g, rs1), g.imm(imm)), g.i64(-2));
    setX(g, rd, g.nextPc());
    g.jumpReg(target, isLink(rd) ? 'call' : rd.value === 0 && isLink(rs1) ? 'return' : 'plain');
  },
  cases: [{ word: 0xffc280e7, asm: 'jalr x1, -4(x5)' }],
});
export const beq = insn('beq', 'imm:s[12|10:5] rs2:5 rs1:5 000 imm:s[4:1|11] 1100011', 'beq {rs1}, {rs2}, {pc+imm}', {
  doc: 'Branch if equal.',
  lower: (g, { rs1, rs2, imm }) => g.branch(g.eq(x(g, rs1), x(g, rs2)), imm),
  cases: [{ word: 0x04418063, asm: 'beq x3, x4, 0x40' }],
});
export const bne = insn('bne', 'imm:s[12|10:5] rs2:5 rs1:5 001 imm:s[4:1|11] 1100011', 'bne {rs1}, {rs2}, {pc+imm}', {
  doc: 'Branch if different.',
  lower: (g, { rs1, rs2, imm }) => g.branch(g.ne(x(g, rs1), x(g, rs2)), imm),
  cases: [{ word: 0x04419063, asm: 'bne x3, x4, 0x40' }],
});
export const blt = insn('blt', 'imm:s[12|10:5] rs2:5 rs1:5 100 imm:s[4:1|11] 1100011', 'blt {rs1}, {rs2}, {pc+imm}', {
  doc: 'Branch if less, signed.',
  lower: (g, { rs1, rs2, imm }) => g.branch(g.ltS(x(g, rs1), x(g, rs2)), imm),
  cases: [{ word: 0x0441c063, asm: 'blt x3, x4, 0x40' }],
});
export const bge = insn('bge', 'imm:s[12|10:5] rs2:5 rs1:5 101 imm:s[4:1|11] 1100011', 'bge {rs1}, {rs2}, {pc+imm}', {
  doc: 'Branch if not less, signed.',
  lower: (g, { rs1, rs2, imm }) => g.branch(g.leS(x(g, rs2), x(g, rs1)), imm),
  cases: [{ word: 0x0441d063, asm: 'bge x3, x4, 0x40' }],
});
export const bltu = insn(
  'bltu',
  'imm:s[12|10:5] rs2:5 rs1:5 110 imm:s[4:1|11] 1100011',
  'bltu {rs1}, {rs2}, {pc+imm}',
  {
    doc: 'Branch if less, unsigned.',
    lower: (g, { rs1, rs2, imm }) => g.branch(g.ltU(x(g, rs1), x(g, rs2)), imm),
    cases: [{ word: 0x0441e063, asm: 'bltu x3, x4, 0x40' }],
  },
);
export const bgeu = insn(
  'bgeu',
  'imm:s[12|10:5] rs2:5 rs1:5 111 imm:s[4:1|11] 1100011',
  'bgeu {rs1}, {rs2}, {pc+imm}',
  {
    doc: 'Branch if not less, unsigned.',
    lower: (g, { rs1, rs2, imm }) => g.branch(g.leU(x(g, rs2), x(g, rs1)), imm),
    cases: [{ word: 0x0441f063, asm: 'bgeu x3, x4, 0x40' }],
  },
);
