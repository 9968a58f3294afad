/** Random blocks of instructions: deterministic, and confined to their code and the buffer. */
import { encode, extract, matches } from '../../../src/isa/riscv/pattern.ts';
import type { Random } from '../../fuzz/random.ts';
import { guest, member, type Member } from './encodings.ts';
import { BUFFER, DATA, POOL_OFFSET, POOL_SIZE } from './layout.ts';

/** Instructions that stay together. */
export interface Chunk {
  readonly names: readonly string[];
  readonly words: number[];
  /** The word to complete when distances are known. */
  readonly fix?: Fix;
}

interface Fix {
  readonly index: number;
  readonly member: Member;
  readonly operands: Record<string, number>;
  /** The word whose address the distance is counted from. */
  readonly from: number;
  /** Chunks that are jumped over. */
  readonly skip: number;
  /** Added to the distance: a jump to a register ignores bit 0. */
  readonly odd: number;
}

export const lengthOf = (word: number): number => ((word & 3) === 3 ? 4 : 2);

export const asm = (name: string, operands: Record<string, number>): number =>
  encode(member(name).encoding.bits, operands);

/** Two instructions that put an address below 2^31 into a register. */
export function loadAddress(rd: number, address: number): number[] {
  const low = (address << 20) >> 20;
  return [asm('lui', { rd, imm: address - low }), asm('addi', { rd, rs1: rd, imm: low })];
}

const decoded = { instruction: 0, length: 0, operands: new Int32Array(8) };

/** Makes chunks that never write register `kept`, which holds the address of the block's record. */
export class ChunkMaker {
  readonly #random: Random;
  readonly #kept: number;
  readonly #also: Set<number> = new Set();

  constructor(random: Random, kept: number) {
    this.#random = random;
    this.#kept = kept;
  }

