/**
 * Random guest programs: blocks of random instructions with branches, bounded loops, calls, accesses
 * that may fault, code that is overwritten and page-table entries that change.
 *
 * Registers: x5 to x14 and x16 to x19 are anybody's; x2, x15, x20, x24 point to data; x21 is a pointer
 * in use, x22 a second link, x23 what loops may still be taken, x25 and x26 scratch; the rest is the lab's.
 */

import { COMPRESSED, INSTRUCTIONS } from '../../src/isa/riscv/guest.ts';
import type { Encoding } from '../../src/isa/riscv/insn.ts';
import type { Random } from '../fuzz/random.ts';
import { encode, type Assembler } from './assembler.ts';
import { emitIdiom } from './idioms.ts';
import { resumeAt, type Place } from './lab.ts';

const FREE = [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19];
const FREE_SHORT = FREE.filter((register) => register >= 8 && register <= 14);
const SOURCES = [0, 0, 1, 2, 15, 20, 24, ...FREE];
const BASES = [2, 15, 20, 24];
/** Where the table that maps body and data can be written, in S: data from its second half on. */
export const ENTRIES = 0x5100_0000;

const NOT_PLAIN =
  /^(c\.)?(jal|jalr|j|jr|b\w+z?|beq|bne|blt|bge|bltu|bgeu|ebreak|ecall|addi16sp|mret|sret|wfi|fence.*|sfence.*|sinval.*|csr.*)$/;
const MEMORY = /^(c\.)?f?(l[bhwd]u?|s[bhwd])(sp)?$/;
const ATOMIC = /^(amo|lr|sc)/;

const all: readonly Encoding[] = [
  ...INSTRUCTIONS.flatMap(({ members }) => members),
  ...COMPRESSED.flatMap(({ members }) => members),
];
const ZB = /^(b(clr|ext|inv|set)i?)$/;
const plain = all.filter(
  ({ name }) =>
    (!NOT_PLAIN.test(name) || ZB.test(name)) && !MEMORY.test(name) && !ATOMIC.test(name) && name !== 'c.lui',
);
const memory = all.filter(({ name }) => MEMORY.test(name));
const atomic = all.filter(({ name }) => ATOMIC.test(name));
const BRANCHES = ['beq', 'bne', 'blt', 'bge', 'bltu', 'bgeu'];

export class RandomProgram {
  readonly #random: Random;
  readonly #place: Place;
  readonly #asm: Assembler;
  #labels = 0;

  constructor(random: Random, place: Place) {
    this.#random = random;
    this.#place = place;
    this.#asm = place.asm;
  }

  emit(): void {
    const random = this.#random;
    const asm = this.#asm;
    const { data } = this.#place;
    asm
      .li(2, data + 0x800)
      .li(15, data + 0x2f00)
      .li(24, data + 0x1000);
    // The edge of a page that may be missing, read-only, or as good as any.
    asm.li(20, data + 0x1000 * (1 + random.below(7))).li(23, 3 + random.below(20));
    const functions = 1 + random.below(3);
    const blocks = 3 + random.below(14);
    for (let i = 0; i < blocks; i++) {
      asm.label(`block${i}`);
      if (random.below(3) === 0) this.#padToEdge();
      if (random.below(2) === 0) resumeAt(asm, `after${i}`);
      else if (i === 0) resumeAt(asm, `block${blocks}`);
      const length = 1 + random.below(12);
      for (let n = 0; n < length; n++) this.#something();
      asm.label(`after${i}`);
      this.#turn(i, blocks, functions);
    }
    asm.j(`block${blocks}`);
    for (let i = 0; i < functions; i++) {
      asm.label(`function${i}`);
      for (let n = random.below(20); n >= 0; n--) this.#something();
      if (i + 1 < functions && random.below(2) === 0) this.#callFrom(i);
      asm.op('jalr', { rs1: 1 });
    }
    asm.label(`block${blocks}`);
  }

