/** What a guest chooses at construction: tininess, NaN results, invalid integers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NV, NX, RNE, RTZ, UF, fpEvaluator } from './index.ts';

const QNAN = 0x7ff8000000000000n;
const SNAN = 0x7ff0000000000001n;
const INF = 0x7ff0000000000000n;
const ONE = 0x3ff0000000000000n;
const LEAST_NORMAL = 0x0010000000000000n;
const MINUS = 1n << 63n;

const double = new Float64Array(1);
const d = (x: number): bigint => {
  double[0] = x;
  return new BigUint64Array(double.buffer)[0];
};

test('tininess before rounding sees the exact result', () => {
  // 2^-1022 * (1 - 2^-54), rounded with unbounded exponent to 2^-1022 but below it before.
  const operands = [d(1 + 2 ** -27), LEAST_NORMAL - (1n << 25n)] as const;
  const after = fpEvaluator()('f64.mul', RNE, ...operands);
  const before = fpEvaluator({ tininess: 'before' })('f64.mul', RNE, ...operands);
  assert.deepEqual(after, { value: LEAST_NORMAL, flags: NX });
  assert.deepEqual(before, { value: LEAST_NORMAL, flags: UF | NX });
});

test('NaN operands propagate where asked', () => {
  const evaluate = fpEvaluator({ nan: 'propagate' });
  assert.deepEqual(evaluate('f64.add', RNE, QNAN | 5n, SNAN | MINUS), { value: QNAN | 1n | MINUS, flags: NV });
  assert.deepEqual(evaluate('f64.mul', RNE, QNAN | 5n, QNAN | 6n), { value: QNAN | 5n, flags: 0 });
  assert.deepEqual(evaluate('f64.fma', RNE, ONE, ONE, QNAN | 7n | MINUS), { value: QNAN | 7n | MINUS, flags: 0 });
  assert.deepEqual(evaluate('f64.sub', RNE, ONE, QNAN | 7n), { value: QNAN | 7n, flags: 0 });
  // Payloads keep their leading bits between formats (6.2.3).
  assert.deepEqual(evaluate('f32.toF64', RNE, 0xff812345n), { value: 0xfff82468a0000000n, flags: NV });
  assert.deepEqual(evaluate('f64.toF32', RNE, 0xfff82468a0000000n), { value: 0xffc12345n, flags: 0 });
  assert.deepEqual(evaluate('f64.sub', RNE, INF, INF), { value: QNAN, flags: NV });
});

test('invalid conversions deliver what the guest says', () => {
  const arm = fpEvaluator({ invalidInteger: 'saturate-nan-zero' });
  const x86 = fpEvaluator({ invalidInteger: 'indefinite' });
  assert.deepEqual(arm('f64.toI64', RTZ, QNAN), { value: 0n, flags: NV });
  assert.deepEqual(arm('f64.toI64', RTZ, INF | MINUS), { value: 1n << 63n, flags: NV });
  assert.deepEqual(x86('f64.toI32', RTZ, d(1e10)), { value: 0x80000000n, flags: NV });
  assert.deepEqual(x86('f64.toI64', RTZ, QNAN), { value: 1n << 63n, flags: NV });
  assert.deepEqual(x86('f64.toU64', RTZ, d(-1)), { value: (1n << 64n) - 1n, flags: NV });
});
