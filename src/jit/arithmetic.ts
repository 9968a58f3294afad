import { Code } from '../wasm/code.ts';
import type { ModuleBuilder } from '../wasm/module.ts';
import { I64, OP } from '../wasm/opcodes.ts';

/** The 64-bit operations that WebAssembly lacks, as functions of two i64. */
export interface Arithmetic {
  readonly mulhi_u: number;
  readonly mulhi_s: number;
  readonly mulhi_su: number;
  readonly clmul: number;
  readonly clmulh: number;
}

export function buildArithmetic(builder: ModuleBuilder): Arithmetic {
  const type = builder.type([I64, I64], [I64]);
  const mulhi_u = builder.function(type, [I64, I64, I64, I64], mulhiU());
  return {
    mulhi_u,
    mulhi_s: builder.function(type, [], mulhiSigned(mulhi_u, true)),
    mulhi_su: builder.function(type, [], mulhiSigned(mulhi_u, false)),
    clmul: builder.function(type, [I64, I64], carryLess(false)),
    clmulh: builder.function(type, [I64, I64], carryLess(true)),
  };
}

const [A, B] = [0, 1];

/** Schoolbook product of 32-bit halves: the high word of each partial product carries upwards. */
function mulhiU(): Code {
  const [a0, b0, t, middle] = [2, 3, 4, 5];
  const low = (c: Code): Code => c.i64(0xffffffff).op(OP.i64_and);
  const high = (c: Code): Code => c.i64(32).op(OP.i64_shr_u);
  const c = new Code();
  low(c.get(A)).set(a0);
  low(c.get(B)).set(b0);
  high(c.get(a0).get(b0).op(OP.i64_mul)).set(t);
  high(c.get(A)).get(b0).op(OP.i64_mul).get(t).op(OP.i64_add).set(t);
  low(c.get(t));
  high(c.get(B)).get(a0).op(OP.i64_mul).op(OP.i64_add).set(middle);
  high(c.get(A));
  high(c.get(B)).op(OP.i64_mul);
  high(c.get(t)).op(OP.i64_add);
  high(c.get(middle)).op(OP.i64_add);
  return c;
}

/** A negative operand counts 2^64 too much in the unsigned product: take the other one off again. */
function mulhiSigned(mulhi_u: number, bothSigned: boolean): Code {
  const c = new Code();
  const correction = (x: number, y: number): Code =>
    c.get(x).i64(63).op(OP.i64_shr_s).get(y).op(OP.i64_and).op(OP.i64_sub);
  c.get(A).get(B).call(mulhi_u);
  correction(A, B);
  if (bothSigned) correction(B, A);
  return c;
}

/** Sums shifted copies of a without carries, one for each bit of b. */
function carryLess(isHigh: boolean): Code {
  const [sum, bit] = [2, 3];
  const c = new Code();
  c.i64(isHigh ? 1 : 0).set(bit);
  const top = c.loop();
  c.get(sum).get(A);
  if (isHigh) c.i64(64).get(bit).op(OP.i64_sub).op(OP.i64_shr_u);
  else c.get(bit).op(OP.i64_shl);
  c.i64(0).get(B).get(bit).op(OP.i64_shr_u).i64(1).op(OP.i64_and).op(OP.i64_sub);
  c.op(OP.i64_and).op(OP.i64_xor).set(sum);
  c.get(bit).i64(1).op(OP.i64_add).tee(bit).i64(64).op(OP.i64_lt_u).brIf(top);
  c.end();
  return c.get(sum);
}