  make(of: Member): Chunk | undefined {
    const names = [of.encoding.name];
    switch (of.kind) {
      case 'plain': {
        if (names[0] === 'ctzw') return this.#ctzw(of);
        const word = this.#word(of);
        return word === undefined ? undefined : { names, words: [word] };
      }
      case 'csr': {
        const word = this.#word(of);
        // frm may hold a reserved mode now.
        const restore = asm('csrrwi', { rd: 0, csr: 2, uimm: this.#random.below(5) });
        return word === undefined ? undefined : { names, words: [word, restore] };
      }
      case 'memory':
        return this.#memory(of);
      case 'reserve':
        return this.#reserve(of);
      case 'branch':
      case 'jump':
        return this.#branch(of);
      case 'indirect':
        return this.#indirect(of);
    }
  }

  /** Loads a constant of the block's pool, since results decay to zeros and NaNs. */
  refresh(): Chunk {
    const random = this.#random;
    const imm = POOL_OFFSET + 8 * random.below(POOL_SIZE);
    const register = random.below(32);
    const isFloat = random.below(2) === 0 || register === this.#kept;
    const word = isFloat
      ? asm('fld', { fd: register, rs1: this.#kept, imm })
      : asm('ld', { rd: register, rs1: this.#kept, imm });
    return { names: [isFloat ? 'fld' : 'ld'], words: [word] };
  }

  /** A counted loop over a few plain instructions. */
  loop(members: readonly Member[]): Chunk | undefined {
    const counter = this.#register();
    this.#also.add(counter);
    const body = members.filter(({ encoding }) => encoding.name !== 'ctzw').map((of) => this.#word(of));
    this.#also.delete(counter);
    if (body.includes(undefined)) return undefined;
    const words = body as number[];
    const back = words.reduce((sum, word) => sum + lengthOf(word), 4);
    return {
      names: members.map(({ encoding }) => encoding.name),
      words: [
        asm('addi', { rd: counter, rs1: 0, imm: 1 + this.#random.below(9) }),
        ...words,
        asm('addi', { rd: counter, rs1: counter, imm: -1 }),
        asm('bne', { rs1: counter, rs2: 0, imm: -back }),
      ],
    };
  }

  #forbids(register: number): boolean {
    return register === this.#kept || this.#also.has(register);
  }

  /** A register that may be written and is not x0. */
  #register(): number {
    for (;;) {
      const register = 1 + this.#random.below(31);
      if (!this.#forbids(register)) return register;
    }
  }

  /** Random operands that make this encoding, write nothing forbidden, and satisfy `accept`. */
  #word(of: Member, accept: (operands: Record<string, number>) => boolean = () => true): number | undefined {
    for (let attempt = 0; attempt < 200; attempt++) {
      const word = encode(of.encoding.bits, this.#operands(of)) | 0;
      if (!matches(of.encoding.bits, word) || guest.decoder.encodingOf(word) !== of.encoding) continue;
      const base = baseOperands(word);
      const rd = base['rd'];
      if ((rd === undefined || !this.#forbids(rd)) && accept(base)) return word;
    }
    return undefined;
  }

  #operands(of: Member): Record<string, number> {
    const random = this.#random;
    return Object.fromEntries(
      of.encoding.bits.fields.map((field) => {
        const { name, bits, isSigned, bias } = field;
        if (name === 'rm') return [name, random.pick([0, 1, 2, 3, 4, 7, 7])];
        if (name === 'csr') return [name, 1 + random.below(3)];
        const range = 2 ** bits;
        const value = random.below(8) === 0 ? random.pick([0, range - 1, range / 2]) : random.below(range);
        return [name, (isSigned && value >= range / 2 ? value - range : value) + bias];
      }),
    );
  }

  /** Sets the base register, then accesses the buffer. */
  #memory(of: Member): Chunk | undefined {
    const word = this.#word(of, ({ rs1 }) => rs1 !== 0 && !this.#forbids(rs1!));
    if (word === undefined) return undefined;
    const { rs1, imm = 0 } = baseOperands(word);
    const words = [...loadAddress(rs1!, this.#target(of.alignment) - imm), word];
    // An older reservation may be of another width, for which implementations differ: it is given up.
    if (of.base.name.startsWith('sc.')) words.unshift(asm('sc.w', { rd: 0, rs1: this.#kept, rs2: 0, aqrl: 0 }));
    return { names: [of.encoding.name], words };
  }

  /** An address in the buffer: mostly natural, and more often around the end of its first page. */
  #target(alignment: number): number {
    const random = this.#random;
    const offset = random.below(4) === 0 ? 0xff0 + random.below(24) : random.below(BUFFER - 8);
    const unit = random.below(4) === 0 ? alignment : 8;
    return DATA + offset - (offset % unit);
  }

  /** A reservation and mostly a conditional store of the same width; of another, implementations differ. */
  #reserve(of: Member): Chunk | undefined {
    const { name } = of.encoding;
    const word = this.#word(of, ({ rs1 }) => rs1 !== 0 && !this.#forbids(rs1!));
    if (word === undefined) return undefined;
    const { rs1, rd } = baseOperands(word);
    const words = [...loadAddress(rs1!, this.#target(of.alignment)), word];
    if (rd !== rs1 && this.#random.below(4) !== 0) {
      const store = name.replace('lr', 'sc');
      const aqrl = this.#random.below(4);
      words.push(
        asm(store, { aqrl, rs1: rs1!, rs2: this.#random.below(32), rd: this.#random.below(2) * this.#register() }),
      );
    }
    return { names: [name], words };
  }

  /** QEMU 7.2 counts on beyond 32 zero bits (mended in 8.0): one of the lowest is set first. */
  #ctzw(of: Member): Chunk | undefined {
    const word = this.#word(of, ({ rs1 }) => rs1 !== 0 && !this.#forbids(rs1!));
    if (word === undefined) return undefined;
    const { rs1 } = baseOperands(word);
    const imm = 1 << this.#random.below(11);
    return { names: [of.encoding.name], words: [asm('ori', { rd: rs1!, rs1: rs1!, imm }), word] };
  }

  #branch(of: Member): Chunk | undefined {
    const word = this.#word(of);
    if (word === undefined) return undefined;
    const operands = encodingOperands(of, word);
    return { names: [of.encoding.name], words: [word], fix: this.#fix(of, operands, 0, 0, 0) };
  }

  /** AUIPC gives the address; a 16-bit jump has no distance of its own, so ADDI adds it. */
  #indirect(of: Member): Chunk | undefined {
    const word = this.#word(of, ({ rs1 }) => rs1 !== 0 && !this.#forbids(rs1!));
    if (word === undefined) return undefined;
    const { rs1 } = baseOperands(word);
    const names = [of.encoding.name];
    const here = asm('auipc', { rd: rs1!, imm: 0 });
    const odd = this.#random.below(2);
    if (lengthOf(word) === 4) {
      return { names, words: [here, word], fix: this.#fix(of, encodingOperands(of, word), 1, 0, odd) };
    }
    const addi = { rd: rs1!, rs1: rs1!, imm: 0 };
    return { names, words: [here, asm('addi', addi), word], fix: this.#fix(member('addi'), addi, 1, 0, odd) };
  }

  #fix(of: Member, operands: Record<string, number>, index: number, from: number, odd: number): Fix {
    return { member: of, operands, index, from, odd, skip: this.#random.below(4) };
  }
}

/** The operands of the instruction that a word is or expands to. */
function baseOperands(word: number): Record<string, number> {
  guest.decode(word, decoded);
  const { operands } = guest.instructions[decoded.instruction]!;
  return Object.fromEntries(operands.map(({ name }, place) => [name, decoded.operands[place]!]));
}

/** The operands as the encoding itself has them. */
function encodingOperands({ encoding }: Member, word: number): Record<string, number> {
  return Object.fromEntries(encoding.bits.fields.map((field) => [field.name, extract(field, word)]));
}

/** The words of the chunks, distances filled in. */
export function layOut(chunks: readonly Chunk[]): number[] {
  const starts: number[] = [0];
  for (const { words } of chunks) starts.push(words.reduce((sum, word) => sum + lengthOf(word), starts.at(-1)!));
  return chunks.flatMap(({ words, fix }, place) => {
    if (fix === undefined) return words;
    const addressOf = (index: number): number =>
      words.slice(0, index).reduce((sum, word) => sum + lengthOf(word), starts[place]!);
    const target = starts[Math.min(place + 1 + fix.skip, chunks.length)]!;
    const imm = target - addressOf(fix.from) + fix.odd;
    return words.with(fix.index, encode(fix.member.encoding.bits, { ...fix.operands, imm }));
  });
}
