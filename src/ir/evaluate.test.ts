import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Builder } from './builder.ts';
import { EVALUATE, evaluatorOf } from './evaluate.ts';
import type { Attributes, Node } from './node.ts';
import { definitionOf, type OpName } from './ops.ts';
import { BITS, type Type } from './types.ts';

/** Many numbers are near the ends of the ranges and powers of two. */
const bits = (width: number): fc.Arbitrary<bigint> =>
  fc
    .oneof(
      fc.bigInt(0n, 2n ** BigInt(width) - 1n),
      fc.tuple(fc.nat(width), fc.integer({ min: -2, max: 2 })).map(([power, off]) => 2n ** BigInt(power) + BigInt(off)),
    )
    .map((value) => BigInt.asUintN(width, value));

function run(op: OpName, type: Type, args: readonly (readonly [Type, bigint])[], attributes?: Attributes): bigint {
  const g = new Builder();
  const nodes: Node[] = args.map(([own, value]) => g.const(own, value));
  const node = g.emit(op, type, nodes, attributes);
  const [a = 0n, b = 0n, c = 0n] = args.map(([, value]) => value);
  return evaluatorOf(node)!(a, b, c);
}

const signed = (value: bigint, width: number): bigint => BigInt.asIntN(width, value);
const bit = (value: bigint, place: number): bigint => (value >> BigInt(place)) & 1n;

/** Another way to say the same, bit by bit or by definition. */
const FORMULAS: Partial<Record<OpName, (a: bigint, b: bigint, width: number) => bigint>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  mulhi_s: (a, b, width) => (signed(a, width) * signed(b, width) - BigInt.asUintN(width, a * b)) / 2n ** BigInt(width),
  mulhi_u: (a, b, width) => (a * b) / 2n ** BigInt(width),
  mulhi_su: (a, b, width) => (a * b) / 2n ** BigInt(width) - (bit(a, width - 1) === 1n ? b : 0n),
  and: (a, b, width) => perBit(width, (i) => bit(a, i) * bit(b, i)),
  or: (a, b, width) => perBit(width, (i) => (bit(a, i) + bit(b, i) + 1n) / 2n),
  xor: (a, b, width) => perBit(width, (i) => (bit(a, i) + bit(b, i)) % 2n),
  shl: (a, b, width) => a * 2n ** (b % BigInt(width)),
  shr_u: (a, b, width) => a / 2n ** (b % BigInt(width)),
  shr_s: (a, b, width) => perBit(width, (i) => bit(a, Math.min(i + Number(b % BigInt(width)), width - 1))),
  rotl: (a, b, width) => perBit(width, (i) => bit(a, (i + width - Number(b % BigInt(width))) % width)),
  rotr: (a, b, width) => perBit(width, (i) => bit(a, (i + Number(b % BigInt(width))) % width)),
  clz: (a, _b, width) => BigInt(a.toString(2).padStart(width, '0').split('1')[0]!.length),
  ctz: (a, _b, width) => BigInt(a.toString(2).padStart(width, '0').split('1').at(-1)!.length),
  popcnt: (a, _b, width) => Array.from({ length: width }, (_, i) => bit(a, i)).reduce((sum, one) => sum + one, 0n),
  bswap: (a, _b, width) =>
    BigInt(
      `0x${a
        .toString(16)
        .padStart(width / 4, '0')
        .match(/../g)!
        .toReversed()
        .join('')}`,
    ),
  clmul: (a, b, width) => perBit(width, (i) => productBit(a, b, i)),
  clmulh: (a, b, width) => perBit(width, (i) => productBit(a, b, i + width)),
  eq: (a, b) => BigInt(a === b),
  ne: (a, b) => BigInt(a !== b),
  lt_u: (a, b) => BigInt(a < b),
  le_u: (a, b) => BigInt(a <= b),
  lt_s: (a, b, width) => BigInt(signed(a, width) < signed(b, width)),
  le_s: (a, b, width) => BigInt(signed(a, width) <= signed(b, width)),
  div_u: (a, b) => a / b,
  rem_u: (a, b) => a % b,
  div_s: (a, b, width) => signed(a, width) / signed(b, width),
  rem_s: (a, b, width) => signed(a, width) - signed(b, width) * (signed(a, width) / signed(b, width)),
};

function perBit(width: number, of: (place: number) => bigint): bigint {
  return Array.from({ length: width }, (_, i) => of(i) << BigInt(i)).reduce((all, one) => all | one, 0n);
}

/** Bit of the carry-less product: the parity of the pairs of bits whose places add up to it. */
function productBit(a: bigint, b: bigint, place: number): bigint {
  let sum = 0n;
  for (let i = 0; i <= place && i < 64; i++) if (place - i < 64) sum += bit(a, i) * bit(b, place - i);
  return sum % 2n;
}

