/** Assembles guest programs from the declared instructions, by name and operands. */

import { COMPRESSED, INSTRUCTIONS } from '../../src/isa/riscv/guest.ts';
import type { Encoding } from '../../src/isa/riscv/insn.ts';
import { insert } from '../../src/isa/riscv/pattern.ts';

const ENCODINGS = new Map<string, Encoding>(
  [...INSTRUCTIONS, ...COMPRESSED].flatMap(({ members }) => members.map((member) => [member.name, member])),
);

/** Numbers of registers and immediates by the operand's name; a label stands for its distance. */
export type Operands = Readonly<Record<string, number | string>>;

/** The word of an instruction, whose operands are 0 unless given. */
export function encode(name: string, operands: Readonly<Record<string, number>> = {}): number {
  const encoding = ENCODINGS.get(name);
  if (encoding === undefined) throw new TypeError(`no instruction ${name}`);
  const { fields, match } = encoding.bits;
  for (const operand of Object.keys(operands)) {
    if (!fields.some((field) => field.name === operand)) throw new TypeError(`${name} has no operand ${operand}`);
  }
  return fields.reduce((word, field) => word | insert(field, operands[field.name] ?? field.bias), match) >>> 0;
}

interface Patch {
  readonly at: number;
  readonly name: string;
  readonly operands: Operands;
}

/** A program from `base` on. */
export class Assembler {
  readonly base: number;
  readonly labels = new Map<string, number>();
  #bytes = new Uint8Array(4096);
  #length = 0;
  readonly #patches: Patch[] = [];

  constructor(base: number) {
    this.base = base;
  }

  /** Address of what comes next. */
  get here(): number {
    return this.base + this.#length;
  }

  op(name: string, operands: Operands = {}): this {
    if (Object.values(operands).some((operand) => typeof operand === 'string')) {
      this.#patches.push({ at: this.#length, name, operands });
    }
    const numbers = Object.fromEntries(
      Object.entries(operands).map(([key, value]) => [key, typeof value === 'string' ? 0 : value]),
    );
    const word = encode(name, numbers);
    return (word & 3) === 3 ? this.word(word) : this.half(word);
  }

  half(value: number): this {
    this.#put(value, 2);
    return this;
  }
  word(value: number): this {
    this.#put(value, 4);
    return this;
  }
  #put(value: number, size: number): void {
    while (this.#length + size > this.#bytes.length) {
      const bigger = new Uint8Array(2 * this.#bytes.length);
      bigger.set(this.#bytes);
      this.#bytes = bigger;
    }
    for (let i = 0; i < size; i++) this.#bytes[this.#length++] = (value >>> (8 * i)) & 0xff;
  }

  label(name: string): this {
    this.labels.set(name, this.here);
    return this;
  }
  /** Goes on at an address; what is passed over is filled with the two-byte nothing. */
  at(address: number): this {
    if (address < this.here) throw new RangeError(`0x${address.toString(16)} is behind`);
    while (this.here < address) this.half(0x0001);
    return this;
  }

  /** Any 64-bit number into a register. */
  li(rd: number, value: number | bigint): this {
    const wide = BigInt.asIntN(64, BigInt(value));
    if (wide === BigInt.asIntN(32, wide)) {
      const small = Number(wide);
      const low = (small << 20) >> 20;
      if (small !== low) this.op('lui', { rd, imm: (small - low) | 0 });
      if (small === low) return this.op('addi', { rd, imm: low });
      return this.op('addiw', { rd, rs1: rd, imm: low });
    }
    const low = Number(BigInt.asIntN(12, wide));
    this.li(rd, (wide - BigInt(low)) >> 12n).op('slli', { rd, rs1: rd, shamt: 12 });
    return low === 0 ? this : this.op('addi', { rd, rs1: rd, imm: low });
  }
  j(label: string): this {
    return this.op('jal', { imm: label });
  }
  csrw(csr: number, rs1: number): this {
    return this.op('csrrw', { csr, rs1 });
  }
  csrr(rd: number, csr: number): this {
    return this.op('csrrs', { rd, csr });
  }

  addressOf(label: string): number {
    const address = this.labels.get(label);
    if (address === undefined) throw new TypeError(`no label ${label}`);
    return address;
  }

  /** The program's bytes. */
  finish(): Uint8Array {
    for (const { at, name, operands } of this.#patches) {
      const numbers = Object.fromEntries(
        Object.entries(operands).map(([key, value]) => [
          key,
          typeof value === 'string' ? this.addressOf(value) - (this.base + at) : value,
        ]),
      );
      const word = encode(name, numbers);
      for (let i = 0; i < ((word & 3) === 3 ? 4 : 2); i++) this.#bytes[at + i] = (word >>> (8 * i)) & 0xff;
    }
    return this.#bytes.slice(0, this.#length);
  }
}
