import type { Builder, Operand } from './builder.ts';
import type { HelperDefinition } from './ops.ts';
import type { Piece } from './pieces.ts';

/** One operand of a guest instruction, as its declaration names it. */
export interface OperandSpec {
  readonly name: string;
  /** The register file (an array field of the CPU's state) it indexes, or undefined: a number. */
  readonly file: string | undefined;
  /** A register that the instruction writes. */
  readonly isDestination: boolean;
  /** Fits a byte without sign; otherwise it is the instruction's one wide operand. */
  readonly isByte: boolean;
}

/** A declared guest instruction as translators see it. */
export interface GuestInstruction {
  readonly name: string;
  readonly doc: string;
  readonly operands: readonly OperandSpec[];
  /** Never continues at the next instruction in a straight line: jump, return, system. */
  readonly endsBlock: boolean;
  /** Describes it in IR. Operands by name; in a template they have no values. */
  lower(g: Builder, operands: Readonly<Record<string, Operand>>): void;
}

/** What decoding one instruction yields; reused, so copy what is kept. */
export interface Decoded {
  /** Index into the guest's instructions. */
  instruction: number;
  /** Bytes. */
  length: number;
  /** Operand values in the order of the declaration. */
  readonly operands: Int32Array;
}

/** How a word says an operand: pieces of it, with a sign in the highest of `bits` bits if it is signed, and `bias` more. */
export interface OperandForm {
  readonly pieces: readonly Piece[];
  readonly isSigned: boolean;
  readonly bits: number;
  readonly bias: number;
}

/** Words whose bits `mask` are `match`: which instruction they are, and what its operands are, in the order of its declaration. */
export interface Form {
  readonly mask: number;
  readonly match: number;
  readonly instruction: number;
  readonly operands: readonly OperandForm[];
}

/** What `Guest.decode` decodes by, of a guest whose instructions have one or two parcels of two bytes. */
export interface Forms {
  /** Parcels whose bits `mask` are `match` begin instructions of two. */
  readonly long: { readonly mask: number; readonly match: number };
  /** Pieces of a long word, at most 16 bits, that tell which forms it may have. */
  readonly key: readonly Piece[];
  /** The forms that long words with the key of this one may have: the first that matches holds. If none does it is illegal. */
  candidates(word: number): readonly Form[];
  /** The form of a short word; undefined: it is illegal. */
  formOf(parcel: number): Form | undefined;
}

/**
 * A guest architecture: everything that a translator or the oracle needs of it. Instruction 0 is
 * the illegal instruction, with one wide operand: the word.
 */
export interface Guest {
  readonly name: string;
  readonly instructions: readonly GuestInstruction[];
  readonly helpers: readonly HelperDefinition[];
  /** Smallest instruction and alignment in bytes: 1, 2 or 4. */
  readonly parcel: number;
  /** Longest instruction in bytes. */
  readonly longest: number;
  /** Per register file: the register that reads as zero and the element that swallows writes. */
  readonly files: Readonly<Record<string, { readonly zero?: number; readonly sink?: number }>>;
  /**
   * State that is read often and written by helpers alone, in instructions that go on through the run loop:
   * between two of those it stays as it is.
   */
  readonly steady: readonly string[];
  /** Bytes of the instruction whose first parcel is `parcel`. */
  lengthOf(parcel: number): number;
  /** Decodes the instruction in the low bytes of `word`. */
  decode(word: number, decoded: Decoded): void;
  /** The same as data, for code that decodes; left out: there is none. */
  readonly forms?: Forms;
  /** The instruction in the low bytes of `word` at address `pc`, as listings of guest code show it. */
  listing(word: number, pc: bigint): string;
}
