import { Code } from '../wasm/code.ts';
import type { ModuleBuilder } from '../wasm/module.ts';
import { F32, F64, I64, OP } from '../wasm/opcodes.ts';

/**
 * Multiply-add that rounds once, of operations that round each by itself, for hosts that have no other:
 * `fusedF64` and `fusedF32` of ir/softfloat/fused.ts, where the algorithms are proved. NaN stands for
 * operands that they are not meant for, beside the sums that are none.
 */
export interface FusedEmulation {
  readonly fused_f64: number;
  readonly fused_f32: number;
}

export function buildFusedEmulation(builder: ModuleBuilder): FusedEmulation {
  return {
    fused_f64: builder.function(
      builder.type([F64, F64, F64], [F64]),
      [...Array<number>(13).fill(F64), I64],
      fusedF64(),
    ),
    fused_f32: builder.function(builder.type([F32, F32, F32], [F32]), [F64], fusedF32()),
  };
}

const [A, B, C] = [0, 1, 2];
const SPLITTER = 2 ** 27 + 1;

function fusedF64(): Code {
  const [product, aHigh, aLow, bHigh, bLow, productLow, first, firstLow, high, highLow, low, error, part] = Array.from(
    { length: 13 },
    (_, i) => 3 + i,
  ) as [number, number, number, number, number, number, number, number, number, number, number, number, number];
  const bits = 16;
  const c = new Code();
  c.get(A).get(B).op(OP.f64_mul).set(product);
  // Nothing times a number is exact.
  for (const operand of [A, B]) {
    c.get(operand).f64(0).op(OP.f64_eq);
    c.if();
    c.get(product).get(C).op(OP.f64_add).op(OP.return);
    c.end();
  }
  const isBelow = (operand: number, bound: number): Code => c.get(operand).op(OP.f64_abs).f64(bound).op(OP.f64_lt);
  c.f64(2 ** -900)
    .get(product)
    .op(OP.f64_abs)
    .op(OP.f64_lt);
  isBelow(product, 2 ** 1000).op(OP.i32_and);
  for (const [operand, bound] of [
    [A, 2 ** 990],
    [B, 2 ** 990],
    [C, 2 ** 1000],
  ] as const) {
    isBelow(operand, bound).op(OP.i32_and);
  }
  c.op(OP.i32_eqz);
  c.if();
  c.f64(NaN).op(OP.return);
  c.end();

  /** x = high + low, of half the bits each. */
  const split = (x: number, xHigh: number, xLow: number): void => {
    c.get(x).f64(SPLITTER).op(OP.f64_mul).tee(xHigh).get(xHigh).get(x).op(OP.f64_sub).op(OP.f64_sub).tee(xHigh);
    c.set(xLow).get(x).get(xLow).op(OP.f64_sub).set(xLow);
  };
  split(A, aHigh, aLow);
  split(B, bHigh, bLow);
  c.get(aLow).get(bLow).op(OP.f64_mul).get(product).get(aHigh).get(bHigh).op(OP.f64_mul).op(OP.f64_sub);
  c.get(aLow).get(bHigh).op(OP.f64_mul).op(OP.f64_sub).get(aHigh).get(bLow).op(OP.f64_mul).op(OP.f64_sub);
  c.op(OP.f64_sub).set(productLow);

  /** sum = x + y, and what that leaves out. */
  const add = (x: number, y: number, sum: number, rest: number): void => {
    c.get(x).get(y).op(OP.f64_add).tee(sum).get(x).op(OP.f64_sub).set(part);
    c.get(x).get(sum).get(part).op(OP.f64_sub).op(OP.f64_sub).get(y).get(part).op(OP.f64_sub).op(OP.f64_add).set(rest);
  };
  add(C, productLow, first, firstLow);
  add(product, first, high, highLow);
  add(firstLow, highLow, low, error);
  // An even sum that is inexact moves one place toward the error.
  c.get(low).op(OP.i64_reinterpret_f64).set(bits);
  c.get(error).f64(0).op(OP.f64_ne).get(bits).op(OP.i32_wrap_i64).i32(1).op(OP.i32_and).op(OP.i32_eqz);
  c.op(OP.i32_and);
  c.if();
  c.get(bits).i64(1).i64(-1);
  c.get(error).f64(0).op(OP.f64_gt);
  c.get(low).f64(0).op(OP.f64_gt).op(OP.i32_eq).op(OP.select);
  c.op(OP.i64_add).op(OP.f64_reinterpret_i64).set(low);
  c.end();
  return c.get(high).get(low).op(OP.f64_add);
}

/** The product of singles is exact; a second rounding of the sum does harm where the first left a tie. */
function fusedF32(): Code {
  const sum = 3;
  const c = new Code();
  c.get(A).op(OP.f64_promote_f32).get(B).op(OP.f64_promote_f32).op(OP.f64_mul);
  c.get(C).op(OP.f64_promote_f32).op(OP.f64_add).tee(sum);
  c.op(OP.i64_reinterpret_f64).op(OP.i32_wrap_i64).i32(0x1fff_ffff).op(OP.i32_and).i32(0x1000_0000).op(OP.i32_eq);
  c.if();
  c.f64(NaN).op(OP.f32_demote_f64).op(OP.return);
  c.end();
  return c.get(sum).op(OP.f32_demote_f64);
}
