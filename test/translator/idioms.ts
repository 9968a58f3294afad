/**
 * What compilers write for what the instruction set lacks, which the translator's passes look for; and
 * near misses, one number or one register off.
 */

import type { Random } from '../fuzz/random.ts';
import type { Assembler } from './assembler.ts';

export interface Registers {
  /** Those that may be written. */
  readonly free: readonly number[];
  /** Those that may be read. */
  readonly sources: readonly number[];
}

type Idiom = (asm: Assembler, random: Random, registers: Registers) => void;

/** Mostly the number, now and then another one of that many bits. */
const almost = (random: Random, value: number, bits: number): number =>
  random.below(6) === 0 ? random.below(2 ** bits) : value;

/** Three different registers to work with, and one to start from. */
function scratch(random: Random, { free, sources }: Registers): [a: number, b: number, c: number, from: number] {
  const start = random.below(free.length);
  const at = (step: number): number => free[(start + step) % free.length]!;
  return [at(0), at(1), at(2), random.pick(sources)];
}

const rotateWord: Idiom = (asm, random, registers) => {
  const [a, b, c, from] = scratch(random, registers);
  const by = random.below(32);
  const other = random.below(8) === 0 ? c : from;
  const right = random.below(8) === 0 ? 'sraiw' : 'srliw';
  asm.op(right, { rd: a, rs1: from, shamt: by });
  asm.op('slliw', { rd: b, rs1: other, shamt: almost(random, (32 - by) % 32, 5) });
  asm.op(random.pick(['or', 'or', 'xor', 'add', 'addw']), { rd: random.pick([a, b, c]), rs1: a, rs2: b });
};

const rotate: Idiom = (asm, random, registers) => {
  const [a, b, c, from] = scratch(random, registers);
  const by = random.below(64);
  asm.op('srli', { rd: a, rs1: from, shamt: by });
  asm.op('slli', { rd: b, rs1: from, shamt: almost(random, (64 - by) % 64, 6) });
  asm.op(random.pick(['or', 'xor', 'add']), { rd: c, rs1: b, rs2: a });
};

const rotateByRegister: Idiom = (asm, random, registers) => {
  const [a, b, c, from] = scratch(random, registers);
  const w = random.pick(['', 'w']);
  const amount = random.pick(registers.sources);
  if (random.below(2) === 0) asm.op(`sub${w}`, { rd: a, rs2: amount });
  else
    asm.op('addi', { rd: c, imm: almost(random, w === '' ? 64 : 32, 7) }).op(`sub${w}`, { rd: a, rs1: c, rs2: amount });
  asm.op(random.pick(['sll', 'srl']) + w, { rd: b, rs1: from, rs2: amount });
  asm.op(random.pick(['sll', 'srl']) + w, { rd: c, rs1: from, rs2: a });
  asm.op(random.pick(['or', 'or', 'add']), { rd: a, rs1: b, rs2: c });
};

const field: Idiom = (asm, random, registers) => {
  const [a, b, , from] = scratch(random, registers);
  const up = random.pick([32, 48, 56, random.below(64)]);
  asm.op('slli', { rd: a, rs1: from, shamt: up });
  asm.op(random.pick(['srli', 'srai']), { rd: b, rs1: a, shamt: random.pick([up, up, 29, random.below(64)]) });
};

const wordChain: Idiom = (asm, random, registers) => {
  const [a, b, c, from] = scratch(random, registers);
  const step = random.pick(['addw', 'subw', 'sllw', 'srlw', 'sraw', 'mulw']);
  asm.op(step, { rd: a, rs1: from, rs2: random.pick(registers.sources) });
  if (random.below(2) === 0) asm.op('addiw', { rd: a, rs1: a });
  asm.op(random.pick(['and', 'or', 'xor', 'add']), { rd: b, rs1: a, rs2: random.pick([from, a, c]) });
  asm.op('addiw', { rd: c, rs1: b, imm: random.pick([0, 0, 1, -1, 2047]) });
  asm.op(random.pick(['srli', 'srai', 'slli']), { rd: a, rs1: c, shamt: random.pick([31, 32, 33]) });
};

const number: Idiom = (asm, random, registers) => {
  const [a, b, c, from] = scratch(random, registers);
  asm.op('lui', { rd: a, imm: (random.next() & ~0xfff) | 0 });
  asm.op(random.pick(['addi', 'addiw', 'xori']), { rd: a, rs1: a, imm: random.below(4096) - 2048 });
  asm.op(random.pick(['add', 'and', 'or', 'sub', 'sltu', 'div', 'remu', 'divw', 'mulhu', 'sll']), {
    rd: b,
    rs1: from,
    rs2: a,
  });
  asm.op(random.pick(['addi', 'andi']), { rd: c, rs1: b, imm: random.below(64) - 32 });
  asm.op(random.pick(['addi', 'andi']), { rd: c, rs1: c, imm: random.below(64) - 32 });
};

const division: Idiom = (asm, random, registers) => {
  const [a, b, , from] = scratch(random, registers);
  asm.op('addi', { rd: a, imm: random.pick([0, 1, -1, 2, 10, -7, 16]) });
  if (random.below(3) === 0)
    asm.op('addi', { rd: b, imm: -1 }).op('slli', { rd: b, rs1: b, shamt: random.pick([63, 31]) });
  const operation = random.pick(['div', 'divu', 'rem', 'remu']) + random.pick(['', 'w']);
  asm.op(operation, { rd: b, rs1: random.pick([from, b]), rs2: a });
};

const condition: Idiom = (asm, random, registers) => {
  const [a, b, c, from] = scratch(random, registers);
  const other = random.pick(registers.sources);
  const choice = random.below(5);
  if (choice === 0) asm.op(random.pick(['slt', 'sltu']), { rd: a, rs1: from, rs2: other });
  else if (choice === 1)
    asm
      .op(random.pick(['xor', 'sub', 'subw', 'and']), { rd: b, rs1: from, rs2: other })
      .op('sltiu', { rd: a, rs1: b, imm: 1 });
  else if (choice === 2) asm.op('sltu', { rd: a, rs1: 0, rs2: from });
  else if (choice === 3)
    asm.op('addi', { rd: b, rs1: from, imm: -5 }).op('sltiu', { rd: a, rs1: b, imm: random.below(2) });
  else asm.op('slti', { rd: b, rs1: from, imm: 3 }).op('xori', { rd: a, rs1: b, imm: random.pick([1, 1, -1]) });
  if (random.below(2) === 0) asm.op('andi', { rd: a, rs1: a, imm: random.pick([1, 255]) });
  // Over one instruction.
  asm.op(random.pick(['beq', 'bne']), { rs1: a, rs2: 0, imm: 8 }).op('add', { rd: c, rs1: c, rs2: from });
};

const overwritten: Idiom = (asm, random, registers) => {
  const [a, b, c, from] = scratch(random, registers);
  asm.op('addi', { rd: a, rs1: from, imm: 1 }).op('add', { rd: b, rs1: a, rs2: a });
  if (random.below(2) === 0) asm.op('add', { rd: a, rs1: a, rs2: a });
  asm.op('addi', { rd: a, rs1: c, imm: random.below(100) }).op('add', { rd: b, rs1: b });
};

const IDIOMS: readonly Idiom[] = [
  rotateWord,
  rotateWord,
  rotate,
  rotateByRegister,
  field,
  wordChain,
  wordChain,
  number,
  division,
  condition,
  overwritten,
];

export function emitIdiom(asm: Assembler, random: Random, registers: Registers): void {
  random.pick(IDIOMS)(asm, random, registers);
}
