/**
 * Runs the same guest code under every engine, in a chosen mode, and compares what is left. Traps go
 * to a handler in M that writes down cause, pc, value and the count of retired instructions, and goes
 * on where x31 says.
 *
 * The lab's registers: x27 rounds to go, x28 not 0: the end, x29 scratch, x30 log, x31 where to go on.
 */

import assert from 'node:assert/strict';
import { Assembler } from './assembler.ts';
import {
  differences,
  ENGINES,
  Machine,
  RAM,
  STRESS,
  type EngineName,
  type InterruptEvent,
  type MachineOptions,
} from './machine.ts';
import { PageTable, PTE, RW, RWX } from './page-table.ts';

export type Mode = 'M' | 'S' | 'U';
export const MODES: readonly Mode[] = ['M', 'S', 'U'];

const HANDLER = RAM + 0x1000;
/** Where the body lies in RAM; in S and U it is mapped at BODY_VIRTUAL. */
export const BODY = RAM + 0x1_0000;
const BODY_VIRTUAL = 0x4000_0000;
const BODY_PAGES = 16;
/** Data: pages that may be written; in S and U page 4 is not mapped, page 6 is read-only. */
export const DATA = RAM + 0x4_0000;
const DATA_VIRTUAL = 0x4010_0000;
const DATA_PAGES = 16;
export const HOLE = 4;
export const READ_ONLY = 6;
/** The device, where S and U see it. */
const DEVICE_VIRTUAL = 0x4020_0000;
const ROM_VIRTUAL = 0x4030_0000;
const LOG = RAM + 0x8_0000;

const CSR = {
  mstatus: 0x300,
  mie: 0x304,
  mtvec: 0x305,
  mepc: 0x341,
  mcause: 0x342,
  mtval: 0x343,
  minstret: 0xb02,
  satp: 0x180,
};

export interface LabOptions extends MachineOptions {
  readonly mode?: Mode;
  /** How often the body runs: enough for every tier to translate it. */
  readonly rounds?: number;
  readonly limit?: number;
  readonly engines?: readonly EngineName[];
  readonly events?: readonly InterruptEvent[];
  /** Changes machine and page table before the run. */
  readonly setup?: (machine: Machine, table: PageTable) => void;
  /** Bits of mie. */
  readonly interrupts?: number;
  /** Emitted in M before the body's mode is entered. */
  readonly prepare?: (asm: Assembler) => void;
}

export interface Place {
  readonly asm: Assembler;
  /** Addresses as the body's mode sees them. */
  readonly body: number;
  readonly data: number;
  readonly device: number;
  readonly rom: number;
  readonly mode: Mode;
  /** What is added to a physical address of the body to get its virtual one. */
  readonly delta: number;
}

/** One trap as the handler saw it. */
export interface Trap {
  readonly cause: number;
  readonly epc: number;
  readonly tval: number;
  readonly retired: number;
}

export class Lab {
  readonly machines: Machine[];
  readonly #options: LabOptions;

  constructor(options: LabOptions, body: (place: Place) => void) {
    this.#options = options;
    const { mode = 'M', rounds = 200, engines = ENGINES, setup, events = [], limit = 3_000_000 } = options;
    const place = placeOf(mode);
    place.asm.label('again');
    body(place);
    const { asm } = place;
    asm.op('addi', { rd: 27, rs1: 27, imm: -1 }).op('beq', { rs1: 27, imm: 8 }).j('again');
    asm.op('addi', { rd: 28, imm: 1 }).op('ecall');
    const code = asm.finish();
    const boot = bootOf(options, place, rounds);
    this.machines = variantsOf(engines, options.width).map(([name, width]) => {
      const machine = machineFor(name, { ...options, width });
      machine.load(RAM, boot);
      machine.load(HANDLER, handler());
      machine.load(BODY, code);
      const table = new PageTable(machine);
      const user = mode === 'U' ? PTE.U : 0;
      table.map(BODY_VIRTUAL, BODY, RWX | user, { count: BODY_PAGES });
      table.map(DATA_VIRTUAL, DATA, RW | user, { count: DATA_PAGES });
      table.map(DATA_VIRTUAL + HOLE * 4096, 0, 0);
      table.map(DATA_VIRTUAL + READ_ONLY * 4096, DATA + READ_ONLY * 4096, (RW & ~PTE.W) | user);
      table.map(DEVICE_VIRTUAL, 0x1000_0000, RW | user);
      table.map(ROM_VIRTUAL, 0x2000_0000, RW | user);
      setup?.(machine, table);
      machine.runTo(limit, events);
      return machine;
    });
  }

