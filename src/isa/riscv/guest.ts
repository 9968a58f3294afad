import type { Decoded, Forms, Guest, GuestInstruction } from '../../ir/guest.ts';
import * as a from './a.ts';
import { assemblyOf } from './assembly.ts';
import { listingOf } from './listing.ts';
import * as c from './c.ts';
import * as d from './d.ts';
import { Decoder } from './decoder.ts';
import type { Extension, RiscvFeatures } from './features.ts';
import { RISCV_HELPERS } from './helpers.ts';
import * as f from './f.ts';
import { illegal } from './illegal.ts';
import type { Compressed, Instruction } from './insn.ts';
import * as m from './m.ts';
import * as privileged from './privileged.ts';
import * as arithmetic from './rv64i/arithmetic.ts';
import { JUMPS, jumps } from './rv64i/branch.ts';
import * as immediate from './rv64i/immediate.ts';
import * as loadStore from './rv64i/load-store.ts';
import * as shift from './rv64i/shift.ts';
import * as system from './rv64i/system.ts';
import * as svinval from './svinval.ts';
import * as zba from './zba.ts';
import * as zbb from './zbb.ts';
import * as zbc from './zbc.ts';
import * as zbs from './zbs.ts';
import * as zcd from './zcd.ts';
import * as zicsr from './zicsr.ts';
import * as zifencei from './zifencei.ts';
import * as zihintpause from './zihintpause.ts';

interface Group<T> {
  /** Extensions that must all be there. */
  readonly needs: readonly Extension[];
  readonly members: readonly T[];
}

/** Every instruction, by what it needs. */
export const INSTRUCTIONS: readonly Group<Instruction>[] = [
  { needs: ['i'], members: Object.values(immediate) },
  { needs: ['i'], members: Object.values(shift) },
  { needs: ['i'], members: Object.values(arithmetic) },
  { needs: ['i'], members: Object.values(loadStore) },
  { needs: ['i'], members: Object.values(JUMPS) },
  { needs: ['i'], members: Object.values(system) },
  { needs: ['i'], members: Object.values(privileged) },
  { needs: ['m'], members: Object.values(m) },
  { needs: ['a'], members: Object.values(a) },
  { needs: ['f'], members: Object.values(f) },
  { needs: ['f', 'd'], members: Object.values(d) },
  { needs: ['zba'], members: Object.values(zba) },
  { needs: ['zbb'], members: Object.values(zbb) },
  { needs: ['zbc'], members: Object.values(zbc) },
  { needs: ['zbs'], members: Object.values(zbs) },
  { needs: ['zicsr'], members: Object.values(zicsr) },
  { needs: ['zifencei'], members: Object.values(zifencei) },
  { needs: ['svinval'], members: Object.values(svinval) },
  { needs: ['zihintpause'], members: Object.values(zihintpause) },
];

/** The 16-bit forms, likewise. */
export const COMPRESSED: readonly Group<Compressed>[] = [
  { needs: ['c'], members: Object.values(c) },
  { needs: ['c', 'f', 'd'], members: Object.values(zcd) },
];

/** The same where every instruction has 32 bits. */
const WITHOUT_COMPRESSED: readonly Group<Instruction>[] = INSTRUCTIONS.map((group) =>
  group.members.includes(JUMPS.jal) ? { ...group, members: Object.values(jumps(32)) } : group,
);

/** RISC-V, 64 bits, as a guest: what a hart with these extensions decodes. */
export class RiscvGuest implements Guest {
  readonly name = 'riscv64';
  /** In the order of their indices, whatever the hart has. */
  readonly instructions: readonly GuestInstruction[];
  readonly helpers = RISCV_HELPERS;
  readonly parcel = 2;
  readonly longest = 4;
  readonly files = { x: { zero: 0, sink: 32 }, f: {} };
  readonly steady = ['mstatus', 'frm'];
  readonly features: RiscvFeatures;
  readonly decoder: Decoder;
  readonly #decoded: Decoded = { instruction: 0, length: 0, operands: new Int32Array(8) };

  constructor(features: RiscvFeatures) {
    this.features = features;
    const has = <T>(groups: readonly Group<T>[]): T[] =>
      groups.flatMap(({ needs, members }) => (needs.every((extension) => features[extension]) ? members : []));
    const groups = features.c ? INSTRUCTIONS : WITHOUT_COMPRESSED;
    this.instructions = [illegal, ...groups.flatMap(({ members }) => members)];
    const indices = new Map(this.instructions.map((instruction, index) => [instruction, index]));
    this.decoder = new Decoder(has(groups), has(COMPRESSED), (instruction) => indices.get(instruction)!);
  }

  lengthOf(parcel: number): number {
    return (parcel & 3) === 3 ? 4 : 2;
  }

  decode(word: number, decoded: Decoded): void {
    this.decoder.decode(word, decoded);
  }

  listing(word: number, pc: bigint): string {
    this.decoder.decode(word, this.#decoded);
    const { instruction, operands } = this.#decoded;
    return listingOf(this.instructions[instruction] as Instruction, operands, pc);
  }

  get forms(): Forms {
    return this.decoder;
  }

  /** Assembly of the instruction in the low bytes of `word`, at address `pc`. */
  disassemble(word: number, pc: bigint): string {
    return assemblyOf(this.decoder.encodingOf(word), word, pc);
  }
}

export function createRiscv(features: RiscvFeatures): RiscvGuest {
  return new RiscvGuest(features);
}
