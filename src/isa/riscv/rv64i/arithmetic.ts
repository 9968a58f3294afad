import { insn } from '../insn.ts';
import { setFlag, setW, setX, w, x } from '../registers.ts';

/** Register-register computation (Unprivileged ISA 20240411, 2.4.2 and 4.2.2). */
export const add = insn('add', '0000000 rs2:5 rs1:5 000 rd:5 0110011', 'add {rd}, {rs1}, {rs2}', {
  doc: 'Wrapping sum.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.add(x(g, rs1), x(g, rs2))),
  cases: [{ word: 0x005201b3, asm: 'add x3, x4, x5' }],
});
export const sub = insn('sub', '0100000 rs2:5 rs1:5 000 rd:5 0110011', 'sub {rd}, {rs1}, {rs2}', {
  doc: 'Wrapping difference.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.sub(x(g, rs1), x(g, rs2))),
  cases: [{ word: 0x405201b3, asm: 'sub x3, x4, x5' }],
});
export const slt = insn('slt', '0000000 rs2:5 rs1:5 010 rd:5 0110011', 'slt {rd}, {rs1}, {rs2}', {
  doc: '1 if less, signed.',
  lower: (g, { rd, rs1, rs2 }) => setFlag(g, rd, g.ltS(x(g, rs1), x(g, rs2))),
  cases: [{ word: 0x005221b3, asm: 'slt x3, x4, x5' }],
});
export const sltu = insn('sltu', '0000000 rs2:5 rs1:5 011 rd:5 0110011', 'sltu {rd}, {rs1}, {rs2}', {
  doc: '1 if less, unsigned.',
  lower: (g, { rd, rs1, rs2 }) => setFlag(g, rd, g.ltU(x(g, rs1), x(g, rs2))),
  cases: [{ word: 0x005231b3, asm: 'sltu x3, x4, x5' }],
});
export const xor = insn('xor', '0000000 rs2:5 rs1:5 100 rd:5 0110011', 'xor {rd}, {rs1}, {rs2}', {
  doc: 'Exclusive or.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.xor(x(g, rs1), x(g, rs2))),
  cases: [{ word: 0x005241b3, asm: 'xor x3, x4, x5' }],
});
export const or = insn('or', '0000000 rs2:5 rs1:5 110 rd:5 0110011', 'or {rd}, {rs1}, {rs2}', {
  doc: 'Or.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.or(x(g, rs1), x(g, rs2))),
  cases: [{ word: 0x005261b3, asm: 'or x3, x4, x5' }],
});
export const and = insn('and', '0000000 rs2:5 rs1:5 111 rd:5 0110011', 'and {rd}, {rs1}, {rs2}', {
  doc: 'And.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.and(x(g, rs1), x(g, rs2))),
  cases: [{ word: 0x005271b3, asm: 'and x3, x4, x5' }],
});
export const addw = insn('addw', '0000000 rs2:5 rs1:5 000 rd:5 0111011', 'addw {rd}, {rs1}, {rs2}', {
  doc: '32-bit sum, sign-extended.',
  lower: (g, { rd, rs1, rs2 }) => setW(g, rd, g.add(w(g, rs1), w(g, rs2))),
  cases: [{ word: 0x005201bb, asm: 'addw x3, x4, x5' }],
});
export const subw = insn('subw', '0100000 rs2:5 rs1:5 000 rd:5 0111011', 'subw {rd}, {rs1}, {rs2}', {
  doc: '32-bit difference, sign-extended.',
  lower: (g, { rd, rs1, rs2 }) => setW(g, rd, g.sub(w(g, rs1), w(g, rs2))),
  cases: [{ word: 0x405201bb, asm: 'subw x3, x4, x5' }],
});