for (const [name, formula] of Object.entries(FORMULAS)) {
  const op = name as OpName;
  const { args, types } = definitionOf(op);
  test(`${op} computes what its formula says`, () => {
    for (const type of types.filter((own) => own.startsWith('i') && own !== 'i128')) {
      const width = BITS[type];
      fc.assert(
        fc.property(bits(width), bits(width), (a, b) => {
          if (/^(div|rem)/.test(op) && b === 0n) return;
          const resultType = definitionOf(op).result === 'T' ? type : 'i32';
          const result = run(
            op,
            resultType,
            args.length === 1
              ? [[type, a]]
              : [
                  [type, a],
                  [type, b],
                ],
          );
          assert.equal(result, BigInt.asUintN(BITS[resultType], formula(a, b, width)));
        }),
        { numRuns: 300 },
      );
    }
  });
}

test('fields are extracted and deposited', () => {
  fc.assert(
    fc.property(bits(64), bits(64), fc.nat(63), fc.nat(63), (a, b, value, last) => {
      const length = Math.max(1, Math.min(last, 64 - value));
      const field = BigInt.asUintN(length, a >> BigInt(value));
      const at = { value, length };
      assert.equal(run('extract_u', 'i64', [['i64', a]], at), field);
      assert.equal(run('extract_s', 'i64', [['i64', a]], at), BigInt.asUintN(64, BigInt.asIntN(length, field)));
      const placed = run(
        'deposit',
        'i64',
        [
          ['i64', a],
          ['i64', b],
        ],
        at,
      );
      assert.equal(BigInt.asUintN(length, placed >> BigInt(value)), BigInt.asUintN(length, b));
      assert.equal(
        run(
          'deposit',
          'i64',
          [
            ['i64', placed],
            ['i64', field],
          ],
          at,
        ),
        a,
      );
    }),
  );
});

test('pairs, wide products and carries', () => {
  fc.assert(
    fc.property(bits(64), bits(64), fc.boolean(), (a, b, carry) => {
      const pair = run('pair', 'i128', [
        ['i64', a],
        ['i64', b],
      ]);
      assert.equal(run('lo', 'i64', [['i128', pair]]), a);
      assert.equal(run('hi', 'i64', [['i128', pair]]), b);
      assert.equal(
        run('mul_wide_u', 'i128', [
          ['i64', a],
          ['i64', b],
        ]),
        a * b,
      );
      const wide = run('mul_wide_s', 'i128', [
        ['i64', a],
        ['i64', b],
      ]);
      assert.equal(signed(wide, 128), signed(a, 64) * signed(b, 64));
      const sum = run('add_carry', 'i128', [
        ['i64', a],
        ['i64', b],
        ['i32', BigInt(carry)],
      ]);
      assert.equal(sum, a + b + BigInt(carry));
    }),
  );
});

test('conditions on flags', () => {
  const flag = (kind: string, lane: string, a: bigint, b: bigint): bigint =>
    run(
      'test',
      'i32',
      [
        ['i64', a],
        ['i64', b],
      ],
      { kind, lane },
    );
  fc.assert(
    fc.property(bits(64), bits(64), (a, b) => {
      assert.equal(flag('sub', 'lt_s', a, b), BigInt(signed(a, 64) < signed(b, 64)));
      assert.equal(flag('sub', 'gt_u', a, b), BigInt(a > b));
      assert.equal(flag('sub', 'eq', a, b), BigInt(a === b));
      assert.equal(flag('sub', 'carry', a, b), BigInt(a >= b));
      // A signed comparison is the sign of the difference, corrected by overflow.
      assert.equal(flag('sub', 'negative', a, b) ^ flag('sub', 'overflow', a, b), flag('sub', 'lt_s', a, b));
      assert.equal(flag('add', 'carry', a, b), BigInt(a + b >= 2n ** 64n));
      assert.equal(flag('logic', 'negative', a, b), a >> 63n);
    }),
  );
});

test('lanes of vectors', () => {
  const ones = run('v_splat', 'v128', [['i32', 0xffn]], { lane: 'i8' });
  assert.equal(ones, 2n ** 128n - 1n);
  const sum = run(
    'v_add',
    'v128',
    [
      ['v128', ones],
      ['v128', ones],
    ],
    { lane: 'i16' },
  );
  assert.equal(run('v_extract', 'i32', [['v128', sum]], { lane: 'i16', value: 7 }), 0xfffen);
  const replaced = run(
    'v_replace',
    'v128',
    [
      ['v128', sum],
      ['i64', 5n],
    ],
    { lane: 'i64', value: 1 },
  );
  assert.equal(replaced >> 64n, 5n);
  assert.equal(
    run(
      'v_sub',
      'v128',
      [
        ['v128', replaced],
        ['v128', replaced],
      ],
      { lane: 'i32' },
    ),
    0n,
  );
});

test('every pure operation has its meaning here', () => {
  const surroundings = ['operand', 'pc', 'next_pc'];
  for (const [op] of Object.entries(EVALUATE)) assert.equal(definitionOf(op as OpName).effect, 'pure', op);
  const names = Object.keys(EVALUATE);
  assert.deepEqual(
    surroundings.filter((op) => names.includes(op)),
    [],
  );
});
