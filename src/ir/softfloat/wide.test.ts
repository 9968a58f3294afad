/** The 128-bit magnitude against bigint, on words that carry: such sums are too rare to wait for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Unpacked } from './unpacked.ts';
import { Wide } from './wide.ts';

const word = fc.oneof(fc.constantFrom(0, 1, -1, -2, -0x80000000, 0x7fffffff), fc.integer());
const positiveWord = fc.oneof(fc.constantFrom(0, 1, 0x40000000, 0x7fffffff), fc.nat(0x7fffffff));
/** Below 2^127. */
const words = fc.tuple(positiveWord, word, word, word);
const normalized = fc.tuple(fc.oneof(fc.constant(0x7fffffff), fc.integer({ min: 0x40000000, max: 0x7fffffff })), word);

const join = (...parts: readonly number[]): bigint => parts.reduce((x, w) => (x << 32n) | BigInt(w >>> 0), 0n);
const value = (x: Wide): bigint => join(x.w3, x.w2, x.w1, x.w0);

function wide([w3, w2, w1, w0]: readonly [number, number, number, number]): Wide {
  return Object.assign(new Wide(), { w3, w2, w1, w0 });
}

function significand([hi, lo]: readonly [number, number]): Unpacked {
  return Object.assign(new Unpacked(), { hi, lo });
}

/** Divides by 2^count with a sticky bit. */
function shifted(x: bigint, count: bigint): bigint {
  const whole = x >> count;
  return whole << count === x ? whole : whole | 1n;
}

const RUNS = { numRuns: 2000 };

test('products', () => {
  const product = new Wide();
  fc.assert(
    fc.property(normalized, normalized, (a, b) => {
      product.setProduct(significand(a), significand(b));
      assert.equal(value(product), join(...a) * join(...b));
    }),
    RUNS,
  );
});

test('sums and differences', () => {
  fc.assert(
    fc.property(words, words, (a, b) => {
      const sum = wide(a);
      sum.add(wide(b));
      assert.equal(value(sum), join(...a) + join(...b));
      const difference = wide(a);
      const larger = difference.subtract(wide(b));
      const exact = join(...a) - join(...b);
      assert.equal(value(difference), exact < 0n ? -exact : exact);
      assert.equal(larger, exact < 0n);
    }),
    RUNS,
  );
});

test('shifts', () => {
  fc.assert(
    fc.property(words, fc.nat(200), (a, count) => {
      const x = wide(a);
      x.shiftRight(count);
      assert.equal(value(x), shifted(join(...a), BigInt(count)));
    }),
    RUNS,
  );
});

test('moving out, normalized', () => {
  const r = new Unpacked();
  // Leading zeros of every count, and few ones, so that only one of them is lost.
  const bit = fc.nat(126).map((at) => 1n << BigInt(at));
  const small = fc.oneof(
    fc.tuple(words, fc.nat(126)).map(([a, count]) => join(...a) >> BigInt(count)),
    fc.tuple(bit, bit).map(([x, y]) => x | y),
    bit.map((y) => (1n << 95n) | y),
  );
  fc.assert(
    fc.property(small, (x) => {
      fc.pre(x !== 0n);
      const part = (at: bigint): number => Number(BigInt.asIntN(32, x >> at));
      wide([part(96n), part(64n), part(32n), part(0n)]).moveTo(r, 10);
      const length = x.toString(2).length;
      assert.equal(join(r.hi, r.lo), length > 63 ? shifted(x, BigInt(length - 63)) : x << BigInt(63 - length));
      // Bit 124 stands for 2^exp.
      assert.equal(r.exp, 10 + length - 125);
    }),
    RUNS,
  );
});
