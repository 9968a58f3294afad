import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canFuseF64, fpEvaluator, fusedF64, RNE } from '../ir/softfloat/index.ts';
import { ModuleBuilder } from '../wasm/module.ts';
import { buildFusedEmulation } from './fused-emulation.ts';

type Fused = (a: number, b: number, c: number) => number;

const builder = new ModuleBuilder();
const { fused_f64, fused_f32 } = buildFusedEmulation(builder);
builder.exportFunction('f64', fused_f64);
builder.exportFunction('f32', fused_f32);
const { f64, f32 } = new WebAssembly.Instance(new WebAssembly.Module(builder.build())).exports as {
  f64: Fused;
  f32: Fused;
};

/** Numbers near one another, so that sums cancel. */
const near = fc
  .tuple(fc.integer({ min: -(2 ** 30), max: 2 ** 30 }), fc.integer({ min: -60, max: 60 }))
  .map(([digits, exponent]) => digits * 2 ** exponent);
const double = fc.oneof(fc.double(), near);
const single = fc.oneof(fc.float(), near.map(Math.fround));

const evaluate = fpEvaluator();
const bits32 = (x: number): bigint => BigInt(new Uint32Array(Float32Array.of(x).buffer)[0]!);

test('a double is what the proved algorithm says, or NaN where that is not for it', () => {
  fc.assert(
    fc.property(double, double, double, (a, b, c) => {
      const product = a * b;
      const expected = a === 0 || b === 0 ? product + c : canFuseF64(a, b, c) ? fusedF64(a, b, c) : NaN;
      assert.ok(Object.is(f64(a, b, c), expected), `${a} ${b} ${c}: ${f64(a, b, c)}, not ${expected}`);
    }),
    { numRuns: 5000 },
  );
});

test('a single is rounded once, or NaN', () => {
  let ties = 0;
  const check = (a: number, b: number, c: number): void => {
    const result = f32(a, b, c);
    if (Number.isNaN(result)) ties++;
    // Tiny results are the guard's affair.
    if (Number.isNaN(result) || Math.abs(result) <= 2 ** -126) return;
    const expected = evaluate('f32.fma', RNE, bits32(a), bits32(b), bits32(c));
    assert.equal(bits32(result), expected.value, `${a} ${b} ${c}`);
  };
  fc.assert(fc.property(single, single, single, check), { numRuns: 5000 });
  // Halfway between two singles but for the last bit of the product.
  check(1 + 2 ** -23, 1 + 2 ** -23, 2 ** 24);
  ties = 0;
  check(1 + 2 ** -12, 1 + 2 ** -12, 2 ** 30);
  check(1, 2 ** -24, 1);
  assert.ok(ties > 0);
});
