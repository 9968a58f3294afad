import type { Builder } from '../../ir/builder.ts';
import type { Node } from '../../ir/node.ts';
import { insn } from './insn.ts';
import { setW, setX, w, x } from './registers.ts';

/**
 * Multiplication and division (Unprivileged ISA 20240411, chapter 12). Division never traps: by zero
 * it gives all ones and the dividend as remainder; the one signed overflow wraps (12.2, table 11).
 */
export const mul = insn('mul', '0000001 rs2:5 rs1:5 000 rd:5 0110011', 'mul {rd}, {rs1}, {rs2}', {
  doc: 'Low half of the product.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.mul(x(g, rs1), x(g, rs2))),
  cases: [{ word: 0x025201b3, asm: 'mul x3, x4, x5' }],
});
export const mulh = insn('mulh', '0000001 rs2:5 rs1:5 001 rd:5 0110011', 'mulh {rd}, {rs1}, {rs2}', {
  doc: 'High half of the signed product.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.mulhiS(x(g, rs1), x(g, rs2))),
  cases: [{ word: 0x025211b3, asm: 'mulh x3, x4, x5' }],
});
export const mulhsu = insn('mulhsu', '0000001 rs2:5 rs1:5 010 rd:5 0110011', 'mulhsu {rd}, {rs1}, {rs2}', {
  doc: 'High half of signed times unsigned.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.mulhiSU(x(g, rs1), x(g, rs2))),
  cases: [{ word: 0x025221b3, asm: 'mulhsu x3, x4, x5' }],
});
export const mulhu = insn('mulhu', '0000001 rs2:5 rs1:5 011 rd:5 0110011', 'mulhu {rd}, {rs1}, {rs2}', {
  doc: 'High half of the unsigned product.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, g.mulhiU(x(g, rs1), x(g, rs2))),
  cases: [{ word: 0x025231b3, asm: 'mulhu x3, x4, x5' }],
});
export const mulw = insn('mulw', '0000001 rs2:5 rs1:5 000 rd:5 0111011', 'mulw {rd}, {rs1}, {rs2}', {
  doc: 'Low 32 bits of the product, sign-extended.',
  lower: (g, { rd, rs1, rs2 }) => setW(g, rd, g.mul(w(g, rs1), w(g, rs2))),
  cases: [{ word: 0x025201bb, asm: 'mulw x3, x4, x5' }],
});
export const div = insn('div', '0000001 rs2:5 rs1:5 100 rd:5 0110011', 'div {rd}, {rs1}, {rs2}', {
  doc: 'Signed quotient, towards zero.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, quotientS(g, x(g, rs1), x(g, rs2))),
  cases: [{ word: 0x025241b3, asm: 'div x3, x4, x5' }],
});
export const divu = insn('divu', '0000001 rs2:5 rs1:5 101 rd:5 0110011', 'divu {rd}, {rs1}, {rs2}', {
  doc: 'Unsigned quotient.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, quotientU(g, x(g, rs1), x(g, rs2))),
  cases: [{ word: 0x025251b3, asm: 'divu x3, x4, x5' }],
});
export const rem = insn('rem', '0000001 rs2:5 rs1:5 110 rd:5 0110011', 'rem {rd}, {rs1}, {rs2}', {
  doc: 'Signed remainder, with the sign of the dividend.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, remainderS(g, x(g, rs1), x(g, rs2))),
  cases: [{ word: 0x025261b3, asm: 'rem x3, x4, x5' }],
});
export const remu = insn('remu', '0000001 rs2:5 rs1:5 111 rd:5 0110011', 'remu {rd}, {rs1}, {rs2}', {
  doc: 'Unsigned remainder.',
  lower: (g, { rd, rs1, rs2 }) => setX(g, rd, remainderU(g, x(g, rs1), x(g, rs2))),
  cases: [{ word: 0x025271b3, asm: 'remu x3, x4, x5' }],
});
export const divw = insn('divw', '0000001 rs2:5 rs1:5 100 rd:5 0111011', 'divw {rd}, {rs1}, {rs2}', {
  doc: 'Signed 32-bit quotient, sign-extended.',
  lower: (g, { rd, rs1, rs2 }) => setW(g, rd, quotientS(g, w(g, rs1), w(g, rs2))),
  cases: [{ word: 0x025241bb, asm: 'divw x3, x4, x5' }],
});
export const divuw = insn('divuw', '0000001 rs2:5 rs1:5 101 rd:5 0111011', 'divuw {rd}, {rs1}, {rs2}', {
  doc: 'Unsigned 32-bit quotient, sign-extended.',
  lower: (g, { rd, rs1, rs2 }) => setW(g, rd, quotientU(g, w(g, rs1), w(g, rs2))),
  cases: [{ word: 0x025251bb, asm: 'divuw x3, x4, x5' }],
});
export const remw = insn('remw', '0000001 rs2:5 rs1:5 110 rd:5 0111011', 'remw {rd}, {rs1}, {rs2}', {
  doc: 'Signed 32-bit remainder, sign-extended.',
  lower: (g, { rd, rs1, rs2 }) => setW(g, rd, remainderS(g, w(g, rs1), w(g, rs2))),
  cases: [{ word: 0x025261bb, asm: 'remw x3, x4, x5' }],
});
export const remuw = insn('remuw', '0000001 rs2:5 rs1:5 111 rd:5 0111011', 'remuw {rd}, {rs1}, {rs2}', {
  doc: 'Unsigned 32-bit remainder, sign-extended.',
  lower: (g, { rd, rs1, rs2 }) => setW(g, rd, remainderU(g, w(g, rs1), w(g, rs2))),
  cases: [{ word: 0x025271bb, asm: 'remuw x3, x4, x5' }],
});

/** 1 in place of a divisor that has no quotient: 0, or -1 under the least number, whose quotient by 1 is the one wanted. */
function safeDivisor(g: Builder, a: Node, b: Node): Node {
  const type = a.type!;
  const least = g.const(type, type === 'i32' ? -(2 ** 31) : -(2n ** 63n));
  const overflows = g.and(g.eq(a, least), g.eq(b, g.const(type, -1)));
  return g.select(g.or(isZero(g, b), overflows), g.const(type, 1), b);
}

function isZero(g: Builder, a: Node): Node {
  return g.eq(a, g.const(a.type!, 0));
}

function quotientS(g: Builder, a: Node, b: Node): Node {
  return g.select(isZero(g, b), g.const(a.type!, -1), g.divS(a, safeDivisor(g, a, b)));
}

function remainderS(g: Builder, a: Node, b: Node): Node {
  return g.select(isZero(g, b), a, g.remS(a, safeDivisor(g, a, b)));
}

function quotientU(g: Builder, a: Node, b: Node): Node {
  const zero = isZero(g, b);
  return g.select(zero, g.const(a.type!, -1), g.divU(a, g.select(zero, g.const(a.type!, 1), b)));
}

function remainderU(g: Builder, a: Node, b: Node): Node {
  const zero = isZero(g, b);
  return g.select(zero, a, g.remU(a, g.select(zero, g.const(a.type!, 1), b)));
}