  /** Now and then the next instruction lies across the end of a page. */
  #padToEdge(): void {
    const asm = this.#asm;
    const edge = Math.ceil(asm.here / 4096) * 4096;
    const far = this.#random.below(3) === 0;
    if (edge - asm.here > 200 && !far) return;
    const label = `edge${this.#labels++}`;
    asm.j(label);
    asm.at(Math.max(asm.here, edge - 2 * (1 + this.#random.below(6)))).label(label);
  }

  #turn(block: number, blocks: number, functions: number): void {
    const random = this.#random;
    const asm = this.#asm;
    switch (random.below(7)) {
      case 0:
        // Back, as long as there is fuel.
        asm.op('addi', { rd: 23, rs1: 23, imm: -1 });
        asm
          .op('blt', { rs1: 0, rs2: 23, imm: 8 })
          .op('jal', { imm: 8 })
          .j(`block${random.below(block + 1)}`);
        break;
      case 1:
      case 2: {
        const target = block + 1 + random.below(Math.min(3, blocks - block));
        const label = `not${this.#labels++}`;
        asm.op(random.pick(BRANCHES), { rs1: random.pick(SOURCES), rs2: random.pick(SOURCES), imm: label });
        asm.j(`block${Math.min(target, blocks)}`).label(label);
        break;
      }
      case 3:
        asm.op('jal', { rd: 1, imm: `function${random.below(functions)}` });
        break;
      case 4: {
        // Through a register.
        asm.op('auipc', { rd: 25 }).op('addi', { rd: 25, rs1: 25, imm: 16 });
        asm.op('jalr', { rd: random.pick([0, 1, 22]), rs1: 25 }).op('ebreak');
        break;
      }
      case 5:
        this.#choose(block, blocks, functions);
        break;
      default:
    }
  }

  /** Calls the next function; where to return to is kept in memory that anybody may write to. */
  #callFrom(i: number): void {
    const asm = this.#asm;
    asm.op('sd', { rs1: 2, rs2: 1, imm: -8 * (i + 1) }).op('jal', { rd: 1, imm: `function${i + 1}` });
    for (let n = this.#random.below(5); n > 0; n--) this.#something();
    asm.op('ld', { rd: 1, rs1: 2, imm: -8 * (i + 1) });
  }

  /** One of some functions is called, or control goes to one of some blocks, as a register says. */
  #choose(block: number, blocks: number, functions: number): void {
    const random = this.#random;
    const asm = this.#asm;
    const choices = random.pick([2, 4, 8]);
    const isCall = random.below(2) === 0;
    const label = `chosen${this.#labels++}`;
    asm.op('slli', { rd: 26, rs1: random.pick(SOURCES), shamt: 3 });
    asm.op('andi', { rd: 26, rs1: 26, imm: 8 * (choices - 1) }).op('auipc', { rd: 25 });
    asm.op('add', { rd: 25, rs1: 25, rs2: 26 });
    // Eight bytes for each, behind the jump.
    asm.op('jalr', { rd: isCall ? 1 : 0, rs1: 25, imm: 16 }).j(label);
    for (let i = 0; i < choices; i++) {
      if (isCall) asm.j(`function${random.below(functions)}`).op('ebreak');
      else asm.j(`block${Math.min(block + 1 + random.below(3), blocks)}`).op('ebreak');
    }
    asm.label(label);
  }

  #something(): void {
    const random = this.#random;
    const kind = random.below(100);
    if (kind < 52) this.#instruction(random.pick(plain));
    else if (kind < 62) emitIdiom(this.#asm, random, { free: FREE, sources: SOURCES });
    else if (kind < 84) this.#access(random.pick(memory));
    else if (kind < 89) this.#atomic(random.pick(atomic));
    else if (kind < 91) this.#skip();
    else if (kind < 93) this.#asm.op(random.pick(['fence', 'fence.i', 'ecall', 'fence']));
    else if (kind < 95) this.#counter();
    else if (kind < 97) this.#overwrite();
    else if (kind < 98) this.#wild();
    else this.#remap();
  }

