/** Where `hostExact` says so, the host's result is the soft one and no flag but NX is raised. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { F16, F32, FP_OPS, NX, RNE, RTZ, RDN, RUP, fpEvaluator, hostExact } from './index.ts';
import { canFuseF64, fusedF32, fusedF32Exact, fusedF64 } from './index.ts';
import type { FpOp, FpType } from './index.ts';
import { RandomWords, operands } from './testing/vectors.ts';

const view = new DataView(new ArrayBuffer(8));

function toHost(type: FpType, bits: bigint): number {
  view.setBigUint64(0, bits, true);
  switch (type) {
    case 'f32':
      return view.getFloat32(0, true);
    case 'f64':
      return view.getFloat64(0, true);
    case 'i32':
      return view.getInt32(0, true);
    case 'u32':
      return view.getUint32(0, true);
    default:
      return NaN;
  }
}

function fromHost(type: FpType, x: number | boolean): bigint {
  view.setBigUint64(0, 0n, true);
  if (type === 'f32') view.setFloat32(0, Number(x), true);
  else if (type === 'f64') view.setFloat64(0, Number(x), true);
  else if (type.endsWith('32') || type === 'i1') view.setUint32(0, Number(x) >>> 0, true);
  else view.setBigUint64(0, BigInt.asUintN(64, BigInt(x)), true);
  return view.getBigUint64(0, true);
}

function nearestEven(x: number): number {
  const r = Math.round(x);
  const even = Math.abs(x - Math.trunc(x)) === 0.5 ? 2 * Math.round(x / 2) : r;
  return even === 0 ? (Object.is(x, -0) || x < 0 ? -0 : 0) : even;
}

const INTEGRAL: readonly ((x: number) => number)[] = [nearestEven, Math.trunc, Math.floor, Math.ceil];

type HostOperation = (a: number, b: number, rm: number) => number | boolean;

const HOST: Readonly<Record<string, HostOperation>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  sqrt: (a) => Math.sqrt(a),
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  minimum: (a, b) => Math.min(a, b),
  maximum: (a, b) => Math.max(a, b),
  eq: (a, b) => a === b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  ltQuiet: (a, b) => a < b,
  leQuiet: (a, b) => a <= b,
  toF32: (a) => Math.fround(a),
  toF64: (a) => a,
  fromI32: (a) => a,
  fromU32: (a) => a,
  toI32: (a, _b, rm) => INTEGRAL[rm](a),
  toU32: (a, _b, rm) => INTEGRAL[rm](a),
  toI64: (a, _b, rm) => INTEGRAL[rm](a),
  toU64: (a, _b, rm) => INTEGRAL[rm](a),
  roundInt: (a, _b, rm) => INTEGRAL[rm](a),
  roundIntExact: (a, _b, rm) => INTEGRAL[rm](a),
};

const evaluate = fpEvaluator();
const evaluateBefore = fpEvaluator({ tininess: 'before' });

/** Runs an operation where the rule allows the host; returns how often it did. */
function compare(op: FpOp, host: HostOperation, random: RandomWords, count: number): number {
  let allowed = 0;
  for (let i = 0; i < count; i += 1) {
    const drawn = operands(random, op);
    const rm = [RNE, RNE, RTZ, RDN, RUP][i % 5];
    const [a, b] = [toHost(op.args[0], drawn[0]), op.args.length > 1 ? toHost(op.args[1], drawn[1]) : NaN];
    const raw = host(a, b, rm);
    const rounded = op.result === 'f32' ? Math.fround(Number(raw)) : raw;
    if (!hostExact(op.code, rm, a, b, NaN, Number(rounded))) continue;
    allowed += 1;
    const shown = `${op.name} rm ${rm} of ${a} and ${b}`;
    for (const { value, flags } of [evaluate(op.name, rm, ...drawn), evaluateBefore(op.name, rm, ...drawn)]) {
      if (value !== fromHost(op.result, rounded)) assert.fail(`${shown}: the host has ${rounded}`);
      if ((flags & ~NX) !== 0) assert.fail(`${shown} raises ${flags}`);
    }
  }
  return allowed;
}

