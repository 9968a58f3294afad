/**
 * How a control and status register is declared. One declaration gives the reads and writes of the
 * CSR instructions, its line in `info registers`, its fields for debuggers, and its documentation.
 *
 * Values are pairs of 32-bit halves: reads leave theirs in `hart.low` and `hart.high`.
 */

import type { Hart } from '../hart.ts';
import { RiscvState } from '../state.ts';

/** A field: first bit, number of bits, and what it is. Only writable fields change on a write. */
export interface CsrField {
  readonly first: number;
  readonly length: number;
  readonly doc: string;
  readonly isWritable: boolean;
}

/** A writable field (or one bit). */
export function rw(first: number, length: number, doc: string): CsrField {
  return { first, length, doc, isWritable: true };
}

/** A field that only the hart changes. */
export function ro(first: number, length: number, doc: string): CsrField {
  return { first, length, doc, isWritable: false };
}

type StateField = keyof typeof RiscvState.offsetOf;

interface Declaration {
  readonly number: number;
  readonly name: string;
  readonly doc: string;
  /** Section of the Privileged Architecture 1.12, or another document. */
  readonly section: string;
  /** By default one writable field of 64 bits. */
  readonly fields?: Readonly<Record<string, CsrField>>;
  /** The state field that holds it, for CSRs that are plain storage. */
  readonly storage?: StateField;
  /** Element of an array field. */
  readonly index?: number;
  readonly exists?: (hart: Hart) => boolean;
  /** What is checked beside the privilege that the number encodes. */
  readonly allows?: (hart: Hart) => boolean;
  readonly read?: (hart: Hart) => void;
  readonly write?: (hart: Hart, low: number, high: number) => void;
  /**
   * Does a whole CSR instruction, for a register that others change meanwhile: bits in `clear` are cleared,
   * then those in `set` are set.
   */
  readonly update?: (hart: Hart, clear: number, set: number) => void;
  /** After a write to storage. */
  readonly wrote?: (hart: Hart) => void;
}

export interface Csr {
  readonly number: number;
  readonly name: string;
  readonly doc: string;
  readonly section: string;
  readonly fields: Readonly<Record<string, CsrField>>;
  /** Lowest privilege that may use it, and whether writes are illegal (2.1). */
  readonly privilege: number;
  readonly isReadOnly: boolean;
  exists(hart: Hart): boolean;
  allows(hart: Hart): boolean;
  read(hart: Hart): void;
  write(hart: Hart, low: number, high: number): void;
  readonly update: ((hart: Hart, clear: number, set: number) => void) | undefined;
}

const ALL_BITS = { value: rw(0, 64, 'all bits') };
const yes = (): boolean => true;
const nothing = (): void => {};

export function csr(declaration: Declaration): Csr {
  const { number, name, doc, section, fields = ALL_BITS, wrote = nothing } = declaration;
  const { low: maskLow, high: maskHigh } = writableBits(fields);
  const { at, isWide } = place(declaration);
  const read =
    declaration.read ??
    ((hart: Hart): void => {
      hart.low = hart.words[at]!;
      hart.high = isWide ? hart.words[at + 1]! : 0;
    });
  const write =
    declaration.write ??
    ((hart: Hart, low: number, high: number): void => {
      const words = hart.words;
      words[at] = (words[at]! & ~maskLow) | (low & maskLow);
      if (isWide) words[at + 1] = (words[at + 1]! & ~maskHigh) | (high & maskHigh);
      wrote(hart);
    });
  return {
    number,
    name,
    doc,
    section,
    fields,
    privilege: (number >>> 8) & 3,
    isReadOnly: number >>> 10 === 3,
    exists: declaration.exists ?? yes,
    allows: declaration.allows ?? yes,
    read,
    write,
    update: declaration.update,
  };
}

/** The bits that a write may change, in halves. */
export function writableBits(fields: Readonly<Record<string, CsrField>>): { low: number; high: number } {
  let bits = 0n;
  for (const { first, length, isWritable } of Object.values(fields)) {
    if (isWritable) bits |= ((1n << BigInt(length)) - 1n) << BigInt(first);
  }
  return { low: Number(BigInt.asIntN(32, bits)), high: Number(BigInt.asIntN(32, bits >> 32n)) };
}

/** Index of the state word of a declaration's storage; a CSR without storage never uses it. */
function place({ storage, index = 0 }: Declaration): { at: number; isWide: boolean } {
  if (storage === undefined) return { at: 0, isWide: true };
  const field = RiscvState.fields.find((candidate) => candidate.name === storage)!;
  const isWide = field.type === 'i64' || field.type === 'u64';
  return { at: (field.offset + index * (isWide ? 8 : 4)) / 4, isWide };
}

/** A CSR that always reads the same. */
export function constant(value: number): (hart: Hart) => void {
  const low = value | 0;
  const high = Math.floor(value / 2 ** 32) | 0;
  return (hart) => {
    hart.low = low;
    hart.high = high;
  };
}
