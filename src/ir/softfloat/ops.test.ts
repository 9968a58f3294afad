/** The table's promises, and the register window as wasm sees it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FP_OPS, NV, NX, RNE, SoftFloat, fpCode, fpEvaluator, fpOp, isFpOpName } from './index.ts';
import type { FpOpName } from './index.ts';

/** Codes are compiled into translated code: this list only grows at its end. */
const FAMILIES =
  'add sub mul div sqrt fma min max minimum maximum eq lt le ltQuiet leQuiet classify ' +
  'toI32 toU32 toI64 toU64 fromI32 fromU32 fromI64 fromU64 roundInt roundIntExact toF16 toF32 toF64';

test('codes are what they always were', () => {
  const codes = new Map(FP_OPS.map((op) => [op.code, op.name]));
  const expected = ['f32', 'f64', 'f16'].flatMap((format, high) =>
    FAMILIES.split(' ').flatMap((family, low): [number, string][] =>
      family === `to${format.toUpperCase()}` ? [] : [[(high << 6) | low, `${format}.${family}`]],
    ),
  );
  assert.deepEqual([...codes], expected);
});

test('every operation is documented and found by its name', () => {
  for (const op of FP_OPS) {
    assert.notEqual(op.doc, '');
    assert.notEqual(op.host.doc, '');
    assert.equal(fpOp(op.name), op);
    assert.ok(isFpOpName(op.name));
  }
  assert.equal(isFpOpName('f64.toF64'), false);
  assert.throws(() => fpOp('f64.frobnicate' as FpOpName), RangeError);
  assert.throws(() => fpEvaluator()('f64.add', RNE, 1n), RangeError);
});

test('the window in shared wasm memory', () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const window = new Int32Array(memory.buffer, 64, 8);
  const numbers = new Float64Array(memory.buffer, 64, 4);
  const unit = new SoftFloat(window);
  numbers.set([1, 2 ** -60]);
  assert.equal(unit.op(fpCode('f64.add'), RNE), NX);
  assert.equal(numbers[3], 1);
  numbers.set([-1]);
  assert.equal(unit.op(fpCode('f64.sqrt'), RNE), NV);
  assert.equal(unit.flags, NX | NV);
  assert.throws(() => unit.op(63, RNE), RangeError);
  assert.throws(() => new SoftFloat(window.subarray(0, 7)), RangeError);
});

test('narrow operands are read from the low bits, narrow results fill the register with zeros', () => {
  const evaluate = fpEvaluator();
  const junk = 0xdeadbeef_00000000n;
  assert.equal(evaluate('f32.add', RNE, junk | 0x3f800000n, junk | 0xbf000000n).value, 0x3f000000n);
  assert.equal(evaluate('f32.min', RNE, junk | 0x3f800000n, junk | 0xbf000000n).value, 0xbf000000n);
  assert.equal(evaluate('f16.max', RNE, 0x5555_3c00n, 0x5555_bc00n).value, 0x3c00n);
  assert.equal(evaluate('f16.add', RNE, 0x5555_3c00n, 0x5555_3c00n).value, 0x4000n);
  assert.equal(evaluate('f64.toI32', RNE, 0xbff0000000000000n).value, 0xffffffffn);
  assert.equal(evaluate('f64.fromU32', RNE, junk | 1n).value, 0x3ff0000000000000n);
});