describe('hostExact', () => {
  const random = new RandomWords(1985);
  for (const op of FP_OPS.filter((o) => o.format !== F16 && o.result !== 'f16' && o.args[0] !== 'f16')) {
    const host = HOST[op.name.slice(4)];
    if (host === undefined) continue;
    test(op.name, () => {
      const allowed = compare(op, host, random, 4000);
      // A rule that never allows the host would pass for nothing.
      assert.ok(allowed > 400, `allowed only ${allowed} times`);
    });
  }

  test('the smallest normal number may have underflowed', () => {
    const mul = FP_OPS.find((op) => op.name === 'f64.mul') ?? assert.fail();
    const tiny = 2 ** -1022;
    assert.equal(hostExact(mul.code, RNE, tiny, 1, NaN, tiny), false);
    assert.equal(hostExact(mul.code, RNE, tiny, 2, NaN, 2 * tiny), true);
    assert.equal(hostExact(mul.code, RNE, 0, 2, NaN, 0), true);
    assert.equal(hostExact(mul.code, RNE, tiny, tiny, NaN, 0), false);
    assert.equal(hostExact(mul.code, RTZ, 3, 2, NaN, 6), false);
  });
});

function fusedMatches(name: 'f32.fma' | 'f64.fma', count: number): number {
  const op = FP_OPS.find((o) => o.name === name) ?? assert.fail();
  const random = new RandomWords(2008);
  const type = op.result;
  let allowed = 0;
  for (let i = 0; i < count; i += 1) {
    const drawn = operands(random, op);
    const [a, b, c] = drawn.map((x) => toHost(type, x));
    const narrow = op.format === F32;
    if (!narrow && !canFuseF64(a, b, c)) continue;
    const r = narrow ? fusedF32(a, b, c) : fusedF64(a, b, c);
    if (narrow && !fusedF32Exact(a, b, c, r)) continue;
    allowed += 1;
    const { value, flags } = evaluate(name, RNE, ...drawn);
    if (value !== fromHost(type, r)) assert.fail(`${name} of ${a}, ${b}, ${c}: ${r}`);
    if ((flags & ~NX) !== 0) assert.fail(`${name} of ${a}, ${b}, ${c} raises ${flags}`);
  }
  return allowed;
}

test('a fused f64 multiply-add out of host operations', () => {
  assert.ok(fusedMatches('f64.fma', 30_000) > 5_000);
});

test('a fused f32 multiply-add out of host operations', () => {
  assert.ok(fusedMatches('f32.fma', 30_000) > 5_000);
});

test('a host operation that fuses', () => {
  const random = new RandomWords(754);
  for (const op of FP_OPS.filter(({ name }) => name === 'f32.fma' || name === 'f64.fma')) {
    let allowed = 0;
    for (let i = 0; i < 10_000; i += 1) {
      const drawn = operands(random, op);
      const [a, b, c] = drawn.map((x) => toHost(op.result, x));
      // What such a host gives is the soft result; the question is the flags.
      const { value, flags } = evaluateBefore(op.name, RNE, ...drawn);
      if (!hostExact(op.code, RNE, a, b, c, toHost(op.result, value))) continue;
      allowed += 1;
      assert.equal((flags | evaluate(op.name, RNE, ...drawn).flags) & ~NX, 0, `${op.name} of ${a}, ${b}, ${c}`);
    }
    assert.ok(allowed > 2_000);
  }
});

test('the f64 sum of an f32 fma may be rounded again unless it is a midpoint of f32', () => {
  const op = FP_OPS.find(({ name }) => name === 'f32.fma') ?? assert.fail();
  const random = new RandomWords(2019);
  let midpoints = 0;
  for (let i = 0; i < 20_000; i += 1) {
    const drawn = operands(random, op);
    const [a, b, c] = drawn.map((x) => toHost('f32', x));
    const sum = a * b + c;
    const r = Math.fround(sum);
    if (!hostExact(op.code, RNE, a, b, c, r)) continue;
    if ((fromHost('f64', sum) & 0x1fffffffn) === 0x10000000n) midpoints += 1;
    else assert.equal(fromHost('f32', r), evaluate('f32.fma', RNE, ...drawn).value, `${a}, ${b}, ${c}`);
  }
  assert.ok(midpoints > 20);
});
