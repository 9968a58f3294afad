/** Cases picked by hand, each with the clause it stands for: what is expected was written down, not computed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DZ, FP_OPS, NV, NX, OF, RDN, RMM, RNE, RTZ, RUP, ODD, UF, fpEvaluator } from './index.ts';
import type { FpOpName } from './index.ts';

type Expected = readonly [value: bigint, flags: number];
/** An operation and operands, and what each mode gives; `all` stands for the modes not named. */
type Case = readonly [FpOpName, readonly bigint[], Partial<Record<Mode | 'all', Expected>>];
type Mode = keyof typeof MODES;

const MODES = { RNE, RTZ, RDN, RUP, RMM, ODD } as const;

const double = new Float64Array(1);
const single = new Float32Array(1);
const d = (x: number): bigint => {
  double[0] = x;
  return new BigUint64Array(double.buffer)[0];
};
const s = (x: number): bigint => {
  single[0] = x;
  return BigInt(new Uint32Array(single.buffer)[0]);
};

const QNAN = 0x7ff8000000000000n;
const SNAN = 0x7ff0000000000001n;
const QNAN32 = 0x7fc00000n;
const SNAN32 = 0xff800001n;
const INF = d(Infinity);
const MAX = d(Number.MAX_VALUE);
const LEAST = 1n;
const LEAST_NORMAL = 0x0010000000000000n;
const ONE = d(1);
const MINUS = 1n << 63n;

const exactly = (value: bigint): { all: Expected } => ({ all: [value, 0] });
const invalid = (value: bigint): { all: Expected } => ({ all: [value, NV] });
const overflow: Case[2] = {
  RNE: [INF, OF | NX],
  RUP: [INF, OF | NX],
  RMM: [INF, OF | NX],
  all: [MAX, OF | NX],
};
const negativeOverflow: Case[2] = {
  RNE: [INF | MINUS, OF | NX],
  RDN: [INF | MINUS, OF | NX],
  RMM: [INF | MINUS, OF | NX],
  all: [MAX | MINUS, OF | NX],
};

