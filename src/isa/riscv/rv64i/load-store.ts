import type { Builder, Operand } from '../../../ir/builder.ts';
import type { Node } from '../../../ir/node.ts';
import { insn } from '../insn.ts';
import { setX, x } from '../registers.ts';

/** Loads and stores (Unprivileged ISA 20240411, 2.6 and 4.3). Misaligned ones work. */
const address = (g: Builder, rs1: Operand, imm: Operand): Node => g.add(x(g, rs1), g.imm(imm));

export const lb = insn('lb', 'imm:s12 rs1:5 000 rd:5 0000011', 'lb {rd}, {imm}({rs1})', {
  doc: 'Load a byte, sign-extended.',
  lower: (g, { rd, rs1, imm }) => setX(g, rd, g.load('i64', address(g, rs1, imm), { size: 1, signed: true })),
  cases: [{ word: 0xff820183, asm: 'lb x3, -8(x4)' }],
});
export const lh = insn('lh', 'imm:s12 rs1:5 001 rd:5 0000011', 'lh {rd}, {imm}({rs1})', {
  doc: 'Load 16 bits, sign-extended.',
  lower: (g, { rd, rs1, imm }) => setX(g, rd, g.load('i64', address(g, rs1, imm), { size: 2, signed: true })),
  cases: [{ word: 0xff821183, asm: 'lh x3, -8(x4)' }],
});
export const lw = insn('lw', 'imm:s12 rs1:5 010 rd:5 0000011', 'lw {rd}, {imm}({rs1})', {
  doc: 'Load 32 bits, sign-extended.',
  lower: (g, { rd, rs1, imm }) => setX(g, rd, g.load('i64', address(g, rs1, imm), { size: 4, signed: true })),
  cases: [{ word: 0xff822183, asm: 'lw x3, -8(x4)' }],
});
export const ld = insn('ld', 'imm:s12 rs1:5 011 rd:5 0000011', 'ld {rd}, {imm}({rs1})', {
  doc: 'Load 64 bits.',
  lower: (g, { rd, rs1, imm }) => setX(g, rd, g.load('i64', address(g, rs1, imm), { size: 8 })),
  cases: [{ word: 0xff823183, asm: 'ld x3, -8(x4)' }],
});
export const lbu = insn('lbu', 'imm:s12 rs1:5 100 rd:5 0000011', 'lbu {rd}, {imm}({rs1})', {
  doc: 'Load a byte, zero-extended.',
  lower: (g, { rd, rs1, imm }) => setX(g, rd, g.load('i64', address(g, rs1, imm), { size: 1 })),
  cases: [{ word: 0xff824183, asm: 'lbu x3, -8(x4)' }],
});
export const lhu = insn('lhu', 'imm:s12 rs1:5 101 rd:5 0000011', 'lhu {rd}, {imm}({rs1})', {
  doc: 'Load 16 bits, zero-extended.',
  lower: (g, { rd, rs1, imm }) => setX(g, rd, g.load('i64', address(g, rs1, imm), { size: 2 })),
  cases: [{ word: 0xff825183, asm: 'lhu x3, -8(x4)' }],
});
export const lwu = insn('lwu', 'imm:s12 rs1:5 110 rd:5 0000011', 'lwu {rd}, {imm}({rs1})', {
  doc: 'Load 32 bits, zero-extended.',
  lower: (g, { rd, rs1, imm }) => setX(g, rd, g.load('i64', address(g, rs1, imm), { size: 4 })),
  cases: [{ word: 0xff826183, asm: 'lwu x3, -8(x4)' }],
});
export const sb = insn('sb', 'imm:s[11:5] rs2:5 rs1:5 000 imm:s[4:0] 0100011', 'sb {rs2}, {imm}({rs1})', {
  doc: 'Store the low byte.',
  lower: (g, { rs1, rs2, imm }) => g.store(address(g, rs1, imm), x(g, rs2), { size: 1 }),
  cases: [{ word: 0x7e320fa3, asm: 'sb x3, 2047(x4)' }],
});
export const sh = insn('sh', 'imm:s[11:5] rs2:5 rs1:5 001 imm:s[4:0] 0100011', 'sh {rs2}, {imm}({rs1})', {
  doc: 'Store the low 16 bits.',
  lower: (g, { rs1, rs2, imm }) => g.store(address(g, rs1, imm), x(g, rs2), { size: 2 }),
  cases: [{ word: 0x7e321fa3, asm: 'sh x3, 2047(x4)' }],
});
export const sw = insn('sw', 'imm:s[11:5] rs2:5 rs1:5 010 imm:s[4:0] 0100011', 'sw {rs2}, {imm}({rs1})', {
  doc: 'Store the low 32 bits.',
  lower: (g, { rs1, rs2, imm }) => g.store(address(g, rs1, imm), x(g, rs2), { size: 4 }),
  cases: [{ word: 0x7e322fa3, asm: 'sw x3, 2047(x4)' }],
});
export const sd = insn('sd', 'imm:s[11:5] rs2:5 rs1:5 011 imm:s[4:0] 0100011', 'sd {rs2}, {imm}({rs1})', {
  doc: 'Store 64 bits.',
  lower: (g, { rs1, rs2, imm }) => g.store(address(g, rs1, imm), x(g, rs2), { size: 8 }),
  cases: [{ word: 0x7e323fa3, asm: 'sd x3, 2047(x4)' }],
});
