import type { Builder, Operand } from '../../ir/builder.ts';
import type { GuestInstruction, OperandSpec } from '../../ir/guest.ts';
import { parsePattern, type Field, type OperandName, type Pattern } from './pattern.ts';

/** An encoding and how it is written, checked by the round-trip test. */
export interface Case {
  readonly word: number;
  /** As the assembler writes it, without aliases, at address 0. */
  readonly asm: string;
}

/** What is said of an encoding, whether it has semantics of its own or expands. */
export interface Encoding<P extends string = string> {
  readonly name: string;
  readonly pattern: P;
  readonly bits: Pattern;
  /** Assembly: `{rd}` is an operand; `{pc+imm}` an address, `{imm>>12}` a shifted number. */
  readonly asm: string;
  readonly doc: string;
  readonly cases: readonly Case[];
}

/** A 32-bit instruction. */
export interface Instruction<P extends string = string> extends Encoding<P>, GuestInstruction {
  readonly name: string;
  readonly doc: string;
}

/** A 16-bit instruction: another form of a 32-bit one. */
export interface Compressed<P extends string = string> extends Encoding<P> {
  readonly expands: Instruction;
  /** For each operand of the expansion: an operand of this encoding, or its value. */
  readonly with: Readonly<Record<string, string | number>>;
}

interface Declaration<P extends string> {
  readonly doc: string;
  /** Never continues at the next instruction in a straight line. */
  readonly endsBlock?: boolean;
  /** The meaning, in IR. */
  readonly lower: (g: Builder, operands: Readonly<Record<OperandName<P>, Operand>>) => void;
  readonly cases: readonly Case[];
}

/** Declares an instruction: its bits, its assembly and its meaning. */
export function insn<const P extends string>(
  name: string,
  pattern: P,
  asm: string,
  { doc, lower, cases, endsBlock = false }: Declaration<P>,
): Instruction<P> {
  const bits = parsePattern(pattern);
  return {
    name,
    pattern,
    bits,
    asm,
    doc,
    cases,
    endsBlock,
    operands: operandsOf(bits.fields),
    lower: lower as GuestInstruction['lower'],
  };
}

interface Expansion<P extends string, B extends string> {
  readonly doc: string;
  readonly expands: Instruction<B>;
  readonly with: Readonly<Record<OperandName<B>, OperandName<P> | number>>;
  readonly cases: readonly Case[];
}

/** Declares a 16-bit instruction, which has no meaning of its own. */
export function compressed<const P extends string, const B extends string>(
  name: string,
  pattern: P,
  asm: string,
  expansion: Expansion<P, B>,
): Compressed<P> {
  return { name, pattern, bits: parsePattern(pattern), asm, ...expansion };
}

/** The register file that an operand of this name indexes: rd, rs1, … integer; fd, fs1, … floating point. */
export function fileOf(name: string): 'x' | 'f' | undefined {
  if (/^r(d|s\d)$/.test(name)) return 'x';
  return /^f(d|s\d)$/.test(name) ? 'f' : undefined;
}

function operandsOf(fields: readonly Field[]): OperandSpec[] {
  return fields.map(({ name, isSigned, bits }) => ({
    name,
    file: fileOf(name),
    isDestination: name === 'rd' || name === 'fd',
    isByte: !isSigned && bits <= 8,
  }));
}