const CASES: readonly Case[] = [
  // Sums: ties (4.3.1), zeros (6.3), infinities and NaNs (7.2).
  ['f64.add', [ONE, d(2)], exactly(d(3))],
  ['f64.add', [ONE, d(2 ** -53)], { RUP: [ONE + 1n, NX], RMM: [ONE + 1n, NX], ODD: [ONE + 1n, NX], all: [ONE, NX] }],
  [
    'f64.add',
    [ONE + 1n, d(2 ** -53)],
    { RTZ: [ONE + 1n, NX], RDN: [ONE + 1n, NX], ODD: [ONE + 1n, NX], all: [ONE + 2n, NX] },
  ],
  ['f64.add', [ONE, d(2 ** -1074)], { RUP: [ONE + 1n, NX], ODD: [ONE + 1n, NX], all: [ONE, NX] }],
  [
    'f64.add',
    [ONE, d(-(2 ** -1074))],
    { RTZ: [ONE - 1n, NX], RDN: [ONE - 1n, NX], ODD: [ONE - 1n, NX], all: [ONE, NX] },
  ],
  ['f64.add', [MINUS, 0n], { RDN: [MINUS, 0], all: [0n, 0] }],
  ['f64.add', [MINUS, MINUS], exactly(MINUS)],
  ['f64.add', [ONE, ONE | MINUS], { RDN: [MINUS, 0], all: [0n, 0] }],
  ['f64.sub', [ONE, ONE], { RDN: [MINUS, 0], all: [0n, 0] }],
  ['f64.sub', [MINUS, 0n], exactly(MINUS)],
  ['f64.sub', [INF, INF], invalid(QNAN)],
  ['f64.add', [INF, INF], exactly(INF)],
  ['f64.sub', [ONE, INF], exactly(INF | MINUS)],
  ['f64.add', [QNAN | 5n | MINUS, ONE], exactly(QNAN)],
  ['f64.add', [QNAN, SNAN], invalid(QNAN)],
  ['f64.add', [MAX, MAX], overflow],
  ['f64.sub', [MAX | MINUS, MAX], negativeOverflow],
  ['f64.sub', [LEAST_NORMAL, LEAST], exactly(LEAST_NORMAL - 1n)],
  [
    'f32.add',
    [s(1), s(2 ** -24)],
    { RUP: [s(1) + 1n, NX], RMM: [s(1) + 1n, NX], ODD: [s(1) + 1n, NX], all: [s(1), NX] },
  ],
  ['f32.sub', [s(Infinity), s(Infinity)], invalid(QNAN32)],

  // Products: underflow, and what is tiny after rounding (7.5).
  ['f64.mul', [d(3), d(-5)], exactly(d(-15))],
  ['f64.mul', [0n, ONE | MINUS], exactly(MINUS)],
  ['f64.mul', [0n, INF], invalid(QNAN)],
  ['f64.mul', [MAX, d(2)], overflow],
  [
    'f64.mul',
    [LEAST, d(0.5)],
    { RUP: [LEAST, UF | NX], RMM: [LEAST, UF | NX], ODD: [LEAST, UF | NX], all: [0n, UF | NX] },
  ],
  [
    'f64.mul',
    [LEAST | MINUS, d(0.5)],
    {
      RDN: [LEAST | MINUS, UF | NX],
      RMM: [LEAST | MINUS, UF | NX],
      ODD: [LEAST | MINUS, UF | NX],
      all: [MINUS, UF | NX],
    },
  ],
  ['f64.mul', [LEAST_NORMAL, d(0.5)], exactly(LEAST_NORMAL >> 1n)],
  // (1 - 2^-53) * (1 + 2^-52) * 2^-1022 is just above 2^-1022: not tiny in any mode.
  [
    'f64.mul',
    [LEAST_NORMAL + 1n, ONE - 1n],
    {
      RUP: [LEAST_NORMAL + 1n, NX],
      ODD: [LEAST_NORMAL + 1n, NX],
      RMM: [LEAST_NORMAL, NX],
      all: [LEAST_NORMAL, NX],
    },
  ],
  // (2 - 2^-52) * 2^-1023 is a tie between the largest subnormal and 2^-1022 and representable
  // with unbounded exponent, hence tiny even where it becomes 2^-1022.
  [
    'f64.mul',
    [d(2) - 1n, LEAST_NORMAL >> 1n],
    {
      RNE: [LEAST_NORMAL, UF | NX],
      RUP: [LEAST_NORMAL, UF | NX],
      RMM: [LEAST_NORMAL, UF | NX],
      all: [LEAST_NORMAL - 1n, UF | NX],
    },
  ],
  // A product halfway between two numbers: (1 + 2^-52) * 1.5.
  [
    'f64.mul',
    [ONE + 1n, d(1.5)],
    { RTZ: [d(1.5) + 1n, NX], RDN: [d(1.5) + 1n, NX], ODD: [d(1.5) + 1n, NX], all: [d(1.5) + 2n, NX] },
  ],
  // Halfway, and the even one is below: (1 + 3 * 2^-52) * 1.5 and (1.5 + 6 * 2^-52) * 1.5.
  [
    'f64.mul',
    [ONE + 3n, d(1.5)],
    { RUP: [d(1.5) + 5n, NX], RMM: [d(1.5) + 5n, NX], ODD: [d(1.5) + 5n, NX], all: [d(1.5) + 4n, NX] },
  ],
  [
    'f64.mul',
    [d(1.5) + 6n, d(1.5)],
    { RUP: [d(2.25) + 5n, NX], RMM: [d(2.25) + 5n, NX], ODD: [d(2.25) + 5n, NX], all: [d(2.25) + 4n, NX] },
  ],

  // Quotients and roots.
  ['f64.div', [d(6), d(3)], exactly(d(2))],
  ['f64.div', [ONE, d(3)], { RUP: [d(1 / 3) + 1n, NX], all: [d(1 / 3), NX] }],
  ['f64.div', [ONE | MINUS, d(3)], { RDN: [d(-1 / 3) + 1n, NX], all: [d(-1 / 3), NX] }],
  ['f64.div', [ONE, 0n], { all: [INF, DZ] }],
  ['f64.div', [ONE, MINUS], { all: [INF | MINUS, DZ] }],
  ['f64.div', [INF, 0n], exactly(INF)],
  ['f64.div', [0n, 0n], invalid(QNAN)],
  ['f64.div', [INF, INF], invalid(QNAN)],
  ['f64.div', [ONE, INF | MINUS], exactly(MINUS)],
  ['f64.div', [MAX, d(0.5)], overflow],
  [
    'f64.div',
    [LEAST, d(2)],
    { RUP: [LEAST, UF | NX], RMM: [LEAST, UF | NX], ODD: [LEAST, UF | NX], all: [0n, UF | NX] },
  ],
  ['f64.sqrt', [d(9)], exactly(d(3))],
  [
    'f64.sqrt',
    [d(2)],
    {
      RUP: [d(Math.SQRT2), NX],
      RNE: [d(Math.SQRT2), NX],
      RMM: [d(Math.SQRT2), NX],
      ODD: [d(Math.SQRT2), NX],
      all: [d(Math.SQRT2) - 1n, NX],
    },
  ],
  ['f64.sqrt', [MINUS], exactly(MINUS)],
  ['f64.sqrt', [d(-1)], invalid(QNAN)],
  ['f64.sqrt', [INF], exactly(INF)],
  ['f64.sqrt', [INF | MINUS], invalid(QNAN)],
  ['f64.sqrt', [LEAST], exactly(d(2 ** -537))],

  // Fused: one rounding (5.4.1), and 0 * infinity with a quiet NaN (RISC-V 11.6).
  ['f64.fma', [d(1 + 2 ** -30), d(1 - 2 ** -30), d(-1)], exactly(d(-(2 ** -60)))],
  ['f64.fma', [d(2), d(3), d(-6)], { RDN: [MINUS, 0], all: [0n, 0] }],
  ['f64.fma', [0n, INF, QNAN], invalid(QNAN)],
  ['f64.fma', [0n, ONE, QNAN], exactly(QNAN)],
  ['f64.fma', [INF, ONE, INF | MINUS], invalid(QNAN)],
  ['f64.fma', [MAX, d(2), INF | MINUS], exactly(INF | MINUS)],
  ['f64.fma', [MAX, d(2), MAX | MINUS], exactly(MAX)],
  ['f64.fma', [LEAST, LEAST, ONE], { RUP: [ONE + 1n, NX], ODD: [ONE + 1n, NX], all: [ONE, NX] }],
  ['f64.fma', [LEAST, LEAST, 0n], { RUP: [LEAST, UF | NX], ODD: [LEAST, UF | NX], all: [0n, UF | NX] }],
  ['f64.fma', [MINUS, ONE, MINUS], exactly(MINUS)],
  [
    'f32.fma',
    [s(2 ** 100), s(2 ** 100), s(-(2 ** 127))],
    {
      RNE: [s(Infinity), OF | NX],
      RUP: [s(Infinity), OF | NX],
      RMM: [s(Infinity), OF | NX],
      all: [s(Infinity) - 1n, OF | NX],
    },
  ],

  // Minimum and maximum (9.6).
  ['f64.min', [MINUS, 0n], exactly(MINUS)],
  ['f64.max', [MINUS, 0n], exactly(0n)],
  ['f64.min', [QNAN | 1n, ONE], exactly(ONE)],
  ['f64.max', [ONE, SNAN], invalid(ONE)],
  ['f64.min', [QNAN | 1n, QNAN | 2n], exactly(QNAN)],
  ['f64.min', [QNAN, SNAN], invalid(QNAN)],
  ['f64.minimum', [QNAN, ONE], exactly(QNAN)],
  ['f64.maximum', [ONE, SNAN], invalid(QNAN)],
  ['f64.max', [INF | MINUS, INF], exactly(INF)],

  // Comparisons (5.6.1): quiet and signaling ones.
  ['f64.eq', [0n, MINUS], exactly(1n)],
  ['f64.eq', [INF, INF], exactly(1n)],
  ['f64.eq', [QNAN, QNAN], exactly(0n)],
  ['f64.eq', [SNAN, ONE], invalid(0n)],
  ['f64.lt', [MINUS, 0n], exactly(0n)],
  ['f64.le', [0n, MINUS], exactly(1n)],
  ['f64.lt', [QNAN, ONE], invalid(0n)],
  ['f64.le', [ONE, QNAN], invalid(0n)],
  ['f64.ltQuiet', [QNAN, ONE], exactly(0n)],
  ['f64.leQuiet', [ONE, SNAN], invalid(0n)],
  ['f64.lt', [d(-2), d(-1)], exactly(1n)],
  ['f32.le', [s(-Infinity), SNAN32], invalid(0n)],

  // Classes, one of each.
  ['f64.classify', [INF | MINUS], exactly(1n << 0n)],
  ['f64.classify', [d(-1)], exactly(1n << 1n)],
  ['f64.classify', [LEAST | MINUS], exactly(1n << 2n)],
  ['f64.classify', [MINUS], exactly(1n << 3n)],
  ['f64.classify', [0n], exactly(1n << 4n)],
  ['f64.classify', [LEAST_NORMAL - 1n], exactly(1n << 5n)],
  ['f64.classify', [LEAST_NORMAL], exactly(1n << 6n)],
  ['f64.classify', [INF], exactly(1n << 7n)],
  ['f64.classify', [SNAN], exactly(1n << 8n)],
  ['f64.classify', [QNAN], exactly(1n << 9n)],
  ['f16.classify', [0x03ffn], exactly(1n << 5n)],

  // To integers (5.8; RISC-V table 11.4): invalid is never inexact too.
  ['f64.toI32', [d(2147483647)], exactly(0x7fffffffn)],
  [
    'f64.toI32',
    [d(2147483647.5)],
    { RTZ: [0x7fffffffn, NX], RDN: [0x7fffffffn, NX], ODD: [0x7fffffffn, NX], all: [0x7fffffffn, NV] },
  ],
  [
    'f64.toI32',
    [d(-2147483648.5)],
    { RDN: [0x80000000n, NV], RMM: [0x80000000n, NV], ODD: [0x80000000n, NV], all: [0x80000000n, NX] },
  ],
  ['f64.toI32', [QNAN | MINUS], invalid(0x7fffffffn)],
  ['f64.toI32', [INF | MINUS], invalid(0x80000000n)],
  ['f64.toU32', [d(-0.5)], { RDN: [0n, NV], RMM: [0n, NV], ODD: [0n, NV], all: [0n, NX] }],
  ['f64.toU32', [d(-1)], invalid(0n)],
  ['f64.toU32', [MINUS], exactly(0n)],
  ['f64.toU32', [d(2 ** 32)], invalid(0xffffffffn)],
  ['f64.toI64', [d(2 ** 63)], invalid((1n << 63n) - 1n)],
  ['f64.toI64', [d(-(2 ** 63))], exactly(1n << 63n)],
  ['f64.toU64', [d(2 ** 63)], exactly(1n << 63n)],
  ['f64.toU64', [d(2 ** 64)], invalid((1n << 64n) - 1n)],
  ['f64.toU64', [SNAN], invalid((1n << 64n) - 1n)],
  ['f64.toI32', [d(2.5)], { RUP: [3n, NX], RMM: [3n, NX], ODD: [3n, NX], all: [2n, NX] }],
  [
    'f32.toI64',
    [s(-1.5)],
    {
      RTZ: [2n ** 64n - 1n, NX],
      RUP: [2n ** 64n - 1n, NX],
      ODD: [2n ** 64n - 1n, NX],
      all: [2n ** 64n - 2n, NX],
    },
  ],

  // From integers.
  ['f64.fromI32', [0x80000000n], exactly(d(-2147483648))],
  ['f64.fromU32', [0xffffffffn], exactly(d(4294967295))],
  ['f64.fromI64', [1n << 63n], exactly(d(-(2 ** 63)))],
  [
    'f64.fromU64',
    [(1n << 64n) - 1n],
    { RTZ: [d(2 ** 64) - 1n, NX], RDN: [d(2 ** 64) - 1n, NX], ODD: [d(2 ** 64) - 1n, NX], all: [d(2 ** 64), NX] },
  ],
  [
    'f32.fromI32',
    [0x01000001n],
    { RUP: [s(2 ** 24) + 1n, NX], RMM: [s(2 ** 24) + 1n, NX], ODD: [s(2 ** 24) + 1n, NX], all: [s(2 ** 24), NX] },
  ],
  [
    'f16.fromU32',
    [65520n],
    { RNE: [0x7c00n, OF | NX], RUP: [0x7c00n, OF | NX], RMM: [0x7c00n, OF | NX], all: [0x7bffn, NX] },
  ],

  // Integral values (5.9).
  ['f64.roundInt', [d(2.5)], { RUP: [d(3), 0], RMM: [d(3), 0], ODD: [d(3), 0], all: [d(2), 0] }],
  ['f64.roundIntExact', [d(-0.25)], { RDN: [d(-1), NX], ODD: [d(-1), NX], all: [MINUS, NX] }],
  ['f64.roundInt', [d(2 ** 52 + 1)], exactly(d(2 ** 52 + 1))],
  ['f64.roundInt', [SNAN], invalid(QNAN)],
  ['f64.roundInt', [MAX], exactly(MAX)],

  // Between formats (5.4.2).
  ['f32.toF64', [SNAN32], invalid(QNAN)],
  ['f32.toF64', [1n], exactly(d(2 ** -149))],
  [
    'f64.toF32',
    [d(1 + 2 ** -24)],
    { RUP: [s(1) + 1n, NX], RMM: [s(1) + 1n, NX], ODD: [s(1) + 1n, NX], all: [s(1), NX] },
  ],
  ['f64.toF32', [d(2 ** -150)], { RUP: [1n, UF | NX], RMM: [1n, UF | NX], ODD: [1n, UF | NX], all: [0n, UF | NX] }],
  ['f64.toF32', [QNAN | 123n | MINUS], exactly(QNAN32)],
  ['f32.toF16', [s(65519)], { RUP: [0x7c00n, OF | NX], all: [0x7bffn, NX] }],
  ['f16.toF32', [0x0001n], exactly(s(2 ** -24))],
];

test('cases picked by hand, in every rounding mode', () => {
  const evaluate = fpEvaluator();
  for (const [name, operands, expected] of CASES) {
    for (const [mode, rm] of Object.entries(MODES)) {
      const [value, flags] = expected[mode as Mode] ?? expected.all ?? assert.fail(`${name} says nothing of ${mode}`);
      const shown = operands.map((x) => x.toString(16)).join(' ');
      assert.deepEqual(evaluate(name, rm, ...operands), { value, flags }, `${name} ${mode} ${shown}`);
    }
  }
});

test('every operation for f64 has a case', () => {
  const covered = new Set(CASES.map(([name]) => name));
  const names = FP_OPS.filter((op) => op.format.name === 'f64' && op.result !== 'f16').map((op) => op.name);
  assert.deepEqual(
    names.filter((name) => !covered.has(name)),
    [],
  );
});
