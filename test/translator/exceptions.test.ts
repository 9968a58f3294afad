/** Exceptions in the middle of translated code: every register, pc and the count are current. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOLE, Lab, MODES, READ_ONLY, resumeAt, type Mode, type Place } from './lab.ts';
import type { Machine } from './machine.ts';

const ACCESS_FAULT = { load: 5, store: 7 };
const PAGE_FAULT = { load: 13, store: 15 };
const SIZES = { lb: 1, lh: 2, lw: 4, ld: 8, lbu: 1, lhu: 2, lwu: 4, sb: 1, sh: 2, sw: 4, sd: 8 } as const;
type Access = keyof typeof SIZES;

const isStore = (name: string): boolean => name.startsWith('s');

/** A block of `length` sums into x5 to x12 with one access at place `at`, whose address is in x20. */
function block({ asm }: Place, name: Access, at: number, length: number, label: string): void {
  resumeAt(asm, label);
  for (let i = 0; i < length; i++) {
    const register = 5 + (i % 8);
    if (i === at && isStore(name)) asm.op(name, { rs1: 20, rs2: 11, imm: 0 });
    else if (i === at) asm.op(name, { rd: 12, rs1: 20, imm: 0 });
    else if (i % 3 === 0) asm.op('c.addi', { rd: register, imm: i + 1 });
    else asm.op('addi', { rd: register, rs1: register, imm: i + 1 });
  }
  asm.label(label);
}

for (const mode of MODES) {
  test(`a fault at every place of a block, in ${mode}`, () => {
    const places: { at: number; name: Access }[] = [];
    for (let at = 0; at < 70; at += at < 20 ? 1 : 7) {
      places.push({ at, name: 'ld' }, { at, name: 'sw' }, { at, name: 'lbu' });
    }
    const lab = new Lab({ mode, rounds: 40, limit: 2_000_000 }, (place) => {
      const { asm } = place;
      // Nothing is there: an access fault in M, a page fault in the others.
      asm.li(20, mode === 'M' ? 0x3000_0000 : place.data + HOLE * 4096);
      for (const [i, { at, name }] of places.entries()) block(place, name, at, 70, `next${i}`);
    });
    lab.check();
    const traps = lab.traps();
    assert.equal(traps.length, 40 * places.length);
    const cause = mode === 'M' ? ACCESS_FAULT : PAGE_FAULT;
    for (const [i, trap] of traps.entries()) {
      assert.equal(trap.cause, cause[isStore(places[i % places.length]!.name) ? 'store' : 'load']);
    }
  });
}

/** Every access at every distance from the end of a page whose next one is `page`. */
function sweep(place: Place, from: number, what: (name: Access, address: number) => void): void {
  for (const name of Object.keys(SIZES) as Access[]) {
    for (let before = 9; before >= 0; before--) {
      place.asm.li(20, from - before);
      what(name, from - before);
    }
  }
}

for (const [name, page] of [
  ['is not mapped', HOLE],
  ['is read-only', READ_ONLY],
] as const) {
  for (const mode of ['S', 'U'] as const) {
    test(`accesses across pages whose second one ${name}, in ${mode}`, () => {
      const expected: number[] = [];
      const lab = new Lab({ mode, rounds: 80 }, (place) => {
        expected.length = 0;
        let label = 0;
        const edge = place.data + page * 4096;
        sweep(place, edge, (access, address) => {
          block(place, access, 3, 5, `next${label++}`);
          if (address + SIZES[access] <= edge || (page === READ_ONLY && !isStore(access))) return;
          expected.push(Math.max(address, edge));
        });
        // And from a bad page into a good one.
        sweep(place, edge + 4096, (access, address) => {
          block(place, access, 3, 5, `next${label++}`);
          if (address >= edge + 4096 || (page === READ_ONLY && !isStore(access))) return;
          expected.push(address);
        });
      });
      const machine = lab.check();
      const traps = lab.traps();
      assert.deepEqual(
        traps.slice(0, expected.length).map(({ tval }) => tval),
        expected,
      );
      // A store that faults has moved no byte.
      if (page === READ_ONLY) assert.equal(machine.readU64(0x8004_6000), 0n);
    });
  }
}

