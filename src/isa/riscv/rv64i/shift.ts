import { insn } from '../insn.ts';
import { setW, setX, w, x } from '../registers.ts';

/** Shifts (Unprivileged ISA 20240411, 2.4.1, 2.4.2 and 4.2): the amount is taken modulo the width. */
export const slli = insn('slli', '000000 shamt:6 rs1:5 001 rd:5 0010011', 'slli {rd}, {rs1}, {shamt}', {
  doc: 'Shift left by an immediate.',
  lower: (g, { rd, rs1, shamt }) => setX(g, rd, g.shl(x(g, rs1), g.imm(shamt))),
  cases: [{ word: 0x03f11093, asm: 'slli x1, x2, 0x3f' }],
});
export const srli = insn('srli', '000000 shamt:6 rs1:5 101 rd:5 0010011', 'srli {rd}, {rs1}, {shamt}', {
  doc: 'Logical shift right by an immediate.',
  lower: (g, { rd, rs1, shamt }) => setX(g, rd, g.shrU(x(g, rs1), g.imm(shamt))),
  cases: [{ word: 0x02015093, asm: 'srli x1, x2, 0x20' }],
});
export const srai = insn('srai', '010000 shamt:6 rs1:5 101 rd:5 0010011', 'srai {rd}, {rs1}, {shamt}', {
  doc: 'Arithmetic shift right by an immediate.',
  lower: (g, { rd, rs1, shamt }) => setX(g, rd, g.shrS(x(g, rs1), g.imm(shamt))),
  cases: [{ word: 0x40115093, asm: 'srai x1, x2, 0x1' }],
});
export const slliw = insn('slliw', '0000000 shamt:5 rs1:5 001 rd:5 0011011', 'slliw {rd}, {rs1}, {shamt}', {
  doc: '32-bit shift left by an immediate, sign-extended.',
  lower: (g, { rd, rs1, shamt }) => setW(g, rd, g.shl(w(g, rs1), g.imm(shamt, 'i32'))),
  cases: [{ word: 0x01f1109b, asm: 'slliw x1, x2, 0x1f' }],
});
export const srliw = insn('srliw', '0000000 shamt:5 rs1:5 101 rd:5 0011011', 'srliw {rd}, {rs1}, {shamt}', {
  doc: '32-bit logical shift right by an immediate, sign-extended.',
  lower: (g, { rd, rs1, shamt }) => setW(g, rd, g.shrU(w(g, rs1), g.imm(shamt, 'i32'))),
  cases: [{ word: 0x01f1509b, asm: 'srliw x1, x2, 0x1f' }],
});
export const sraiw = insn('sraiw', '0100000 shamt:5 rs1:5 101 rd:5 0011011', 'sraiw {rd}, {rs1}, {shamt}', {
  doc: '32-bit arithmetic shift right by an immediate, sign-extended.',
  lower: (g, { rd, rs1, shamt }) => setW(g, rd, g.shrS(w(g, rs1), g.imm(shamt, 'i32'))),
  cases: [{ word: 0x41f1509b, asm: 'sraiw x1, x2, 0x1f' }],
});
export const sll = insn('sll', '0000000 rs2:5 rs1:5 001 rd:5 0110011', 'sll {rd}, {rs1}, {rs2}', {
  doc: 'Shift left by the low 6 bits of a register.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.shl(x(g, rs1), x(g, rs2))),
  cases: [{ word: 0x005211b3, asm: 'sll x3, x4, x5' }],
});
export const srl = insn('srl', '0000000 rs2:5 rs1:5 101 rd:5 0110011', 'srl {rd}, {rs1}, {rs2}', {
  doc: 'Logical shift right by the low 6 bits of a register.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.shrU(x(g, rs1), x(g, rs2))),
  cases: [{ word: 0x005251b3, asm: 'srl x3, x4, x5' }],
});
export const sra = insn('sra', '0100000 rs2:5 rs1:5 101 rd:5 0110011', 'sra {rd}, {rs1}, {rs2}', {
  doc: 'Arithmetic shift right by the low 6 bits of a register.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.shrS(x(g, rs1), x(g, rs2))),
  cases: [{ word: 0x405251b3, asm: 'sra x3, x4, x5' }],
});
export const sllw = insn('sllw', '0000000 rs2:5 rs1:5 001 rd:5 0111011', 'sllw {rd}, {rs1}, {rs2}', {
  doc: '32-bit shift left by the low 5 bits of a register, sign-extended.',
  lower: (g, { rd, rs1, rs2 }) => setW(g, rd, g.shl(w(g, rs1), w(g, rs2))),
  cases: [{ word: 0x005211bb, asm: 'sllw x3, x4, x5' }],
});
export const srlw = insn('srlw', '0000000 rs2:5 rs1:5 101 rd:5 0111011', 'srlw {rd}, {rs1}, {rs2}', {
  doc: '32-bit logical shift right by the low 5 bits of a register, sign-extended.',
  lower: (g, { rd, rs1, rs2 }) => setW(g, rd, g.shrU(w(g, rs1), w(g, rs2))),
  cases: [{ word: 0x005251bb, asm: 'srlw x3, x4, x5' }],
});
export const sraw = insn('sraw', '0100000 rs2:5 rs1:5 101 rd:5 0111011', 'sraw {rd}, {rs1}, {rs2}', {
  doc: '32-bit arithmetic shift right by the low 5 bits of a register, sign-extended.',
  lower: (g, { rd, rs1, rs2 }) => setW(g, rd, g.shrS(w(g, rs1), w(g, rs2))),
  cases: [{ word: 0x405251bb, asm: 'sraw x3, x4, x5' }],
});
