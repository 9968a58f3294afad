import type { OpName } from '../ir/ops.ts';
import { OP } from '../wasm/opcodes.ts';

/** Binary operations that are one instruction of WebAssembly: for 32 bits and for 64. */
export const BINARY: Partial<Record<OpName, readonly [number, number]>> = {
  add: [OP.i32_add, OP.i64_add],
  sub: [OP.i32_sub, OP.i64_sub],
  mul: [OP.i32_mul, OP.i64_mul],
  div_s: [OP.i32_div_s, OP.i64_div_s],
  div_u: [OP.i32_div_u, OP.i64_div_u],
  rem_s: [OP.i32_rem_s, OP.i64_rem_s],
  rem_u: [OP.i32_rem_u, OP.i64_rem_u],
  and: [OP.i32_and, OP.i64_and],
  or: [OP.i32_or, OP.i64_or],
  xor: [OP.i32_xor, OP.i64_xor],
  shl: [OP.i32_shl, OP.i64_shl],
  shr_u: [OP.i32_shr_u, OP.i64_shr_u],
  shr_s: [OP.i32_shr_s, OP.i64_shr_s],
  rotl: [OP.i32_rotl, OP.i64_rotl],
  rotr: [OP.i32_rotr, OP.i64_rotr],
  eq: [OP.i32_eq, OP.i64_eq],
  ne: [OP.i32_ne, OP.i64_ne],
  lt_s: [OP.i32_lt_s, OP.i64_lt_s],
  lt_u: [OP.i32_lt_u, OP.i64_lt_u],
  le_s: [OP.i32_le_s, OP.i64_le_s],
  le_u: [OP.i32_le_u, OP.i64_le_u],
};

export const UNARY: Partial<Record<OpName, readonly [number, number]>> = {
  clz: [OP.i32_clz, OP.i64_clz],
  ctz: [OP.i32_ctz, OP.i64_ctz],
  popcnt: [OP.i32_popcnt, OP.i64_popcnt],
};

/** Operations on narrow values whose operands must be sign-extended first. */
export const SIGNED: ReadonlySet<OpName> = new Set(['lt_s', 'le_s', 'shr_s']);
/** Operations whose result may have bits above a narrow type, which are cleared. */
export const OVERFLOWING: ReadonlySet<OpName> = new Set(['add', 'sub', 'mul', 'shl', 'shr_s']);
export const SHIFTS: ReadonlySet<OpName> = new Set(['shl', 'shr_u', 'shr_s']);