test('misaligned accesses of every size and sign, inside pages and across them', () => {
  for (const mode of MODES) {
    const lab = new Lab({ mode, rounds: 80 }, (place) => {
      const { asm } = place;
      asm.li(19, 0x8182_8384_8586_8788n);
      for (const base of [place.data + 0x2100, place.data + 0x2ff0]) {
        asm.li(20, base);
        for (let offset = 0; offset < 24; offset++) {
          for (const name of ['sd', 'sw', 'sh', 'sb'] as const) {
            asm.op('addi', { rd: 19, rs1: 19, imm: 0x111 });
            asm.op(name, { rs1: 20, rs2: 19, imm: offset });
          }
        }
        for (let offset = 0; offset < 24; offset++) {
          for (const name of ['lb', 'lh', 'lw', 'ld', 'lbu', 'lhu', 'lwu'] as const) {
            asm.op(name, { rd: 5, rs1: 20, imm: offset });
            asm.op('slli', { rd: 6, rs1: 6, shamt: 1 }).op('xor', { rd: 6, rs1: 6, rs2: 5 });
          }
          asm.op('fld', { fd: 1, rs1: 20, imm: offset }).op('fsd', { rs1: 20, fs2: 1, imm: offset + 40 });
          asm.op('flw', { fd: 2, rs1: 20, imm: offset }).op('fsw', { rs1: 20, fs2: 2, imm: offset + 41 });
        }
      }
    });
    lab.check();
    assert.equal(lab.traps().length, 0);
  }
});

test('illegal instructions, breakpoints and calls anywhere in a block', () => {
  for (const mode of MODES) {
    const lab = new Lab({ mode }, (place) => {
      const { asm } = place;
      const bad: (() => unknown)[] = [
        () => asm.word(0xffff_ffff),
        () => asm.half(0),
        () => asm.op('ebreak'),
        () => asm.op('c.ebreak'),
        () => asm.op('ecall'),
        () => asm.op('csrrw', { csr: 0xc00, rs1: 5, rd: 6 }),
        () => asm.op('csrrs', { csr: 0x7ff, rd: 6 }),
      ];
      for (const [i, emit] of bad.entries()) {
        for (const before of [0, 1, 5]) {
          resumeAt(asm, `next${i}.${before}`);
          for (let n = 0; n < before; n++) asm.op('addi', { rd: 5, rs1: 5, imm: 3 });
          emit();
          asm.op('addi', { rd: 5, rs1: 5, imm: 1000 });
          asm.label(`next${i}.${before}`);
        }
      }
      // The count is right before, between and after.
      asm.op('csrrs', { rd: 7, csr: 0xc02 }).op('add', { rd: 8, rs1: 8, rs2: 7 });
    });
    lab.check();
    const causes = new Set(lab.traps().map(({ cause }) => cause));
    const call = { M: 11, S: 9, U: 8 } satisfies Record<Mode, number>;
    assert.deepEqual(
      [...causes].toSorted((a, b) => a - b),
      [2, 3, call[mode]].toSorted((a, b) => a - b),
    );
  }
});

test('a load into its own base register faults without changing it', () => {
  for (const mode of MODES) {
    const lab = new Lab({ mode }, (place) => {
      const { asm } = place;
      asm.li(20, mode === 'M' ? 0x3000_0000 : place.data + HOLE * 4096);
      resumeAt(asm, 'next');
      asm.op('ld', { rd: 20, rs1: 20, imm: 8 });
      asm.label('next').op('add', { rd: 6, rs1: 6, rs2: 20 });
    });
    const machine = lab.check();
    assert.equal(machine.cpu.x(20), lab.traps()[0]!.tval - 8);
  }
});

test('firmware that answers an ecall finds the registers as they are, and what it changes stays', () => {
  const setup = (machine: Machine): void => {
    machine.onEnvironmentCall = () => {
      const { x } = machine.state;
      x[10] = BigInt.asIntN(64, x[10]! * 3n + x[17]!);
      x[11] = x[10]! ^ x[12]!;
      return true;
    };
  };
  const lab = new Lab({ mode: 'S', rounds: 300, setup }, ({ asm }) => {
    asm.op('addi', { rd: 10, rs1: 10, imm: 5 }).op('addi', { rd: 12, rs1: 11, imm: 7 }).li(14, 4);
    asm.label('calls').op('addi', { rd: 17, rs1: 14 }).op('andi', { rd: 9, rs1: 14, imm: 1 });
    asm.op('beq', { rs1: 9, imm: 'even' }).op('addi', { rd: 10, rs1: 10, imm: 3 }).label('even');
    asm.op('xor', { rd: 11, rs1: 11, rs2: 10 }).op('ecall');
    asm.op('add', { rd: 6, rs1: 6, rs2: 10 }).op('xor', { rd: 6, rs1: 6, rs2: 11 });
    asm.op('addi', { rd: 14, rs1: 14, imm: -1 }).op('bne', { rs1: 14, imm: 'calls' });
  });
  const machine = lab.check();
  assert.notEqual(machine.cpu.x(6), 0);
});