  /** Every engine left the same, after the body's end unless it need not have one; gives the first machine. */
  check(ends = true): Machine {
    const [first, ...others] = this.machines as [Machine, ...Machine[]];
    if (ends)
      assert.ok(first.state.runState !== 0, `${first.name} did not come to the end: pc 0x${first.cpu.pc.toString(16)}`);
    for (const other of others) {
      const lines = differences(first, other);
      assert.deepEqual(lines, [], `${other.name}, ${other.arena.width} bits, in ${this.#options.mode ?? 'M'}`);
    }
    return first;
  }

  /** What the traps were, each once, in order. */
  causes(): number[] {
    return [...new Set(this.traps().map(({ cause }) => cause))].toSorted((a, b) => a - b);
  }

  /** The traps of the first machine but the last, which ends the run. */
  traps(): Trap[] {
    const machine = this.machines[0]!;
    const end = machine.cpu.x(30);
    const traps: Trap[] = [];
    for (let at = LOG; at < end; at += 32) {
      const [cause, epc, tval, retired] = [0, 8, 16, 24].map((offset) => Number(machine.readU64(at + offset)));
      traps.push({ cause: cause!, epc: epc!, tval: tval!, retired: retired! });
    }
    return traps.slice(0, -1);
  }
}

/** Each engine with addresses of 32 bits, and the translators with 64, unless one width is asked for. */
function variantsOf(engines: readonly EngineName[], width: 32 | 64 | undefined): [EngineName, 32 | 64][] {
  const narrow = engines.map((name): [EngineName, 32 | 64] => [name, width ?? 32]);
  const wide = engines.filter((name) => WIDE.includes(name)).map((name): [EngineName, 32 | 64] => [name, 64]);
  return width === undefined ? [...narrow, ...wide] : narrow;
}
const WIDE: readonly EngineName[] = ['tier0', 'tier1', 'tier2'];

const machines = new Map<string, Machine>();

/** Machines are made once and used again, reset. */
function machineFor(name: EngineName, { width = 32, codePages = 64, stress = STRESS }: MachineOptions): Machine {
  const key = `${name} ${width} ${codePages} ${JSON.stringify(stress)}`;
  let machine = machines.get(key);
  if (machine === undefined) machines.set(key, (machine = new Machine(name, { width, codePages, stress })));
  else machine.reset();
  return machine;
}

function placeOf(mode: Mode): Place {
  const virtual = mode !== 'M';
  const body = virtual ? BODY_VIRTUAL : BODY;
  return {
    mode,
    body,
    asm: new Assembler(body),
    data: virtual ? DATA_VIRTUAL : DATA,
    device: virtual ? DEVICE_VIRTUAL : 0x1000_0000,
    rom: virtual ? ROM_VIRTUAL : 0x2000_0000,
    delta: body - BODY,
  };
}

function bootOf({ mode = 'M', interrupts = 0, prepare }: LabOptions, { body }: Place, rounds: number): Uint8Array {
  const asm = new Assembler(RAM);
  asm.li(29, HANDLER).csrw(CSR.mtvec, 29);
  // All memory is open to S and U.
  asm.li(29, -1).csrw(0x3b0, 29).li(29, 0x1f).csrw(0x3a0, 29);
  asm.li(29, -1).csrw(0x306, 29).csrw(0x106, 29);
  // The first table is at a known place.
  asm
    .li(29, (8n << 60n) | BigInt((RAM + 0x18_0000) / 4096))
    .csrw(CSR.satp, 29)
    .op('sfence.vma');
  const mpp = { M: 3, S: 1, U: 0 }[mode];
  asm.li(29, (mpp << 11) | 0x6000 | (1 << 7)).csrw(CSR.mstatus, 29);
  prepare?.(asm);
  asm.li(29, interrupts).csrw(CSR.mie, 29);
  asm.li(29, body).csrw(CSR.mepc, 29).li(30, LOG).li(27, rounds).li(28, 0).op('mret');
  return asm.finish();
}

function handler(): Uint8Array {
  const asm = new Assembler(HANDLER);
  const names = [CSR.minstret, CSR.mtval, CSR.mepc, CSR.mcause];
  for (const [i, csr] of names.entries()) asm.csrr(29, csr).op('sd', { rs1: 30, rs2: 29, imm: 24 - 8 * i });
  asm.op('addi', { rd: 30, rs1: 30, imm: 32 });
  // After an interrupt what was interrupted goes on.
  asm.op('blt', { rs1: 29, imm: 'back' }).op('bne', { rs1: 28, rs2: 0, imm: 'end' });
  asm.csrw(CSR.mepc, 31).label('back').op('mret');
  asm.label('end').op('wfi').j('end');
  return asm.finish();
}

/** Makes what comes next the place where the handler goes on: `x31 = label`. */
export function resumeAt(asm: Assembler, label: string): void {
  asm.op('auipc', { rd: 31 });
  asm.op('jal', { rd: 29, imm: `${label}.over` });
  asm.j(label);
  asm.label(`${label}.over`).op('addi', { rd: 31, rs1: 31, imm: 8 });
}
