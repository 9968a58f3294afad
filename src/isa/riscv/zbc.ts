import { insn } from './insn.ts';
import { setX, x } from './registers.ts';

/** Carry-less multiplication (Unprivileged ISA 20240411, chapter 28, Zbc). */
export const clmul = insn('clmul', '0000101 rs2:5 rs1:5 001 rd:5 0110011', 'clmul {rd}, {rs1}, {rs2}', {
  doc: 'Low half of the carry-less product.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.clmul(x(g, rs1), x(g, rs2))),
  cases: [{ word: 0x0a5211b3, asm: 'clmul x3, x4, x5' }],
});
export const clmulh = insn('clmulh', '0000101 rs2:5 rs1:5 011 rd:5 0110011', 'clmulh {rd}, {rs1}, {rs2}', {
  doc: 'High half of the carry-less product.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.clmulh(x(g, rs1), x(g, rs2))),
  cases: [{ word: 0x0a5231b3, asm: 'clmulh x3, x4, x5' }],
});
export const clmulr = insn('clmulr', '0000101 rs2:5 rs1:5 010 rd:5 0110011', 'clmulr {rd}, {rs1}, {rs2}', {
  doc: 'Bits 126 to 63 of the carry-less product: the reversed product of the reversed operands.',
  lower: (g, { rd, rs1, rs2 }) => {
    const a = x(g, rs1);
    const b = x(g, rs2);
    setX(g, rd, g.or(g.shl(g.clmulh(a, b), g.i64(1)), g.shrU(g.clmul(a, b), g.i64(63))));
  },
  cases: [{ word: 0x0a5221b3, asm: 'clmulr x3, x4, x5' }],
});