  /** Operands at random, registers where they may be. */
  #operands(encoding: Encoding): Record<string, number> {
    const random = this.#random;
    const values: Record<string, number> = {};
    for (const { name, bits, bias, isSigned, rejects } of encoding.bits.fields) {
      let value = 0;
      do {
        if (name === 'rd') value = random.pick(bias === 8 ? FREE_SHORT : random.below(20) === 0 ? [0] : FREE);
        else if (/^rs\d$/.test(name)) value = random.pick(bias === 8 ? [...FREE_SHORT, 15] : SOURCES);
        else if (/^f[ds]\d?$/.test(name)) value = bias + random.below(bias === 8 ? 8 : 32);
        else if (name === 'rm') value = random.below(60) === 0 ? 5 : random.pick([0, 0, 0, 1, 2, 3, 4, 7, 7]);
        else value = random.next() % 2 ** Math.min(bits, 31);
        if (isSigned && value >= 2 ** (bits - 1)) value -= 2 ** bits;
        // Low bits that are not in the encoding are 0.
        const field = encoding.bits.fields.find((candidate) => candidate.name === name)!;
        const low = Math.min(...field.pieces.map(({ to }) => to));
        value -= value % 2 ** low;
      } while (rejects.includes(value));
      values[name] = value;
    }
    return values;
  }

  #instruction(encoding: Encoding): void {
    this.#asm.op(encoding.name, this.#operands(encoding));
  }

  #access(encoding: Encoding): void {
    const operands = this.#operands(encoding);
    if ('rs1' in operands) operands['rs1'] = encoding.bits.width === 16 ? 15 : this.#random.pick(BASES);
    if ('imm' in operands && encoding.bits.width === 32 && this.#random.below(2) === 0) {
      operands['imm'] = (this.#random.below(5) - 2) * 8;
    }
    this.#asm.op(encoding.name, operands);
  }

  #atomic(encoding: Encoding): void {
    const random = this.#random;
    const offset = random.below(10) === 0 ? random.below(64) : 8 * random.below(8);
    this.#asm.op('addi', { rd: 26, rs1: random.pick(BASES), imm: offset });
    this.#asm.op(encoding.name, { ...this.#operands(encoding), rs1: 26 });
  }

  /** A short branch forward, over one instruction. */
  #skip(): void {
    const random = this.#random;
    const label = `skip${this.#labels++}`;
    this.#asm.op(random.pick(BRANCHES), { rs1: random.pick(SOURCES), rs2: random.pick(SOURCES), imm: label });
    this.#instruction(random.pick(plain));
    this.#asm.label(label);
  }

  #counter(): void {
    const random = this.#random;
    const rd = random.pick(FREE);
    const choice = random.below(4);
    if (choice === 0) this.#asm.op('csrrs', { csr: random.pick([0xc00, 0xc01, 0xc02]), rd });
    else if (choice === 1) this.#asm.op('csrrw', { csr: 1, rd, rs1: random.pick(SOURCES) });
    else if (choice === 2) this.#asm.op('csrrwi', { csr: 2, rd, uimm: random.below(40) === 0 ? 6 : random.below(5) });
    else this.#asm.op('csrrs', { csr: random.pick([1, 2, 3]), rd });
  }

  /** Puts another instruction where one is that comes soon, or came before. */
  #overwrite(): void {
    const random = this.#random;
    const asm = this.#asm;
    const word = encode('addi', { rd: random.pick(FREE), rs1: random.pick(SOURCES), imm: random.below(2000) });
    const label = `patch${this.#labels++}`;
    const isBefore = random.below(2) === 0;
    const pad = (): unknown => asm.label(label).word(encode('addi', { rd: 25, rs1: 25, imm: 1 }));
    if (isBefore) pad();
    // The address: the pad's distance from here is known once both are placed.
    asm.op('jal', { rd: 26, imm: 4 });
    const here = asm.here;
    asm.li(25, word | 0);
    const gap = 4 * random.below(4);
    const store = random.pick(['sw', 'sh', 'sb']);
    const fenced = random.below(2) === 0;
    const after = asm.here + 4 + (fenced ? 4 : 0) + gap;
    asm.op(store, { rs1: 26, rs2: 25, imm: (isBefore ? asm.addressOf(label) : after) - here });
    if (fenced) asm.op('fence.i');
    for (let i = 0; i < gap; i += 4) asm.op('addi', { rd: random.pick(FREE), rs1: random.pick(SOURCES), imm: i });
    if (!isBefore) pad();
  }

  /** An access or a jump to somewhere, and back by the handler. */
  #wild(): void {
    const random = this.#random;
    const asm = this.#asm;
    const label = `wild${this.#labels++}`;
    resumeAt(asm, label);
    const rs1 = random.pick(FREE);
    const choice = random.below(4);
    if (choice === 0) asm.op('ld', { rd: random.pick(FREE), rs1, imm: random.below(2000) });
    else if (choice === 1) asm.li(25, 0x6000_0000 + 2 * random.below(5000)).op('jalr', { rs1: 25 });
    else if (choice === 2) asm.word(random.pick([0xffff_ffff, 0, 0x0000_707f]));
    else
      asm.li(25, this.#place.device + random.below(0x1008)).op(random.pick(['lw', 'ld', 'lbu']), { rd: rs1, rs1: 25 });
    asm.label(label);
  }

  /** Changes what a data page allows, and says so: by page, by ASID, or all. */
  #remap(): void {
    if (this.#place.mode !== 'S') return;
    const random = this.#random;
    const asm = this.#asm;
    const page = random.below(8);
    asm.li(21, ENTRIES + 0x800 + 8 * page).op('ld', { rd: 25, rs1: 21 });
    asm.op('xori', { rd: 25, rs1: 25, imm: random.pick([1, 4, 4, 6]) }).op('sd', { rs1: 21, rs2: 25 });
    asm.li(21, this.#place.data + 0x1000 * page + random.below(4096));
    asm.op('sfence.vma', random.pick([{ rs1: 21 }, {}, { rs1: 21, rs2: 26 }, { rs2: 27 }].slice(0, 2)));
  }
}
