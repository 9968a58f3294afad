/** Every operation, mode and way to detect tininess against the rational reference. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { F16, FORMATS, FP_OPS, ODD, RNE, fpEvaluator } from './index.ts';
import type { FloatFormat, FpOp, FpResult, FpType } from './index.ts';
import { reference } from './testing/reference.ts';
import type { Tininess } from './testing/reference.ts';
import { RandomWords, operands } from './testing/vectors.ts';

const evaluators = { after: fpEvaluator(), before: fpEvaluator({ tininess: 'before' }) };

/** Few one bits, few zero bits, or any. */
function bits(width: number): fc.Arbitrary<bigint> {
  const all = (1n << BigInt(width)) - 1n;
  const any = fc.bigInt({ min: 0n, max: all });
  const one = fc.nat(width - 1).map((at) => 1n << BigInt(at));
  const few = fc.array(one, { maxLength: 3 }).map((ones) => ones.reduce((x, y) => x ^ y, 0n));
  return fc.oneof(
    any,
    few,
    few.map((x) => all ^ x),
  );
}

function number754(format: FloatFormat): fc.Arbitrary<bigint> {
  const ones = 2 * format.emax + 1;
  const field = fc.oneof(
    fc.nat(ones),
    fc.constantFrom(0, 1, 2, ones - 2, ones - 1, ones),
    fc.integer({ min: Math.max(0, format.emax - 70), max: Math.min(ones, format.emax + 70) }),
  );
  return fc
    .tuple(fc.boolean(), field, bits(format.fraction))
    .map(([negative, e, f]) => (((negative ? BigInt(ones + 1) : 0n) + BigInt(e)) << BigInt(format.fraction)) | f);
}

function operand(type: FpType): fc.Arbitrary<bigint> {
  const format = FORMATS.find((f) => f.name === type);
  return format === undefined ? bits(type.endsWith('64') ? 64 : 32) : number754(format);
}

function check(op: FpOp, rm: number, tininess: Tininess, values: readonly bigint[]): void {
  const got: FpResult = evaluators[tininess](op.name, rm, ...values);
  const want = reference(op.name, rm, values, tininess);
  // Comparing first and asserting only on failure keeps this a hundred times faster.
  if (got.value !== want.value || got.flags !== want.flags) {
    const shown = values.map((x) => x.toString(16)).join(' ');
    assert.fail(
      `${op.name} rm ${rm} tininess ${tininess} ${shown}: ${got.value.toString(16)} flags ${got.flags}, ` +
        `not ${want.value.toString(16)} flags ${want.flags}`,
    );
  }
}

describe('drawn by fast-check', () => {
  for (const op of FP_OPS) {
    test(op.name, () => {
      const drawn = fc.tuple(...op.args.map(operand));
      fc.assert(
        fc.property(drawn, fc.integer({ min: RNE, max: ODD }), fc.boolean(), (values, rm, before) =>
          check(op, rm, before ? 'before' : 'after', values),
        ),
        { numRuns: 300 },
      );
    });
  }
});

test('drawn to meet ties, cancellations and the ends of ranges', () => {
  const random = new RandomWords(754);
  for (const op of FP_OPS) {
    for (let i = 0; i < 400; i += 1) {
      const values = operands(random, op);
      for (let rm = RNE; rm <= ODD; rm += 1) check(op, rm, i % 4 === 0 ? 'before' : 'after', values);
    }
  }
});

test('all f16 numbers, for operations of one operand', () => {
  for (const op of FP_OPS.filter(({ format, args }) => format === F16 && args.length === 1 && args[0] === 'f16')) {
    // A mode each, by turns: every number meets every mode in some operation.
    for (let x = 0; x < 0x10000; x += 1) check(op, (x + op.code) % (ODD + 1), 'after', [BigInt(x)]);
  }
});
