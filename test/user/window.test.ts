/** Accesses of programs: what is checked, by which tier, and that a fault has its registers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../fuzz/random.ts';
import { RandomProgram } from '../translator/random-program.ts';
import { resumeAt } from '../translator/lab.ts';
import { encode, type Assembler } from '../translator/assembler.ts';
import { ABSENT, check, DATA, repeat, TEXT } from './program-lab.ts';

const SIZES = ['b', 'h', 'w', 'd'] as const;
const GONE = -1;
const READ = 1;
const NONE = 0;

/** Loads and stores of every size around x20, near each other, each going on after a fault. */
function around(asm: Assembler, name: string, offsets: readonly number[]): void {
  let label = 0;
  for (const offset of offsets) {
    for (const size of SIZES) {
      const next = `${name}.${label++}`;
      resumeAt(asm, next);
      asm.op(`l${size}`, { rd: 5, rs1: 20, imm: offset }).op('add', { rd: 6, rs1: 6, rs2: 5 });
      asm.op(`s${size}`, { rs1: 20, rs2: 6, imm: offset + 8 });
      asm.op(`l${size}`, { rd: 7, rs1: 20, imm: offset + 16 }).op('xor', { rd: 6, rs1: 6, rs2: 7 });
      asm.label(next);
    }
  }
}

test('around the ends of pages: missing, read-only, forbidden', () => {
  const { faults } = check(
    (asm) =>
      repeat(asm, 40, () => {
        for (const page of [2, 3, 4, 5, 6, 7, 8]) {
          asm.li(20, DATA + page * 4096);
          around(asm, `page${page}`, [-24, -20, -16, -8, 0]);
        }
      }),
    { pages: { 3: GONE, 5: READ, 7: NONE } },
  );
  for (const kind of ['"load"', '"store"']) assert.ok(faults.includes(kind), kind);
});

test('addresses outside of the window, however large', () => {
  const { faults } = check((asm) =>
    repeat(asm, 30, () => {
      const wild = [0, 8, 0x7fff_fff8, 0x8000_0000, 0xffff_fff8, 0x1_0010_0000n, -8, -0x7ff0_0000n, 2n ** 63n];
      for (const [i, address] of wild.entries()) {
        asm.li(20, address);
        around(asm, `wild${i}`, [0, 24]);
      }
    }),
  );
  assert.ok(faults.includes('"low":-8,"high":-1'), 'minus 8');
});

test('code that rewrites itself by plain stores', () => {
  check(
    (asm) => {
      asm.li(10, 0);
      repeat(asm, 300, () => {
        // The immediate of the instruction at `changed` is the round.
        asm.op('andi', { rd: 5, rs1: 27, imm: 63 }).op('slli', { rd: 5, rs1: 5, shamt: 20 });
        asm.li(6, encode('addi', { rd: 7, rs1: 0, imm: 0 }));
        asm.op('or', { rd: 5, rs1: 5, rs2: 6 });
        asm.op('auipc', { rd: 20 }).op('addi', { rd: 20, rs1: 20, imm: 8 });
        asm.op('sw', { rs1: 20, rs2: 5, imm: 'changed' }).op('fence.i');
        asm.label('changed').op('addi', { rd: 7, rs1: 0, imm: 1 });
        asm.op('add', { rd: 10, rs1: 10, rs2: 7 });
      });
    },
    { isSelfModifying: true },
  );
});

for (const codePages of [64, 3, 2]) {
  test(`code that goes on in other pages, one of which is rewritten, with room for ${codePages}`, () => {
    check(
      (asm) => {
        asm.li(10, 0);
        repeat(asm, codePages > 3 ? 3000 : 500, () => {
          asm.op('jal', { rd: 1, imm: 'second' });
          // Every 64th round.
          asm.op('andi', { rd: 5, rs1: 27, imm: 63 }).op('bne', { rs1: 5, rs2: 0, imm: 'next' });
          asm.op('srli', { rd: 5, rs1: 27, shamt: 6 }).op('slli', { rd: 5, rs1: 5, shamt: 20 });
          asm.li(6, encode('addi', { rd: 7, rs1: 0, imm: 0 }));
          asm.op('or', { rd: 5, rs1: 5, rs2: 6 });
          asm
            .li(20, TEXT + 2 * 4096)
            .op('sw', { rs1: 20, rs2: 5, imm: 0 })
            .op('fence.i');
        });
        asm.op('ecall');
        const inPage = (page: number, offset: number): void => {
          while (asm.here < TEXT + page * 4096 + offset) asm.op('addi', { rd: 0, rs1: 0, imm: 0 });
        };
        inPage(1, 0);
        asm.label('second').op('addi', { rd: 10, rs1: 10, imm: 1 }).j('third');
        inPage(2, 0);
        asm.label('third').op('addi', { rd: 7, rs1: 0, imm: 5 }).op('add', { rd: 10, rs1: 10, rs2: 7 }).j('end');
        // Falls into the next page.
        inPage(2, 4088);
        asm.label('end').op('xori', { rd: 10, rs1: 10, imm: 3 }).op('addi', { rd: 10, rs1: 10, imm: 7 });
        asm.op('slli', { rd: 11, rs1: 10, shamt: 1 }).op('add', { rd: 12, rs1: 12, rs2: 11 });
        asm.op('jalr', { rd: 0, rs1: 1, imm: 0 });
      },
      { isSelfModifying: true, codePages },
    );
  });
}

test('random programs', () => {
  for (let seed = 1; seed <= 16; seed++) {
    const random = new Random(seed);
    const pages = { 4: random.pick([GONE, READ, NONE, 3]), 6: random.pick([READ, GONE, 3]) };
    check((asm) => repeat(asm, 60, () => program(asm, seed)), {
      pages,
      limit: 200_000,
      isSelfModifying: true,
      engines: ['tier0', 'tier1', random.pick(['auto', 'tier2', 'regions'])],
    });
  }
});

/** A random program of the machines' lab: its registers are the same. */
function program(asm: Assembler, seed: number): void {
  new RandomProgram(new Random(seed), {
    asm,
    data: DATA,
    body: TEXT,
    device: ABSENT,
    rom: ABSENT,
    mode: 'U',
    delta: 0,
  }).emit();
}
