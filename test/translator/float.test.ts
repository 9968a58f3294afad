/**
 * Floating point in all tiers: the numbers, modes and states that are not the common ones.
 * TRANSLATOR_SEED and TRANSLATOR_PROGRAMS choose the first seed and how many; a failure names its seed.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../fuzz/random.ts';
import { DATA, Lab, MODES } from './lab.ts';
import { fillNumbers, RandomFloat } from './random-float.ts';

const FIRST = Number(process.env['TRANSLATOR_SEED'] ?? 1);
const PROGRAMS = Number(process.env['TRANSLATOR_PROGRAMS'] ?? 20);

test(`${PROGRAMS} random floating-point programs from seed ${FIRST} on`, () => {
  for (let seed = FIRST; seed < FIRST + PROGRAMS; seed++) {
    const random = new Random(seed);
    const mode = random.pick(MODES);
    const lab = new Lab(
      {
        mode,
        rounds: 64,
        limit: 400_000,
        width: random.below(4) === 0 ? 64 : 32,
        setup: (machine) => fillNumbers(new Random(seed), machine, DATA),
      },
      (place) => new RandomFloat(random, place).emit(),
    );
    try {
      lab.check();
      assert.deepEqual(lab.causes(), [2].slice(0, lab.traps().length));
    } catch (cause) {
      throw new Error(`program of seed ${seed}: TRANSLATOR_SEED=${seed} TRANSLATOR_PROGRAMS=1`, { cause });
    }
  }
});

/** A loop of `body` over as many doublewords as there are numbers. */
function over(
  numbers: readonly bigint[],
  flags: number,
  body: readonly (readonly [string, Record<string, number>])[],
): Lab {
  return new Lab(
    {
      rounds: 24,
      setup: (machine) => numbers.forEach((number, i) => machine.memory.writeU64(DATA + 8 * i, number)),
    },
    ({ asm, data }) => {
      asm.li(5, flags).csrw(1, 5);
      asm
        .li(8, data)
        .li(9, data + 0x2000)
        .li(21, numbers.length);
      asm.label('loop').op('fld', { fd: 1, rs1: 8 });
      for (const [name, operands] of body) asm.op(name, operands);
      asm.op('fsd', { fs2: 2, rs1: 9 });
      asm.op('addi', { rd: 8, rs1: 8, imm: 8 }).op('addi', { rd: 9, rs1: 9, imm: 8 });
      asm.op('addi', { rd: 21, rs1: 21, imm: -1 }).op('bne', { rs1: 21, imm: 'loop' });
      asm.csrr(10, 1);
    },
  );
}

const SIGNALLING = 0x7ff0_0000_dead_beefn;
const NANS = [SIGNALLING, SIGNALLING | (1n << 63n), 0x7ff8_1234_5678_9abcn, 0xffff_ffff_7f80_0001n];

test('moves keep every bit of a NaN and raise nothing', () => {
  const machine = over(NANS, 0, [
    ['fsgnj.d', { fd: 3, fs1: 1, fs2: 1 }],
    ['fsgnjn.d', { fd: 4, fs1: 3, fs2: 3 }],
    ['fsgnjx.d', { fd: 5, fs1: 4, fs2: 4 }],
    ['fmv.x.d', { rd: 6, fs1: 4 }],
    ['fmv.d.x', { fd: 6, rs1: 6 }],
    ['fsgnjn.d', { fd: 2, fs1: 5, fs2: 6 }],
  ]).check();
  // The magnitude with the opposite of the opposite sign.
  for (const [i, number] of NANS.entries()) assert.equal(machine.readU64(DATA + 0x2000 + 8 * i), number);
  assert.equal(machine.cpu.x(10), 0);
});

const ONE = 0x3ff0_0000_0000_0000n;
const LEAST_NORMAL = 0x0010_0000_0000_0000n;
const GREATEST = 0x7fef_ffff_ffff_ffffn;
const EDGES = [0n, 1n, LEAST_NORMAL, LEAST_NORMAL + 1n, ONE, GREATEST];

test('each flag is raised where it is due, though inexact is taken for granted', () => {
  const [NX, UF, OF, NV] = [1, 2, 4, 16];
  for (const edge of EDGES) {
    const isTiny = edge > 0n && edge <= LEAST_NORMAL + 1n;
    // Half of the number less a little: where that is tiny it is inexact, too.
    const half = over([ONE - 2n ** 52n - 1n, edge], NX, [
      ['fmul.d', { fd: 2, fs1: 1, fs2: 3 }],
      ['fsgnj.d', { fd: 3, fs1: 1, fs2: 1 }],
    ]).check();
    assert.ok([NX, NX | UF].includes(half.cpu.x(10)), `0x${edge.toString(16)}`);
    if (isTiny) assert.equal(half.cpu.x(10), NX | UF);
    const sum = over([edge], NX, [['fadd.d', { fd: 2, fs1: 1, fs2: 1 }]]).check();
    assert.equal(sum.cpu.x(10), edge === GREATEST ? NX | OF : NX);
  }
  for (const nan of NANS) {
    const isQuiet = (nan & (1n << 51n)) !== 0n;
    const product = over([nan], NX, [['fmadd.d', { fd: 2, fs1: 1, fs2: 1, fs3: 1, rm: 7 }]]).check();
    assert.equal(product.cpu.x(10), isQuiet ? NX : NX | NV);
    assert.equal(product.readU64(DATA + 0x2000), 0x7ff8_0000_0000_0000n);
  }
});
