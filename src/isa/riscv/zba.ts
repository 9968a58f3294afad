import { insn } from './insn.ts';
import { setX, w, x } from './registers.ts';

/** Address computation (Unprivileged ISA 20240411, chapter 28, Zba). */
export const addUw = insn('add.uw', '0000100 rs2:5 rs1:5 000 rd:5 0111011', 'add.uw {rd}, {rs1}, {rs2}', {
  doc: 'Sum of a register and the zero-extended low 32 bits of another.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.add(g.extendU(w(g, rs1)), x(g, rs2))),
  cases: [{ word: 0x085201bb, asm: 'add.uw x3, x4, x5' }],
});
export const sh1add = insn('sh1add', '0010000 rs2:5 rs1:5 010 rd:5 0110011', 'sh1add {rd}, {rs1}, {rs2}', {
  doc: 'Sum of a register and another shifted left by 1.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.add(g.shl(x(g, rs1), g.i64(1)), x(g, rs2))),
  cases: [{ word: 0x205221b3, asm: 'sh1add x3, x4, x5' }],
});
export const sh2add = insn('sh2add', '0010000 rs2:5 rs1:5 100 rd:5 0110011', 'sh2add {rd}, {rs1}, {rs2}', {
  doc: 'Sum of a register and another shifted left by 2.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.add(g.shl(x(g, rs1), g.i64(2)), x(g, rs2))),
  cases: [{ word: 0x205241b3, asm: 'sh2add x3, x4, x5' }],
});
export const sh3add = insn('sh3add', '0010000 rs2:5 rs1:5 110 rd:5 0110011', 'sh3add {rd}, {rs1}, {rs2}', {
  doc: 'Sum of a register and another shifted left by 3.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.add(g.shl(x(g, rs1), g.i64(3)), x(g, rs2))),
  cases: [{ word: 0x205261b3, asm: 'sh3add x3, x4, x5' }],
});
export const sh1addUw = insn('sh1add.uw', '0010000 rs2:5 rs1:5 010 rd:5 0111011', 'sh1add.uw {rd}, {rs1}, {rs2}', {
  doc: 'Sum of a register and the zero-extended low 32 bits of another shifted left by 1.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.add(g.shl(g.extendU(w(g, rs1)), g.i64(1)), x(g, rs2))),
  cases: [{ word: 0x205221bb, asm: 'sh1add.uw x3, x4, x5' }],
});
export const sh2addUw = insn('sh2add.uw', '0010000 rs2:5 rs1:5 100 rd:5 0111011', 'sh2add.uw {rd}, {rs1}, {rs2}', {
  doc: 'Sum of a register and the zero-extended low 32 bits of another shifted left by 2.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.add(g.shl(g.extendU(w(g, rs1)), g.i64(2)), x(g, rs2))),
  cases: [{ word: 0x205241bb, asm: 'sh2add.uw x3, x4, x5' }],
});
export const sh3addUw = insn('sh3add.uw', '0010000 rs2:5 rs1:5 110 rd:5 0111011', 'sh3add.uw {rd}, {rs1}, {rs2}', {
  doc: 'Sum of a register and the zero-extended low 32 bits of another shifted left by 3.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.add(g.shl(g.extendU(w(g, rs1)), g.i64(3)), x(g, rs2))),
  cases: [{ word: 0x205261bb, asm: 'sh3add.uw x3, x4, x5' }],
});
export const slliUw = insn('slli.uw', '000010 shamt:6 rs1:5 001 rd:5 0011011', 'slli.uw {rd}, {rs1}, {shamt}', {
  doc: 'The zero-extended low 32 bits, shifted left.',
  lower: (g, { rd, rs1, shamt }) => setX(g, rd, g.shl(g.extendU(w(g, rs1)), g.imm(shamt))),
  cases: [{ word: 0x09f2119b, asm: 'slli.uw x3, x4, 0x1f' }],
});
