import { compressed } from './insn.ts';
import { add, addw, and, or, sub, subw, xor } from './rv64i/arithmetic.ts';
import { JUMPS } from './rv64i/branch.ts';
import { addi, addiw, andi, lui } from './rv64i/immediate.ts';
import { ld, lw, sd, sw } from './rv64i/load-store.ts';
import { slli, srai, srli } from './rv64i/shift.ts';
import { ebreak } from './rv64i/system.ts';

/**
 * The 16-bit forms of RV64C (Unprivileged ISA 20240411, chapter 27). Those marked as hints there
 * expand like the others, into instructions without effect.
 */
export const cAddi4spn = compressed('c.addi4spn', "000 imm:[5:4|9:6|2|3]!0 rd':3 00", 'c.addi4spn {rd}, x2, {imm}', {
  doc: 'Address of something on the stack.',
  expands: addi,
  with: { rd: 'rd', rs1: 2, imm: 'imm' },
  cases: [{ word: 0x0800, asm: 'c.addi4spn x8, x2, 16' }],
});
export const cLw = compressed('c.lw', "010 imm:[5:3] rs1':3 imm:[2|6] rd':3 00", 'c.lw {rd}, {imm}({rs1})', {
  doc: 'Load 32 bits.',
  expands: lw,
  with: { rd: 'rd', rs1: 'rs1', imm: 'imm' },
  cases: [{ word: 0x40e0, asm: 'c.lw x8, 68(x9)' }],
});
export const cLd = compressed('c.ld', "011 imm:[5:3] rs1':3 imm:[7:6] rd':3 00", 'c.ld {rd}, {imm}({rs1})', {
  doc: 'Load 64 bits.',
  expands: ld,
  with: { rd: 'rd', rs1: 'rs1', imm: 'imm' },
  cases: [{ word: 0x7cfc, asm: 'c.ld x15, 248(x9)' }],
});
export const cSw = compressed('c.sw', "110 imm:[5:3] rs1':3 imm:[2|6] rs2':3 00", 'c.sw {rs2}, {imm}({rs1})', {
  doc: 'Store 32 bits.',
  expands: sw,
  with: { rs1: 'rs1', rs2: 'rs2', imm: 'imm' },
  cases: [{ word: 0xc0c0, asm: 'c.sw x8, 4(x9)' }],
});
export const cSd = compressed('c.sd', "111 imm:[5:3] rs1':3 imm:[7:6] rs2':3 00", 'c.sd {rs2}, {imm}({rs1})', {
  doc: 'Store 64 bits.',
  expands: sd,
  with: { rs1: 'rs1', rs2: 'rs2', imm: 'imm' },
  cases: [{ word: 0xe480, asm: 'c.sd x8, 8(x9)' }],
});
export const cNop = compressed('c.nop', '000 imm:s[5] 00000 imm:s[4:0] 01', 'c.nop', {
  doc: 'Nothing.',
  expands: addi,
  with: { rd: 0, rs1: 0, imm: 'imm' },
  cases: [{ word: 0x0001, asm: 'c.nop' }],
});
export const cAddi = compressed('c.addi', '000 imm:s[5] rd:5!0 imm:s[4:0] 01', 'c.addi {rd}, {imm}', {
  doc: 'Add an immediate.',
  expands: addi,
  with: { rd: 'rd', rs1: 'rd', imm: 'imm' },
  cases: [{ word: 0x1281, asm: 'c.addi x5, -32' }],
});
export const cAddiw = compressed('c.addiw', '001 imm:s[5] rd:5!0 imm:s[4:0] 01', 'c.addiw {rd}, {imm}', {
  doc: 'Add an immediate, 32 bits.',
  expands: addiw,
  with: { rd: 'rd', rs1: 'rd', imm: 'imm' },
  cases: [{ word: 0x22fd, asm: 'c.addiw x5, 31' }],
});
export const cLi = compressed('c.li', '010 imm:s[5] rd:5 imm:s[4:0] 01', 'c.li {rd}, {imm}', {
  doc: 'A small number.',
  expands: addi,
  with: { rd: 'rd', rs1: 0, imm: 'imm' },
  cases: [{ word: 0x52e5, asm: 'c.li x5, -7' }],
});
export const cAddi16sp = compressed('c.addi16sp', '011 imm:s[9]!0 00010 imm:s[4|6|8:7|5] 01', 'c.addi16sp x2, {imm}', {
  doc: 'Move the stack pointer.',
  expands: addi,
  with: { rd: 2, rs1: 2, imm: 'imm' },
  cases: [{ word: 0x7139, asm: 'c.addi16sp x2, -64' }],
});
export const cLui = compressed('c.lui', '011 imm:s[17]!0 rd:5!2 imm:s[16:12] 01', 'c.lui {rd}, {imm>>12}', {
  doc: 'Upper immediate.',
  expands: lui,
  with: { rd: 'rd', imm: 'imm' },
  cases: [
    { word: 0x72fd, asm: 'c.lui x5, 0xfffff' },
    { word: 0x62fd, asm: 'c.lui x5, 0x1f' },
  ],
});
export const cSrli = compressed('c.srli', "100 shamt:[5] 00 rd':3 shamt:[4:0] 01", 'c.srli {rd}, {shamt}', {
  doc: 'Logical shift right.',
  expands: srli,
  with: { rd: 'rd', rs1: 'rd', shamt: 'shamt' },
  cases: [{ word: 0x907d, asm: 'c.srli x8, 0x3f' }],
});
export const cSrai = compressed('c.srai', "100 shamt:[5] 01 rd':3 shamt:[4:0] 01", 'c.srai {rd}, {shamt}', {
  doc: 'Arithmetic shift right.',
  expands: srai,
  with: { rd: 'rd', rs1: 'rd', shamt: 'shamt' },
  cases: [{ word: 0x8405, asm: 'c.srai x8, 0x1' }],
});
export const cAndi = compressed('c.andi', "100 imm:s[5] 10 rd':3 imm:s[4:0] 01", 'c.andi {rd}, {imm}', {
  doc: 'And with an immediate.',
  expands: andi,
  with: { rd: 'rd', rs1: 'rd', imm: 'imm' },
  cases: [{ word: 0x9841, asm: 'c.andi x8, -16' }],
});
export const cSub = compressed('c.sub', "100 0 11 rd':3 00 rs2':3 01", 'c.sub {rd}, {rs2}', {
  doc: 'Difference.',
  expands: sub,
  with: { rd: 'rd', rs1: 'rd', rs2: 'rs2' },
  cases: [{ word: 0x8c1d, asm: 'c.sub x8, x15' }],
});
export const cXor = compressed('c.xor', "100 0 11 rd':3 01 rs2':3 01", 'c.xor {rd}, {rs2}', {
  doc: 'Exclusive or.',
  expands: xor,
  with: { rd: 'rd', rs1: 'rd', rs2: 'rs2' },
  cases: [{ word: 0x8c3d, asm: 'c.xor x8, x15' }],
});
export const cOr = compressed('c.or', "100 0 11 rd':3 10 rs2':3 01", 'c.or {rd}, {rs2}', {
  doc: 'Or.',
  expands: or,
  with: { rd: 'rd', rs1: 'rd', rs2: 'rs2' },
  cases: [{ word: 0x8c5d, asm: 'c.or x8, x15' }],
});
export const cAnd = compressed('c.and', "100 0 11 rd':3 11 rs2':3 01", 'c.and {rd}, {rs2}', {
  doc: 'And.',
  expands: and,
  with: { rd: 'rd', rs1: 'rd', rs2: 'rs2' },
  cases: [{ word: 0x8c7d, asm: 'c.and x8, x15' }],
});
export const cSubw = compressed('c.subw', "100 1 11 rd':3 00 rs2':3 01", 'c.subw {rd}, {rs2}', {
  doc: '32-bit difference.',
  expands: subw,
  with: { rd: 'rd', rs1: 'rd', rs2: 'rs2' },
  cases: [{ word: 0x9c1d, asm: 'c.subw x8, x15' }],
});
export const cAddw = compressed('c.addw', "100 1 11 rd':3 01 rs2':3 01", 'c.addw {rd}, {rs2}', {
  doc: '32-bit sum.',
  expands: addw,
  with: { rd: 'rd', rs1: 'rd', rs2: 'rs2' },
  cases: [{ word: 0x9c3d, asm: 'c.addw x8, x15' }],
});
export const cJ = compressed('c.j', '101 imm:s[11|4|9:8|10|6|7|3:1|5] 01', 'c.j {pc+imm}', {
  doc: 'Jump.',
  expands: JUMPS.jal,
  with: { rd: 0, imm: 'imm' },
  cases: [{ word: 0xa215, asm: 'c.j 0x124' }],
});
export const cBeqz = compressed('c.beqz', "110 imm:s[8|4:3] rs1':3 imm:s[7:6|2:1|5] 01", 'c.beqz {rs1}, {pc+imm}', {
  doc: 'Branch if zero.',
  expands: JUMPS.beq,
  with: { rs1: 'rs1', rs2: 0, imm: 'imm' },
  cases: [{ word: 0xc01d, asm: 'c.beqz x8, 0x26' }],
});
export const cBnez = compressed('c.bnez', "111 imm:s[8|4:3] rs1':3 imm:s[7:6|2:1|5] 01", 'c.bnez {rs1}, {pc+imm}', {
  doc: 'Branch if not zero.',
  expands: JUMPS.bne,
  with: { rs1: 'rs1', rs2: 0, imm: 'imm' },
  cases: [{ word: 0xe461, asm: 'c.bnez x8, 0xc8' }],
});
export const cSlli = compressed('c.slli', '000 shamt:[5] rd:5 shamt:[4:0] 10', 'c.slli {rd}, {shamt}', {
  doc: 'Shift left.',
  expands: slli,
  with: { rd: 'rd', rs1: 'rd', shamt: 'shamt' },
  cases: [{ word: 0x1282, asm: 'c.slli x5, 0x20' }],
});
export const cLwsp = compressed('c.lwsp', '010 imm:[5] rd:5!0 imm:[4:2|7:6] 10', 'c.lwsp {rd}, {imm}(x2)', {
  doc: 'Load 32 bits from the stack.',
  expands: lw,
  with: { rd: 'rd', rs1: 2, imm: 'imm' },
  cases: [{ word: 0x52fe, asm: 'c.lwsp x5, 252(x2)' }],
});
export const cLdsp = compressed('c.ldsp', '011 imm:[5] rd:5!0 imm:[4:3|8:6] 10', 'c.ldsp {rd}, {imm}(x2)', {
  doc: 'Load 64 bits from the stack.',
  expands: ld,
  with: { rd: 'rd', rs1: 2, imm: 'imm' },
  cases: [{ word: 0x72fe, asm: 'c.ldsp x5, 504(x2)' }],
});
export const cJr = compressed('c.jr', '100 0 rs1:5!0 00000 10', 'c.jr {rs1}', {
  doc: 'Jump to a register.',
  expands: JUMPS.jalr,
  with: { rd: 0, rs1: 'rs1', imm: 0 },
  cases: [{ word: 0x8082, asm: 'c.jr x1' }],
});
export const cMv = compressed('c.mv', '100 0 rd:5 rs2:5!0 10', 'c.mv {rd}, {rs2}', {
  doc: 'Copy a register.',
  expands: add,
  with: { rd: 'rd', rs1: 0, rs2: 'rs2' },
  cases: [{ word: 0x829a, asm: 'c.mv x5, x6' }],
});
export const cEbreak = compressed('c.ebreak', '100 1 00000 00000 10', 'c.ebreak', {
  doc: 'Breakpoint.',
  expands: ebreak,
  with: {},
  cases: [{ word: 0x9002, asm: 'c.ebreak' }],
});
export const cJalr = compressed('c.jalr', '100 1 rs1:5!0 00000 10', 'c.jalr {rs1}', {
  doc: 'Jump to a register, leaving the return address in x1.',
  expands: JUMPS.jalr,
  with: { rd: 1, rs1: 'rs1', imm: 0 },
  cases: [{ word: 0x9282, asm: 'c.jalr x5' }],
});
export const cAdd = compressed('c.add', '100 1 rd:5 rs2:5!0 10', 'c.add {rd}, {rs2}', {
  doc: 'Sum.',
  expands: add,
  with: { rd: 'rd', rs1: 'rd', rs2: 'rs2' },
  cases: [{ word: 0x929a, asm: 'c.add x5, x6' }],
});
export const cSwsp = compressed('c.swsp', '110 imm:[5:2|7:6] rs2:5 10', 'c.swsp {rs2}, {imm}(x2)', {
  doc: 'Store 32 bits to the stack.',
  expands: sw,
  with: { rs1: 2, rs2: 'rs2', imm: 'imm' },
  cases: [{ word: 0xdf96, asm: 'c.swsp x5, 252(x2)' }],
});
export const cSdsp = compressed('c.sdsp', '111 imm:[5:3|8:6] rs2:5 10', 'c.sdsp {rs2}, {imm}(x2)', {
  doc: 'Store 64 bits to the stack.',
  expands: sd,
  with: { rs1: 2, rs2: 'rs2', imm: 'imm' },
  cases: [{ word: 0xff96, asm: 'c.sdsp x5, 504(x2)' }],
});
