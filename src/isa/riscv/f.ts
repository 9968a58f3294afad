import { S } from './float.ts';
import { insn } from './insn.ts';
import { w, x } from './registers.ts';

/** Single-precision floating point (Unprivileged ISA 20240411, chapter 20). */
export const flw = insn('flw', 'imm:s12 rs1:5 010 fd:5 0000111', 'flw {fd}, {imm}({rs1})', {
  doc: 'Load a single.',
  lower: (g, { fd, rs1, imm }) => S.load(g, fd, () => g.add(x(g, rs1), g.imm(imm))),
  cases: [{ word: 0xff812087, asm: 'flw f1, -8(x2)' }],
});
export const fsw = insn('fsw', 'imm:s[11:5] fs2:5 rs1:5 010 imm:s[4:0] 0100111', 'fsw {fs2}, {imm}({rs1})', {
  doc: 'Store a single.',
  lower: (g, { fs2, rs1, imm }) => S.store(g, fs2, () => g.add(x(g, rs1), g.imm(imm))),
  cases: [{ word: 0xfe112c27, asm: 'fsw f1, -8(x2)' }],
});
export const fmaddS = insn(
  'fmadd.s',
  'fs3:5 00 fs2:5 fs1:5 rm:3 fd:5 1000011',
  'fmadd.s {fd}, {fs1}, {fs2}, {fs3}{,rm}',
  {
    doc: 'Fused a * b + c.',
    lower: (g, { fd, fs1, fs2, fs3, rm }) => S.fused(g, 1, 1, fd, [fs1, fs2, fs3], rm),
    cases: [{ word: 0x203170c3, asm: 'fmadd.s f1, f2, f3, f4' }],
  },
);
export const fmsubS = insn(
  'fmsub.s',
  'fs3:5 00 fs2:5 fs1:5 rm:3 fd:5 1000111',
  'fmsub.s {fd}, {fs1}, {fs2}, {fs3}{,rm}',
  {
    doc: 'Fused a * b - c.',
    lower: (g, { fd, fs1, fs2, fs3, rm }) => S.fused(g, 1, -1, fd, [fs1, fs2, fs3], rm),
    cases: [{ word: 0x203170c7, asm: 'fmsub.s f1, f2, f3, f4' }],
  },
);
export const fnmsubS = insn(
  'fnmsub.s',
  'fs3:5 00 fs2:5 fs1:5 rm:3 fd:5 1001011',
  'fnmsub.s {fd}, {fs1}, {fs2}, {fs3}{,rm}',
  {
    doc: 'Fused -(a * b) + c.',
    lower: (g, { fd, fs1, fs2, fs3, rm }) => S.fused(g, -1, 1, fd, [fs1, fs2, fs3], rm),
    cases: [{ word: 0x203170cb, asm: 'fnmsub.s f1, f2, f3, f4' }],
  },
);
export const fnmaddS = insn(
  'fnmadd.s',
  'fs3:5 00 fs2:5 fs1:5 rm:3 fd:5 1001111',
  'fnmadd.s {fd}, {fs1}, {fs2}, {fs3}{,rm}',
  {
    doc: 'Fused -(a * b) - c.',
    lower: (g, { fd, fs1, fs2, fs3, rm }) => S.fused(g, -1, -1, fd, [fs1, fs2, fs3], rm),
    cases: [{ word: 0x203170cf, asm: 'fnmadd.s f1, f2, f3, f4' }],
  },
);
export const faddS = insn('fadd.s', '0000000 fs2:5 fs1:5 rm:3 fd:5 1010011', 'fadd.s {fd}, {fs1}, {fs2}{,rm}', {
  doc: 'Sum.',
  lower: (g, { fd, fs1, fs2, rm }) => S.arithmetic(g, 'add', fd, [fs1, fs2], rm),
  cases: [
    { word: 0x01f170d3, asm: 'fadd.s f1, f2, f31' },
    { word: 0x01f130d3, asm: 'fadd.s f1, f2, f31, rup' },
  ],
});
export const fsubS = insn('fsub.s', '0000100 fs2:5 fs1:5 rm:3 fd:5 1010011', 'fsub.s {fd}, {fs1}, {fs2}{,rm}', {
  doc: 'Difference.',
  lower: (g, { fd, fs1, fs2, rm }) => S.arithmetic(g, 'sub', fd, [fs1, fs2], rm),
  cases: [{ word: 0x09f170d3, asm: 'fsub.s f1, f2, f31' }],
});
export const fmulS = insn('fmul.s', '0001000 fs2:5 fs1:5 rm:3 fd:5 1010011', 'fmul.s {fd}, {fs1}, {fs2}{,rm}', {
  doc: 'Product.',
  lower: (g, { fd, fs1, fs2, rm }) => S.arithmetic(g, 'mul', fd, [fs1, fs2], rm),
  cases: [{ word: 0x11f170d3, asm: 'fmul.s f1, f2, f31' }],
});
export const fdivS = insn('fdiv.s', '0001100 fs2:5 fs1:5 rm:3 fd:5 1010011', 'fdiv.s {fd}, {fs1}, {fs2}{,rm}', {
  doc: 'Quotient.',
  lower: (g, { fd, fs1, fs2, rm }) => S.arithmetic(g, 'div', fd, [fs1, fs2], rm),
  cases: [{ word: 0x19f170d3, asm: 'fdiv.s f1, f2, f31' }],
});
export const fsqrtS = insn('fsqrt.s', '0101100 00000 fs1:5 rm:3 fd:5 1010011', 'fsqrt.s {fd}, {fs1}{,rm}', {
  doc: 'Square root.',
  lower: (g, { fd, fs1, rm }) => S.arithmetic(g, 'sqrt', fd, [fs1], rm),
  cases: [{ word: 0x580110d3, asm: 'fsqrt.s f1, f2, rtz' }],
});
export const fsgnjS = insn('fsgnj.s', '0010000 fs2:5 fs1:5 000 fd:5 1010011', 'fsgnj.s {fd}, {fs1}, {fs2}', {
  doc: 'The magnitude of a with the sign of b.',
  lower: (g, { fd, fs1, fs2 }) => S.copySign(g, fd, fs1, fs2),
  cases: [{ word: 0x203100d3, asm: 'fsgnj.s f1, f2, f3' }],
});
export const fsgnjnS = insn('fsgnjn.s', '0010000 fs2:5 fs1:5 001 fd:5 1010011', 'fsgnjn.s {fd}, {fs1}, {fs2}', {
  doc: 'The magnitude of a with the opposite sign of b.',
  lower: (g, { fd, fs1, fs2 }) => S.copySignNegated(g, fd, fs1, fs2),
  cases: [{ word: 0x203110d3, asm: 'fsgnjn.s f1, f2, f3' }],
});
export const fsgnjxS = insn('fsgnjx.s', '0010000 fs2:5 fs1:5 010 fd:5 1010011', 'fsgnjx.s {fd}, {fs1}, {fs2}', {
  doc: 'a, negated if b is negative.',
  lower: (g, { fd, fs1, fs2 }) => S.multiplySigns(g, fd, fs1, fs2),
  cases: [{ word: 0x203120d3, asm: 'fsgnjx.s f1, f2, f3' }],
});
export const fminS = insn('fmin.s', '0010100 fs2:5 fs1:5 000 fd:5 1010011', 'fmin.s {fd}, {fs1}, {fs2}', {
  doc: 'The lesser; of a NaN and a number, the number.',
  lower: (g, { fd, fs1, fs2 }) => S.extremum(g, 'min', fd, fs1, fs2),
  cases: [{ word: 0x283100d3, asm: 'fmin.s f1, f2, f3' }],
});
export const fmaxS = insn('fmax.s', '0010100 fs2:5 fs1:5 001 fd:5 1010011', 'fmax.s {fd}, {fs1}, {fs2}', {
  doc: 'The greater; of a NaN and a number, the number.',
  lower: (g, { fd, fs1, fs2 }) => S.extremum(g, 'max', fd, fs1, fs2),
  cases: [{ word: 0x283110d3, asm: 'fmax.s f1, f2, f3' }],
});
export const feqS = insn('feq.s', '1010000 fs2:5 fs1:5 010 rd:5 1010011', 'feq.s {rd}, {fs1}, {fs2}', {
  doc: '1 if equal; quiet.',
  lower: (g, { rd, fs1, fs2 }) => S.compare(g, 'eq', rd, fs1, fs2),
  cases: [{ word: 0xa03120d3, asm: 'feq.s x1, f2, f3' }],
});
export const fltS = insn('flt.s', '1010000 fs2:5 fs1:5 001 rd:5 1010011', 'flt.s {rd}, {fs1}, {fs2}', {
  doc: '1 if less; signaling.',
  lower: (g, { rd, fs1, fs2 }) => S.compare(g, 'lt', rd, fs1, fs2),
  cases: [{ word: 0xa03110d3, asm: 'flt.s x1, f2, f3' }],
});
export const fleS = insn('fle.s', '1010000 fs2:5 fs1:5 000 rd:5 1010011', 'fle.s {rd}, {fs1}, {fs2}', {
  doc: '1 if less or equal; signaling.',
  lower: (g, { rd, fs1, fs2 }) => S.compare(g, 'le', rd, fs1, fs2),
  cases: [{ word: 0xa03100d3, asm: 'fle.s x1, f2, f3' }],
});
export const fclassS = insn('fclass.s', '1110000 00000 fs1:5 001 rd:5 1010011', 'fclass.s {rd}, {fs1}', {
  doc: 'A bit for the class of the number (20.9, table 30).',
  lower: (g, { rd, fs1 }) => S.classify(g, rd, fs1),
  cases: [{ word: 0xe00110d3, asm: 'fclass.s x1, f2' }],
});
export const fcvtWS = insn('fcvt.w.s', '1100000 00000 fs1:5 rm:3 rd:5 1010011', 'fcvt.w.s {rd}, {fs1}{,rm}', {
  doc: 'To a signed 32-bit integer.',
  lower: (g, { rd, fs1, rm }) => S.toInteger(g, 'I32', rd, fs1, rm),
  cases: [{ word: 0xc00110d3, asm: 'fcvt.w.s x1, f2, rtz' }],
});
export const fcvtWuS = insn('fcvt.wu.s', '1100000 00001 fs1:5 rm:3 rd:5 1010011', 'fcvt.wu.s {rd}, {fs1}{,rm}', {
  doc: 'To an unsigned 32-bit integer, sign-extended.',
  lower: (g, { rd, fs1, rm }) => S.toInteger(g, 'U32', rd, fs1, rm),
  cases: [{ word: 0xc01110d3, asm: 'fcvt.wu.s x1, f2, rtz' }],
});
export const fcvtLS = insn('fcvt.l.s', '1100000 00010 fs1:5 rm:3 rd:5 1010011', 'fcvt.l.s {rd}, {fs1}{,rm}', {
  doc: 'To a signed 64-bit integer.',
  lower: (g, { rd, fs1, rm }) => S.toInteger(g, 'I64', rd, fs1, rm),
  cases: [{ word: 0xc02110d3, asm: 'fcvt.l.s x1, f2, rtz' }],
});
export const fcvtLuS = insn('fcvt.lu.s', '1100000 00011 fs1:5 rm:3 rd:5 1010011', 'fcvt.lu.s {rd}, {fs1}{,rm}', {
  doc: 'To an unsigned 64-bit integer.',
  lower: (g, { rd, fs1, rm }) => S.toInteger(g, 'U64', rd, fs1, rm),
  cases: [{ word: 0xc03110d3, asm: 'fcvt.lu.s x1, f2, rtz' }],
});
export const fcvtSW = insn('fcvt.s.w', '1101000 00000 rs1:5 rm:3 fd:5 1010011', 'fcvt.s.w {fd}, {rs1}{,rm}', {
  doc: 'From a signed 32-bit integer.',
  lower: (g, { fd, rs1, rm }) => S.fromInteger(g, 'I32', fd, rm, () => w(g, rs1)),
  cases: [{ word: 0xd00170d3, asm: 'fcvt.s.w f1, x2' }],
});
export const fcvtSWu = insn('fcvt.s.wu', '1101000 00001 rs1:5 rm:3 fd:5 1010011', 'fcvt.s.wu {fd}, {rs1}{,rm}', {
  doc: 'From an unsigned 32-bit integer.',
  lower: (g, { fd, rs1, rm }) => S.fromInteger(g, 'U32', fd, rm, () => w(g, rs1)),
  cases: [{ word: 0xd01170d3, asm: 'fcvt.s.wu f1, x2' }],
});
export const fcvtSL = insn('fcvt.s.l', '1101000 00010 rs1:5 rm:3 fd:5 1010011', 'fcvt.s.l {fd}, {rs1}{,rm}', {
  doc: 'From a signed 64-bit integer.',
  lower: (g, { fd, rs1, rm }) => S.fromInteger(g, 'I64', fd, rm, () => x(g, rs1)),
  cases: [{ word: 0xd02170d3, asm: 'fcvt.s.l f1, x2' }],
});
export const fcvtSLu = insn('fcvt.s.lu', '1101000 00011 rs1:5 rm:3 fd:5 1010011', 'fcvt.s.lu {fd}, {rs1}{,rm}', {
  doc: 'From an unsigned 64-bit integer.',
  lower: (g, { fd, rs1, rm }) => S.fromInteger(g, 'U64', fd, rm, () => x(g, rs1)),
  cases: [{ word: 0xd03170d3, asm: 'fcvt.s.lu f1, x2' }],
});
export const fmvXW = insn('fmv.x.w', '1110000 00000 fs1:5 000 rd:5 1010011', 'fmv.x.w {rd}, {fs1}', {
  doc: 'The bits of the number, sign-extended.',
  lower: (g, { rd, fs1 }) => S.moveToX(g, rd, fs1),
  cases: [{ word: 0xe00100d3, asm: 'fmv.x.w x1, f2' }],
});
export const fmvWX = insn('fmv.w.x', '1111000 00000 rs1:5 000 fd:5 1010011', 'fmv.w.x {fd}, {rs1}', {
  doc: 'The number with these bits.',
  lower: (g, { fd, rs1 }) => S.moveFromX(g, fd, () => w(g, rs1)),
  cases: [{ word: 0xf00100d3, asm: 'fmv.w.x f1, x2' }],
});
