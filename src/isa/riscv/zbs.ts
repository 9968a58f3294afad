import type { Builder } from '../../ir/builder.ts';
import type { Node } from '../../ir/node.ts';
import { insn } from './insn.ts';
import { setX, x } from './registers.ts';

/** Single-bit operations (Unprivileged ISA 20240411, chapter 28, Zbs); the bit's number is taken modulo 64. */
const bit = (g: Builder, index: Node): Node => g.shl(g.i64(1), index);

export const bclr = insn('bclr', '0100100 rs2:5 rs1:5 001 rd:5 0110011', 'bclr {rd}, {rs1}, {rs2}', {
  doc: 'Clear a bit, its number in a register.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.and(x(g, rs1), g.not(bit(g, x(g, rs2))))),
  cases: [{ word: 0x485211b3, asm: 'bclr x3, x4, x5' }],
});
export const bclri = insn('bclri', '010010 shamt:6 rs1:5 001 rd:5 0010011', 'bclri {rd}, {rs1}, {shamt}', {
  doc: 'Clear a bit.',
  lower: (g, { rd, rs1, shamt }) => setX(g, rd, g.and(x(g, rs1), g.not(bit(g, g.imm(shamt))))),
  cases: [{ word: 0x49f21193, asm: 'bclri x3, x4, 0x1f' }],
});
export const bext = insn('bext', '0100100 rs2:5 rs1:5 101 rd:5 0110011', 'bext {rd}, {rs1}, {rs2}', {
  doc: 'A bit, its number in a register.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.and(g.shrU(x(g, rs1), x(g, rs2)), g.i64(1))),
  cases: [{ word: 0x485251b3, asm: 'bext x3, x4, x5' }],
});
export const bexti = insn('bexti', '010010 shamt:6 rs1:5 101 rd:5 0010011', 'bexti {rd}, {rs1}, {shamt}', {
  doc: 'A bit.',
  lower: (g, { rd, rs1, shamt }) => setX(g, rd, g.and(g.shrU(x(g, rs1), g.imm(shamt)), g.i64(1))),
  cases: [{ word: 0x49f25193, asm: 'bexti x3, x4, 0x1f' }],
});
export const binv = insn('binv', '0110100 rs2:5 rs1:5 001 rd:5 0110011', 'binv {rd}, {rs1}, {rs2}', {
  doc: 'Invert a bit, its number in a register.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.xor(x(g, rs1), bit(g, x(g, rs2)))),
  cases: [{ word: 0x685211b3, asm: 'binv x3, x4, x5' }],
});
export const binvi = insn('binvi', '011010 shamt:6 rs1:5 001 rd:5 0010011', 'binvi {rd}, {rs1}, {shamt}', {
  doc: 'Invert a bit.',
  lower: (g, { rd, rs1, shamt }) => setX(g, rd, g.xor(x(g, rs1), bit(g, g.imm(shamt)))),
  cases: [{ word: 0x69f21193, asm: 'binvi x3, x4, 0x1f' }],
});
export const bset = insn('bset', '0010100 rs2:5 rs1:5 001 rd:5 0110011', 'bset {rd}, {rs1}, {rs2}', {
  doc: 'Set a bit, its number in a register.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.or(x(g, rs1), bit(g, x(g, rs2)))),
  cases: [{ word: 0x285211b3, asm: 'bset x3, x4, x5' }],
});
export const bseti = insn('bseti', '001010 shamt:6 rs1:5 001 rd:5 0010011', 'bseti {rd}, {rs1}, {shamt}', {
  doc: 'Set a bit.',
  lower: (g, { rd, rs1, shamt }) => setX(g, rd, g.or(x(g, rs1), bit(g, g.imm(shamt)))),
  cases: [{ word: 0x29f21193, asm: 'bseti x3, x4, 0x1f' }],
});
