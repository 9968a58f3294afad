/**
 * Fused multiply-add in ordinary host operations, in a form that the translator can emit inline
 * where the host does not fuse. Round to nearest, even on ties, with inexact already accrued:
 * under the conditions given, the result is that of the soft operation and no flag but NX is raised.
 */
import { productError } from './exact-product.ts';
import { F32 } from './format.ts';
import { isFinite754 } from './host-rules.ts';
import { sumError } from './exact-sum.ts';

const double = new Float64Array(1);
const words = new Int32Array(double.buffer);

/** The round-to-odd sum, given the nearest one and its error: an even inexact sum moves one place toward the error. */
function oddSum(sum: number, error: number): number {
  if (error === 0) return sum;
  double[0] = sum;
  if ((words[0] & 1) !== 0) return sum;
  if (error > 0 === sum > 0) {
    words[0] |= 1;
  } else {
    if (words[0] === 0) words[1] -= 1;
    words[0] -= 1;
  }
  return double[0];
}

/**
 * The condition for `fusedF64`. The splittings and sums stay finite; the product's last bit is above
 * 2^-1010, so its error is exact, and a result below the normal range is a sum of multiples
 * of 2^-1074, hence exact too: nothing can overflow or underflow.
 */
export function canFuseF64(a: number, b: number, c: number): boolean {
  const product = Math.abs(a * b);
  return (
    product > 2 ** -900 &&
    product < 2 ** 1000 &&
    Math.abs(a) < 2 ** 990 &&
    Math.abs(b) < 2 ** 990 &&
    Math.abs(c) < 2 ** 1000
  );
}

/**
 * a * b + c in f64 (S. Boldo and G. Melquiond, "Emulation of a FMA and correctly rounded sums:
 * proved algorithms using rounding to odd", IEEE Transactions on Computers 57, 2008, algorithm 5).
 */
export function fusedF64(a: number, b: number, c: number): number {
  const product = a * b;
  const productLow = productError(a, b, product);
  const first = c + productLow;
  const firstLow = sumError(c, productLow, first);
  const high = product + first;
  const highLow = sumError(product, first, high);
  const low = firstLow + highLow;
  return high + oddSum(low, sumError(firstLow, highLow, low));
}

/**
 * a * b + c of f32 numbers, in f32. The f64 product is exact; a sum rounded to odd has more than two bits
 * beyond f32's, so rounding it again is innocuous (the same paper, theorem 1), below the normal range too.
 * In wasm: unless the low 29 bits of the f64 sum are 0x10000000, `f32.demote_f64` of it is already right.
 */
export function fusedF32(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  return Math.fround(oddSum(sum, sumError(product, c, sum)));
}

/** Whether `r = fusedF32(a, b, c)` raised nothing but NX: as for a product, and an exact zero sum. */
export function fusedF32Exact(a: number, b: number, c: number, r: number): boolean {
  const magnitude = Math.abs(r);
  return (magnitude > F32.minNormal && isFinite754(magnitude)) || (r === 0 && a * b === -c);
}
