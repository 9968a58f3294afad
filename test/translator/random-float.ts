/**
 * Random floating-point code: each round of the lab chooses a rounding mode and flags and then goes
 * through a loop that loads special numbers, computes with them as singles and doubles alike, branches
 * on them, calls, and stores what came out.
 *
 * Registers: x5 to x7, x10 to x13 take integers; x8 numbers to load, x9 where to store, x20 what the
 * rounds choose from, x21 loops to go; x14 sums up what came out; f0 to f11 are used.
 */

import { INSTRUCTIONS } from '../../src/isa/riscv/guest.ts';
import type { Encoding } from '../../src/isa/riscv/insn.ts';
import type { Random } from '../fuzz/random.ts';
import { floating } from '../peer/differential/values.ts';
import { resumeAt, type Place } from './lab.ts';
import type { Machine } from './machine.ts';

/** From the start of data on: numbers, what is stored, and the choices of rounds. */
const NUMBERS = 1024;
const RESULTS = 0x2000;
const CHOICES = 0x3000;
const ROUNDS = 64;

const FFLAGS = 1;
const FCSR = 3;
const STATUS = { M: 0x300, S: 0x100 } as const;
/** mstatus.FS: off, initial, clean, dirty. */
const FS_SHIFT = 13;

const all: readonly Encoding[] = INSTRUCTIONS.flatMap(({ members }) => members);
const computing = all.filter(({ name }) => /^f(?!ence)[a-z]+(\.[a-z]+)+$/.test(name));
/** Doubles more often, so that chains of them come about. */
const common = computing.filter(({ name }) => /^f(n?m(add|sub)|add|sub|mul|div|sqrt|sgnj.?)\.d$/.test(name));
const INTEGERS = [5, 6, 7, 10, 11, 12, 13];

/** Fills memory with numbers, and with a fcsr and an FS for each round. */
export function fillNumbers(random: Random, machine: Machine, data: number): void {
  for (let i = 0; i < NUMBERS; i++) machine.memory.writeU64(data + 8 * i, floating(random));
  for (let i = 0; i < ROUNDS; i++) {
    // Mostly what the host can do; reserved modes are illegal instructions.
    const mode = random.below(3) > 0 ? 0 : random.below(8);
    const flags = random.below(3) > 0 ? 1 | random.below(32) : random.below(32) & ~1;
    const state = random.below(8) === 0 ? 0 : 1 + random.below(3);
    machine.memory.writeU64(data + CHOICES + 16 * i, BigInt((mode << 5) | flags));
    machine.memory.writeU64(data + CHOICES + 16 * i + 8, BigInt(state << FS_SHIFT));
  }
}

export class RandomFloat {
  readonly #random: Random;
  readonly #place: Place;
  #labels = 0;

  constructor(random: Random, place: Place) {
    this.#random = random;
    this.#place = place;
  }

  emit(): void {
    const random = this.#random;
    const { asm, data, mode } = this.#place;
    asm.op('andi', { rd: 20, rs1: 27, imm: ROUNDS - 1 }).op('slli', { rd: 20, rs1: 20, shamt: 4 });
    asm.li(8, data + CHOICES).op('add', { rd: 20, rs1: 20, rs2: 8 });
    asm.op('ld', { rd: 5, rs1: 20 }).op('ld', { rd: 6, rs1: 20, imm: 8 });
    resumeAt(asm, 'chosen');
    if (mode !== 'U') {
      asm.li(7, 3 << FS_SHIFT).op('csrrs', { csr: STATUS[mode], rs1: 7 });
      asm.csrw(FCSR, 5).op('csrrc', { csr: STATUS[mode], rs1: 7 }).op('csrrs', { csr: STATUS[mode], rs1: 6 });
    } else asm.csrw(FCSR, 5);
    asm.label('chosen');
    resumeAt(asm, 'out');
    asm.op('slli', { rd: 8, rs1: 27, shamt: 4 }).op('andi', { rd: 8, rs1: 8, imm: 0x7f0 });
    asm
      .li(9, data + RESULTS)
      .li(7, data)
      .op('add', { rd: 8, rs1: 8, rs2: 7 });
    asm.li(21, 10 + random.below(20));
    asm.label('loop');
    this.#blocks(2 + random.below(4));
    asm.op('jal', { rd: 1, imm: 'function' });
    for (let i = 0; i < 3; i++) this.#note(() => asm.op('fmv.x.d', { rd: 5, fs1: this.#f }));
    asm.op('addi', { rd: 8, rs1: 8, imm: 8 * (1 + random.below(9)) }).op('addi', { rd: 9, rs1: 9, imm: 8 });
    asm.op('addi', { rd: 21, rs1: 21, imm: -1 }).op('blt', { rs1: 0, rs2: 21, imm: 8 }).j('end').j('loop');
    asm.label('function');
    this.#blocks(1);
    asm.op('jalr', { rs1: 1 }).label('end');
    // What accrued is written down.
    this.#note(() => asm.csrr(5, FFLAGS));
    for (let i = 0; i < 12; i++) this.#note(() => asm.op('fmv.x.d', { rd: 5, fs1: i }));
    asm.label('out');
    if (mode !== 'U') {
      // With FS and SD, which tell whether something was written.
      this.#note(() => asm.csrr(5, STATUS[mode]));
    }
  }

  /** `x14 = 33 * x14 + x5`. */
  #note(into5: () => void): void {
    into5();
    const { asm } = this.#place;
    asm.op('slli', { rd: 7, rs1: 14, shamt: 5 }).op('add', { rd: 14, rs1: 14, rs2: 7 });
    asm.op('add', { rd: 14, rs1: 14, rs2: 5 });
  }

  #blocks(count: number): void {
    const random = this.#random;
    const { asm } = this.#place;
    for (let i = 0; i < count; i++) {
      const next = `next${this.#labels++}`;
      for (let n = 1 + random.below(10); n > 0; n--) this.#something();
      if (random.below(2) === 0) asm.op(random.pick(['beq', 'bne']), { rs1: random.pick(INTEGERS), imm: next });
      for (let n = random.below(4); n > 0; n--) this.#something();
      asm.label(next);
    }
  }

  #something(): void {
    const random = this.#random;
    const { asm } = this.#place;
    const kind = random.below(20);
    if (kind < 5) asm.op(random.pick(['fld', 'fld', 'flw']), { fd: this.#f, rs1: 8, imm: 8 * random.below(40) });
    else if (kind < 8) {
      const imm = 4 * random.below(60);
      asm.op(random.pick(['fsd', 'fsd', 'fsw']), { fs2: this.#f, rs1: 9, imm });
    } else if (kind === 8) {
      // Rarely, since it goes through the run loop; reading it does not.
      if (random.below(4) === 0) asm.op('csrrwi', { csr: FFLAGS, uimm: random.below(32) });
      else asm.csrr(random.pick(INTEGERS), FFLAGS);
    } else this.#compute(random.pick(kind < 15 ? common : computing));
  }

  get #f(): number {
    return this.#random.below(12);
  }

  #compute({ name, bits }: Encoding): void {
    const random = this.#random;
    const same = random.below(3) === 0 ? this.#f : undefined;
    const values = bits.fields.map(({ name: field }) => {
      if (field === 'rm') return [field, random.below(8) === 0 ? random.below(5) : 7];
      if (field === 'rd' || field === 'rs1') return [field, random.pick(INTEGERS)];
      // Often the same register twice, as moves and squares have it.
      return [field, field === 'fd' ? this.#f : (same ?? this.#f)];
    });
    this.#place.asm.op(name, Object.fromEntries(values) as Record<string, number>);
  }
}
