import type { Builder } from '../../ir/builder.ts';
import type { Node } from '../../ir/node.ts';
import { insn } from './insn.ts';
import { setW, setX, w, x } from './registers.ts';

/** Basic bit manipulation (Unprivileged ISA 20240411, chapter 28, Zbb). */
export const andn = insn('andn', '0100000 rs2:5 rs1:5 111 rd:5 0110011', 'andn {rd}, {rs1}, {rs2}', {
  doc: 'And with the complement of the second.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.and(x(g, rs1), g.not(x(g, rs2)))),
  cases: [{ word: 0x405271b3, asm: 'andn x3, x4, x5' }],
});
export const orn = insn('orn', '0100000 rs2:5 rs1:5 110 rd:5 0110011', 'orn {rd}, {rs1}, {rs2}', {
  doc: 'Or with the complement of the second.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.or(x(g, rs1), g.not(x(g, rs2)))),
  cases: [{ word: 0x405261b3, asm: 'orn x3, x4, x5' }],
});
export const xnor = insn('xnor', '0100000 rs2:5 rs1:5 100 rd:5 0110011', 'xnor {rd}, {rs1}, {rs2}', {
  doc: 'Complement of the exclusive or.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.not(g.xor(x(g, rs1), x(g, rs2)))),
  cases: [{ word: 0x405241b3, asm: 'xnor x3, x4, x5' }],
});
export const clz = insn('clz', '0110000 00000 rs1:5 001 rd:5 0010011', 'clz {rd}, {rs1}', {
  doc: 'Leading zero bits.',
  lower: (g, { rd, rs1 }) => setX(g, rd, g.clz(x(g, rs1))),
  cases: [{ word: 0x60021193, asm: 'clz x3, x4' }],
});
export const clzw = insn('clzw', '0110000 00000 rs1:5 001 rd:5 0011011', 'clzw {rd}, {rs1}', {
  doc: 'Leading zero bits in the low 32 bits.',
  lower: (g, { rd, rs1 }) => setW(g, rd, g.clz(w(g, rs1))),
  cases: [{ word: 0x6002119b, asm: 'clzw x3, x4' }],
});
export const ctz = insn('ctz', '0110000 00001 rs1:5 001 rd:5 0010011', 'ctz {rd}, {rs1}', {
  doc: 'Trailing zero bits.',
  lower: (g, { rd, rs1 }) => setX(g, rd, g.ctz(x(g, rs1))),
  cases: [{ word: 0x60121193, asm: 'ctz x3, x4' }],
});
export const ctzw = insn('ctzw', '0110000 00001 rs1:5 001 rd:5 0011011', 'ctzw {rd}, {rs1}', {
  doc: 'Trailing zero bits in the low 32 bits.',
  lower: (g, { rd, rs1 }) => setW(g, rd, g.ctz(w(g, rs1))),
  cases: [{ word: 0x6012119b, asm: 'ctzw x3, x4' }],
});
export const cpop = insn('cpop', '0110000 00010 rs1:5 001 rd:5 0010011', 'cpop {rd}, {rs1}', {
  doc: 'Bits that are set.',
  lower: (g, { rd, rs1 }) => setX(g, rd, g.popcnt(x(g, rs1))),
  cases: [{ word: 0x60221193, asm: 'cpop x3, x4' }],
});
export const cpopw = insn('cpopw', '0110000 00010 rs1:5 001 rd:5 0011011', 'cpopw {rd}, {rs1}', {
  doc: 'Bits that are set in the low 32 bits.',
  lower: (g, { rd, rs1 }) => setW(g, rd, g.popcnt(w(g, rs1))),
  cases: [{ word: 0x6022119b, asm: 'cpopw x3, x4' }],
});
export const max = insn('max', '0000101 rs2:5 rs1:5 110 rd:5 0110011', 'max {rd}, {rs1}, {rs2}', {
  doc: 'The greater, signed.',
  lower: (g, { rd, rs1, rs2 }) =>
    setX(
      g,
      rd,
      choose(g, x(g, rs1), x(g, rs2), (a, b) => g.ltS(b, a)),
    ),
  cases: [{ word: 0x0a5261b3, asm: 'max x3, x4, x5' }],
});
export const maxu = insn('maxu', '0000101 rs2:5 rs1:5 111 rd:5 0110011', 'maxu {rd}, {rs1}, {rs2}', {
  doc: 'The greater, unsigned.',
  lower: (g, { rd, rs1, rs2 }) =>
    setX(
      g,
      rd,
      choose(g, x(g, rs1), x(g, rs2), (a, b) => g.ltU(b, a)),
    ),
  cases: [{ word: 0x0a5271b3, asm: 'maxu x3, x4, x5' }],
});
export const min = insn('min', '0000101 rs2:5 rs1:5 100 rd:5 0110011', 'min {rd}, {rs1}, {rs2}', {
  doc: 'The lesser, signed.',
  lower: (g, { rd, rs1, rs2 }) =>
    setX(
      g,
      rd,
      choose(g, x(g, rs1), x(g, rs2), (a, b) => g.ltS(a, b)),
    ),
  cases: [{ word: 0x0a5241b3, asm: 'min x3, x4, x5' }],
});
export const minu = insn('minu', '0000101 rs2:5 rs1:5 101 rd:5 0110011', 'minu {rd}, {rs1}, {rs2}', {
  doc: 'The lesser, unsigned.',
  lower: (g, { rd, rs1, rs2 }) =>
    setX(
      g,
      rd,
      choose(g, x(g, rs1), x(g, rs2), (a, b) => g.ltU(a, b)),
    ),
  cases: [{ word: 0x0a5251b3, asm: 'minu x3, x4, x5' }],
});
export const sextB = insn('sext.b', '0110000 00100 rs1:5 001 rd:5 0010011', 'sext.b {rd}, {rs1}', {
  doc: 'The low byte, sign-extended.',
  lower: (g, { rd, rs1 }) => setX(g, rd, g.extractS(x(g, rs1), 0, 8)),
  cases: [{ word: 0x60421193, asm: 'sext.b x3, x4' }],
});
export const sextH = insn('sext.h', '0110000 00101 rs1:5 001 rd:5 0010011', 'sext.h {rd}, {rs1}', {
  doc: 'The low 16 bits, sign-extended.',
  lower: (g, { rd, rs1 }) => setX(g, rd, g.extractS(x(g, rs1), 0, 16)),
  cases: [{ word: 0x60521193, asm: 'sext.h x3, x4' }],
});
export const zextH = insn('zext.h', '0000100 00000 rs1:5 100 rd:5 0111011', 'zext.h {rd}, {rs1}', {
  doc: 'The low 16 bits, zero-extended.',
  lower: (g, { rd, rs1 }) => setX(g, rd, g.extractU(x(g, rs1), 0, 16)),
  cases: [{ word: 0x080241bb, asm: 'zext.h x3, x4' }],
});
export const rol = insn('rol', '0110000 rs2:5 rs1:5 001 rd:5 0110011', 'rol {rd}, {rs1}, {rs2}', {
  doc: 'Rotate left.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.rotl(x(g, rs1), x(g, rs2))),
  cases: [{ word: 0x605211b3, asm: 'rol x3, x4, x5' }],
});
export const rolw = insn('rolw', '0110000 rs2:5 rs1:5 001 rd:5 0111011', 'rolw {rd}, {rs1}, {rs2}', {
  doc: 'Rotate 32 bits left, sign-extended.',
  lower: (g, { rd, rs1, rs2 }) => setW(g, rd, g.rotl(w(g, rs1), w(g, rs2))),
  cases: [{ word: 0x605211bb, asm: 'rolw x3, x4, x5' }],
});
export const ror = insn('ror', '0110000 rs2:5 rs1:5 101 rd:5 0110011', 'ror {rd}, {rs1}, {rs2}', {
  doc: 'Rotate right.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.rotr(x(g, rs1), x(g, rs2))),
  cases: [{ word: 0x605251b3, asm: 'ror x3, x4, x5' }],
});
export const rorw = insn('rorw', '0110000 rs2:5 rs1:5 101 rd:5 0111011', 'rorw {rd}, {rs1}, {rs2}', {
  doc: 'Rotate 32 bits right, sign-extended.',
  lower: (g, { rd, rs1, rs2 }) => setW(g, rd, g.rotr(w(g, rs1), w(g, rs2))),
  cases: [{ word: 0x605251bb, asm: 'rorw x3, x4, x5' }],
});
export const rori = insn('rori', '011000 shamt:6 rs1:5 101 rd:5 0010011', 'rori {rd}, {rs1}, {shamt}', {
  doc: 'Rotate right by an immediate.',
  lower: (g, { rd, rs1, shamt }) => setX(g, rd, g.rotr(x(g, rs1), g.imm(shamt))),
  cases: [{ word: 0x61f25193, asm: 'rori x3, x4, 0x1f' }],
});
export const roriw = insn('roriw', '0110000 shamt:5 rs1:5 101 rd:5 0011011', 'roriw {rd}, {rs1}, {shamt}', {
  doc: 'Rotate 32 bits right by an immediate, sign-extended.',
  lower: (g, { rd, rs1, shamt }) => setW(g, rd, g.rotr(w(g, rs1), g.imm(shamt, 'i32'))),
  cases: [{ word: 0x61f2519b, asm: 'roriw x3, x4, 0x1f' }],
});
export const orcB = insn('orc.b', '001010000111 rs1:5 101 rd:5 0010011', 'orc.b {rd}, {rs1}', {
  doc: 'Every byte that is not 0 becomes all ones.',
  lower: (g, { rd, rs1 }) => setX(g, rd, orBytes(g, x(g, rs1))),
  cases: [{ word: 0x28725193, asm: 'orc.b x3, x4' }],
});
export const rev8 = insn('rev8', '011010111000 rs1:5 101 rd:5 0010011', 'rev8 {rd}, {rs1}', {
  doc: 'Bytes in reverse order.',
  lower: (g, { rd, rs1 }) => setX(g, rd, g.bswap(x(g, rs1))),
  cases: [{ word: 0x6b825193, asm: 'rev8 x3, x4' }],
});

/** One of two, whose comparison says whether it is the first. */
function choose(g: Builder, a: Node, b: Node, first: (a: Node, b: Node) => Node): Node {
  return g.select(first(a, b), a, b);
}

/** The top bit of each byte tells whether the byte is 0: adding 0x7f to the others carries into it. */
function orBytes(g: Builder, a: Node): Node {
  const low = g.i64(0x7f7f_7f7f_7f7f_7f7fn);
  const top = g.or(g.add(g.and(a, low), low), a);
  const ones = g.and(g.shrU(top, g.i64(7)), g.i64(0x0101_0101_0101_0101n));
  return g.mul(ones, g.i64(0xff));
}
