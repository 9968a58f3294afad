import { insn } from '../insn.ts';
import { setFlag, setW, setX, w, x } from '../registers.ts';

/** Computation with an immediate (Unprivileged ISA 20240411, 2.4.1 and 4.2.1). */
export const addi = insn('addi', 'imm:s12 rs1:5 000 rd:5 0010011', 'addi {rd}, {rs1}, {imm}', {
  doc: 'Sum of a register and a sign-extended 12-bit immediate.',
  lower: (g, { rd, rs1, imm }) => setX(g, rd, g.add(x(g, rs1), g.imm(imm))),
  cases: [{ word: 0xfff50513, asm: 'addi x10, x10, -1' }],
});
export const slti = insn('slti', 'imm:s12 rs1:5 010 rd:5 0010011', 'slti {rd}, {rs1}, {imm}', {
  doc: '1 if the register is less than the immediate, signed.',
  lower: (g, { rd, rs1, imm }) => setFlag(g, rd, g.ltS(x(g, rs1), g.imm(imm))),
  cases: [{ word: 0x80012093, asm: 'slti x1, x2, -2048' }],
});
export const sltiu = insn('sltiu', 'imm:s12 rs1:5 011 rd:5 0010011', 'sltiu {rd}, {rs1}, {imm}', {
  doc: '1 if the register is less than the sign-extended immediate, unsigned.',
  lower: (g, { rd, rs1, imm }) => setFlag(g, rd, g.ltU(x(g, rs1), g.imm(imm))),
  cases: [{ word: 0x7ff13f93, asm: 'sltiu x31, x2, 2047' }],
});
export const xori = insn('xori', 'imm:s12 rs1:5 100 rd:5 0010011', 'xori {rd}, {rs1}, {imm}', {
  doc: 'Exclusive or of a register and an immediate.',
  lower: (g, { rd, rs1, imm }) => setX(g, rd, g.xor(x(g, rs1), g.imm(imm))),
  cases: [{ word: 0xfff34293, asm: 'xori x5, x6, -1' }],
});
export const ori = insn('ori', 'imm:s12 rs1:5 110 rd:5 0010011', 'ori {rd}, {rs1}, {imm}', {
  doc: 'Or of a register and an immediate.',
  lower: (g, { rd, rs1, imm }) => setX(g, rd, g.or(x(g, rs1), g.imm(imm))),
  cases: [{ word: 0x0ff36293, asm: 'ori x5, x6, 255' }],
});
export const andi = insn('andi', 'imm:s12 rs1:5 111 rd:5 0010011', 'andi {rd}, {rs1}, {imm}', {
  doc: 'And of a register and an immediate.',
  lower: (g, { rd, rs1, imm }) => setX(g, rd, g.and(x(g, rs1), g.imm(imm))),
  cases: [{ word: 0xff037293, asm: 'andi x5, x6, -16' }],
});
export const addiw = insn('addiw', 'imm:s12 rs1:5 000 rd:5 0011011', 'addiw {rd}, {rs1}, {imm}', {
  doc: '32-bit sum of a register and an immediate, sign-extended.',
  lower: (g, { rd, rs1, imm }) => setW(g, rd, g.add(w(g, rs1), g.imm(imm, 'i32'))),
  cases: [{ word: 0xff93029b, asm: 'addiw x5, x6, -7' }],
});
/** The upper immediates (2.4.1). */
export const lui = insn('lui', 'imm:s[31:12] rd:5 0110111', 'lui {rd}, {imm>>12}', {
  doc: 'The immediate, whose low 12 bits are 0, sign-extended.',
  lower: (g, { rd, imm }) => setX(g, rd, g.imm(imm)),
  cases: [
    { word: 0xfffff3b7, asm: 'lui x7, 0xfffff' },
    { word: 0x123453b7, asm: 'lui x7, 0x12345' },
  ],
});
export const auipc = insn('auipc', 'imm:s[31:12] rd:5 0010111', 'auipc {rd}, {imm>>12}', {
  doc: 'The address of this instruction plus the immediate.',
  lower: (g, { rd, imm }) => setX(g, rd, g.pc(imm)),
  cases: [{ word: 0x00001397, asm: 'auipc x7, 0x1' }],
});
