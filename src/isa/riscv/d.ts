import { D, S } from './float.ts';
import { insn } from './insn.ts';
import { w, x } from './registers.ts';

/** Double-precision floating point (Unprivileged ISA 20240411, chapter 21). */
export const fld = insn('fld', 'imm:s12 rs1:5 011 fd:5 0000111', 'fld {fd}, {imm}({rs1})', {
  doc: 'Load a double.',
  lower: (g, { fd, rs1, imm }) => D.load(g, fd, () => g.add(x(g, rs1), g.imm(imm))),
  cases: [{ word: 0xff813087, asm: 'fld f1, -8(x2)' }],
});
export const fsd = insn('fsd', 'imm:s[11:5] fs2:5 rs1:5 011 imm:s[4:0] 0100111', 'fsd {fs2}, {imm}({rs1})', {
  doc: 'Store a double.',
  lower: (g, { fs2, rs1, imm }) => D.store(g, fs2, () => g.add(x(g, rs1), g.imm(imm))),
  cases: [{ word: 0xfe113c27, asm: 'fsd f1, -8(x2)' }],
});
export const fmaddD = insn(
  'fmadd.d',
  'fs3:5 01 fs2:5 fs1:5 rm:3 fd:5 1000011',
  'fmadd.d {fd}, {fs1}, {fs2}, {fs3}{,rm}',
  {
    doc: 'Fused a * b + c.',
    lower: (g, { fd, fs1, fs2, fs3, rm }) => D.fused(g, 1, 1, fd, [fs1, fs2, fs3], rm),
    cases: [{ word: 0x223170c3, asm: 'fmadd.d f1, f2, f3, f4' }],
  },
);
export const fmsubD = insn(
  'fmsub.d',
  'fs3:5 01 fs2:5 fs1:5 rm:3 fd:5 1000111',
  'fmsub.d {fd}, {fs1}, {fs2}, {fs3}{,rm}',
  {
    doc: 'Fused a * b - c.',
    lower: (g, { fd, fs1, fs2, fs3, rm }) => D.fused(g, 1, -1, fd, [fs1, fs2, fs3], rm),
    cases: [{ word: 0x223170c7, asm: 'fmsub.d f1, f2, f3, f4' }],
  },
);
export const fnmsubD = insn(
  'fnmsub.d',
  'fs3:5 01 fs2:5 fs1:5 rm:3 fd:5 1001011',
  'fnmsub.d {fd}, {fs1}, {fs2}, {fs3}{,rm}',
  {
    doc: 'Fused -(a * b) + c.',
    lower: (g, { fd, fs1, fs2, fs3, rm }) => D.fused(g, -1, 1, fd, [fs1, fs2, fs3], rm),
    cases: [{ word: 0x223170cb, asm: 'fnmsub.d f1, f2, f3, f4' }],
  },
);
export const fnmaddD = insn(
  'fnmadd.d',
  'fs3:5 01 fs2:5 fs1:5 rm:3 fd:5 1001111',
  'fnmadd.d {fd}, {fs1}, {fs2}, {fs3}{,rm}',
  {
    doc: 'Fused -(a * b) - c.',
    lower: (g, { fd, fs1, fs2, fs3, rm }) => D.fused(g, -1, -1, fd, [fs1, fs2, fs3], rm),
    cases: [{ word: 0x223170cf, asm: 'fnmadd.d f1, f2, f3, f4' }],
  },
);
export const faddD = insn('fadd.d', '0000001 fs2:5 fs1:5 rm:3 fd:5 1010011', 'fadd.d {fd}, {fs1}, {fs2}{,rm}', {
  doc: 'Sum.',
  lower: (g, { fd, fs1, fs2, rm }) => D.arithmetic(g, 'add', fd, [fs1, fs2], rm),
  cases: [
    { word: 0x03f170d3, asm: 'fadd.d f1, f2, f31' },
    { word: 0x03f130d3, asm: 'fadd.d f1, f2, f31, rup' },
  ],
});
export const fsubD = insn('fsub.d', '0000101 fs2:5 fs1:5 rm:3 fd:5 1010011', 'fsub.d {fd}, {fs1}, {fs2}{,rm}', {
  doc: 'Difference.',
  lower: (g, { fd, fs1, fs2, rm }) => D.arithmetic(g, 'sub', fd, [fs1, fs2], rm),
  cases: [{ word: 0x0bf170d3, asm: 'fsub.d f1, f2, f31' }],
});
export const fmulD = insn('fmul.d', '0001001 fs2:5 fs1:5 rm:3 fd:5 1010011', 'fmul.d {fd}, {fs1}, {fs2}{,rm}', {
  doc: 'Product.',
  lower: (g, { fd, fs1, fs2, rm }) => D.arithmetic(g, 'mul', fd, [fs1, fs2], rm),
  cases: [{ word: 0x13f170d3, asm: 'fmul.d f1, f2, f31' }],
});
export const fdivD = insn('fdiv.d', '0001101 fs2:5 fs1:5 rm:3 fd:5 1010011', 'fdiv.d {fd}, {fs1}, {fs2}{,rm}', {
  doc: 'Quotient.',
  lower: (g, { fd, fs1, fs2, rm }) => D.arithmetic(g, 'div', fd, [fs1, fs2], rm),
  cases: [{ word: 0x1bf170d3, asm: 'fdiv.d f1, f2, f31' }],
});
export const fsqrtD = insn('fsqrt.d', '0101101 00000 fs1:5 rm:3 fd:5 1010011', 'fsqrt.d {fd}, {fs1}{,rm}', {
  doc: 'Square root.',
  lower: (g, { fd, fs1, rm }) => D.arithmetic(g, 'sqrt', fd, [fs1], rm),
  cases: [{ word: 0x5a0110d3, asm: 'fsqrt.d f1, f2, rtz' }],
});
export const fsgnjD = insn('fsgnj.d', '0010001 fs2:5 fs1:5 000 fd:5 1010011', 'fsgnj.d {fd}, {fs1}, {fs2}', {
  doc: 'The magnitude of a with the sign of b.',
  lower: (g, { fd, fs1, fs2 }) => D.copySign(g, fd, fs1, fs2),
  cases: [{ word: 0x223100d3, asm: 'fsgnj.d f1, f2, f3' }],
});
export const fsgnjnD = insn('fsgnjn.d', '0010001 fs2:5 fs1:5 001 fd:5 1010011', 'fsgnjn.d {fd}, {fs1}, {fs2}', {
  doc: 'The magnitude of a with the opposite sign of b.',
  lower: (g, { fd, fs1, fs2 }) => D.copySignNegated(g, fd, fs1, fs2),
  cases: [{ word: 0x223110d3, asm: 'fsgnjn.d f1, f2, f3' }],
});
export const fsgnjxD = insn('fsgnjx.d', '0010001 fs2:5 fs1:5 010 fd:5 1010011', 'fsgnjx.d {fd}, {fs1}, {fs2}', {
  doc: 'a, negated if b is negative.',
  lower: (g, { fd, fs1, fs2 }) => D.multiplySigns(g, fd, fs1, fs2),
  cases: [{ word: 0x223120d3, asm: 'fsgnjx.d f1, f2, f3' }],
});
export const fminD = insn('fmin.d', '0010101 fs2:5 fs1:5 000 fd:5 1010011', 'fmin.d {fd}, {fs1}, {fs2}', {
  doc: 'The lesser; of a NaN and a number, the number.',
  lower: (g, { fd, fs1, fs2 }) => D.extremum(g, 'min', fd, fs1, fs2),
  cases: [{ word: 0x2a3100d3, asm: 'fmin.d f1, f2, f3' }],
});
export const fmaxD = insn('fmax.d', '0010101 fs2:5 fs1:5 001 fd:5 1010011', 'fmax.d {fd}, {fs1}, {fs2}', {
  doc: 'The greater; of a NaN and a number, the number.',
  lower: (g, { fd, fs1, fs2 }) => D.extremum(g, 'max', fd, fs1, fs2),
  cases: [{ word: 0x2a3110d3, asm: 'fmax.d f1, f2, f3' }],
});
export const feqD = insn('feq.d', '1010001 fs2:5 fs1:5 010 rd:5 1010011', 'feq.d {rd}, {fs1}, {fs2}', {
  doc: '1 if equal; quiet.',
  lower: (g, { rd, fs1, fs2 }) => D.compare(g, 'eq', rd, fs1, fs2),
  cases: [{ word: 0xa23120d3, asm: 'feq.d x1, f2, f3' }],
});
export const fltD = insn('flt.d', '1010001 fs2:5 fs1:5 001 rd:5 1010011', 'flt.d {rd}, {fs1}, {fs2}', {
  doc: '1 if less; signaling.',
  lower: (g, { rd, fs1, fs2 }) => D.compare(g, 'lt', rd, fs1, fs2),
  cases: [{ word: 0xa23110d3, asm: 'flt.d x1, f2, f3' }],
});
export const fleD = insn('fle.d', '1010001 fs2:5 fs1:5 000 rd:5 1010011', 'fle.d {rd}, {fs1}, {fs2}', {
  doc: '1 if less or equal; signaling.',
  lower: (g, { rd, fs1, fs2 }) => D.compare(g, 'le', rd, fs1, fs2),
  cases: [{ word: 0xa23100d3, asm: 'fle.d x1, f2, f3' }],
});
export const fclassD = insn('fclass.d', '1110001 00000 fs1:5 001 rd:5 1010011', 'fclass.d {rd}, {fs1}', {
  doc: 'A bit for the class of the number (20.9, table 30).',
  lower: (g, { rd, fs1 }) => D.classify(g, rd, fs1),
  cases: [{ word: 0xe20110d3, asm: 'fclass.d x1, f2' }],
});
export const fcvtWD = insn('fcvt.w.d', '1100001 00000 fs1:5 rm:3 rd:5 1010011', 'fcvt.w.d {rd}, {fs1}{,rm}', {
  doc: 'To a signed 32-bit integer.',
  lower: (g, { rd, fs1, rm }) => D.toInteger(g, 'I32', rd, fs1, rm),
  cases: [{ word: 0xc20110d3, asm: 'fcvt.w.d x1, f2, rtz' }],
});
export const fcvtWuD = insn('fcvt.wu.d', '1100001 00001 fs1:5 rm:3 rd:5 1010011', 'fcvt.wu.d {rd}, {fs1}{,rm}', {
  doc: 'To an unsigned 32-bit integer, sign-extended.',
  lower: (g, { rd, fs1, rm }) => D.toInteger(g, 'U32', rd, fs1, rm),
  cases: [{ word: 0xc21110d3, asm: 'fcvt.wu.d x1, f2, rtz' }],
});
export const fcvtLD = insn('fcvt.l.d', '1100001 00010 fs1:5 rm:3 rd:5 1010011', 'fcvt.l.d {rd}, {fs1}{,rm}', {
  doc: 'To a signed 64-bit integer.',
  lower: (g, { rd, fs1, rm }) => D.toInteger(g, 'I64', rd, fs1, rm),
  cases: [{ word: 0xc22110d3, asm: 'fcvt.l.d x1, f2, rtz' }],
});
export const fcvtLuD = insn('fcvt.lu.d', '1100001 00011 fs1:5 rm:3 rd:5 1010011', 'fcvt.lu.d {rd}, {fs1}{,rm}', {
  doc: 'To an unsigned 64-bit integer.',
  lower: (g, { rd, fs1, rm }) => D.toInteger(g, 'U64', rd, fs1, rm),
  cases: [{ word: 0xc23110d3, asm: 'fcvt.lu.d x1, f2, rtz' }],
});
export const fcvtDW = insn('fcvt.d.w', '1101001 00000 rs1:5 rm:3 fd:5 1010011', 'fcvt.d.w {fd}, {rs1}{,rm}', {
  doc: 'From a signed 32-bit integer.',
  lower: (g, { fd, rs1, rm }) => D.fromInteger(g, 'I32', fd, rm, () => w(g, rs1)),
  cases: [{ word: 0xd20100d3, asm: 'fcvt.d.w f1, x2, rne' }],
});
export const fcvtDWu = insn('fcvt.d.wu', '1101001 00001 rs1:5 rm:3 fd:5 1010011', 'fcvt.d.wu {fd}, {rs1}{,rm}', {
  doc: 'From an unsigned 32-bit integer.',
  lower: (g, { fd, rs1, rm }) => D.fromInteger(g, 'U32', fd, rm, () => w(g, rs1)),
  cases: [{ word: 0xd21100d3, asm: 'fcvt.d.wu f1, x2, rne' }],
});
export const fcvtDL = insn('fcvt.d.l', '1101001 00010 rs1:5 rm:3 fd:5 1010011', 'fcvt.d.l {fd}, {rs1}{,rm}', {
  doc: 'From a signed 64-bit integer.',
  lower: (g, { fd, rs1, rm }) => D.fromInteger(g, 'I64', fd, rm, () => x(g, rs1)),
  cases: [{ word: 0xd22170d3, asm: 'fcvt.d.l f1, x2' }],
});
export const fcvtDLu = insn('fcvt.d.lu', '1101001 00011 rs1:5 rm:3 fd:5 1010011', 'fcvt.d.lu {fd}, {rs1}{,rm}', {
  doc: 'From an unsigned 64-bit integer.',
  lower: (g, { fd, rs1, rm }) => D.fromInteger(g, 'U64', fd, rm, () => x(g, rs1)),
  cases: [{ word: 0xd23170d3, asm: 'fcvt.d.lu f1, x2' }],
});
export const fcvtSD = insn('fcvt.s.d', '0100000 00001 fs1:5 rm:3 fd:5 1010011', 'fcvt.s.d {fd}, {fs1}{,rm}', {
  doc: 'To single precision.',
  lower: (g, { fd, fs1, rm }) => S.convert(g, D, fd, fs1, rm),
  cases: [{ word: 0x401170d3, asm: 'fcvt.s.d f1, f2' }],
});
export const fcvtDS = insn('fcvt.d.s', '0100001 00000 fs1:5 rm:3 fd:5 1010011', 'fcvt.d.s {fd}, {fs1}{,rm}', {
  doc: 'From single precision.',
  lower: (g, { fd, fs1, rm }) => D.convert(g, S, fd, fs1, rm),
  cases: [{ word: 0x420100d3, asm: 'fcvt.d.s f1, f2, rne' }],
});
export const fmvXD = insn('fmv.x.d', '1110001 00000 fs1:5 000 rd:5 1010011', 'fmv.x.d {rd}, {fs1}', {
  doc: 'The bits of the number.',
  lower: (g, { rd, fs1 }) => D.moveToX(g, rd, fs1),
  cases: [{ word: 0xe20100d3, asm: 'fmv.x.d x1, f2' }],
});
export const fmvDX = insn('fmv.d.x', '1111001 00000 rs1:5 000 fd:5 1010011', 'fmv.d.x {fd}, {rs1}', {
  doc: 'The number with these bits.',
  lower: (g, { fd, rs1 }) => D.moveFromX(g, fd, () => x(g, rs1)),
  cases: [{ word: 0xf20100d3, asm: 'fmv.d.x f1, x2' }],
});
