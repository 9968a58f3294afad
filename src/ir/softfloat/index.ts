/**
 * Soft floating point: IEEE 754-2019 arithmetic on encodings, exact to the bit and the flag.
 *
 * One generic engine serves all formats: operands are taken apart (`unpacked.ts`), an operation computes
 * a significand of 63 bits of which the last may be sticky, and `pack.ts` rounds it once. Each operation
 * is declared in its own file with its operands, meaning and host rule; `ops.ts` lists them.
 *
 * # When the host may compute
 *
 * The host (wasm, JavaScript) rounds to nearest, ties to even, and tells no flags. Its result can be used when
 *
 * - the rounding mode is RNE (or, for conversions to integers and to integral values, one for which the
 *   host has an operation), and
 * - NX has already accrued (or traps and flags are not observed before it does), so that it is immaterial
 *   whether this operation raises it, and
 * - the operation raises no other flag and does not deliver a NaN, whose bits the host does not fix.
 *
 * The last condition is decided from operands and the host's result r, with N the smallest normal number
 * of the format (2^-1022 or 2^-126):
 *
 * | operation | host operation | condition | why |
 * |---|---|---|---|
 * | add, sub | fNN.add, fNN.sub | r finite | A NaN r is invalid or had a NaN operand; an infinite r may be overflow. A tiny sum is exact: both operands are multiples of the smallest subnormal. |
 * | mul | fNN.mul | r finite and \|r\| > N, or r = 0 and (a = 0 or b = 0) | Below N, underflow. N itself may be a rounded tiny number. |
 * | div | fNN.div | r finite and \|r\| > N, or r = 0 and (a = 0 or b infinite) | The same; division by zero gives infinity or NaN. |
 * | sqrt | fNN.sqrt | r no NaN | A root is far from both ends of the range. |
 * | fma | a host operation known to fuse | r finite and \|r\| > N, or r = 0 and (a = 0 or b = 0) | As for mul. |
 * | fma, f64 | `fusedF64` | 2^-900 < \|a * b\| < 2^1000, \|a\|, \|b\| < 2^990, \|c\| < 2^1000 | See `fused.ts`. |
 * | fma, f32 | f64.mul, f64.add, f32.demote_f64 | the f64 sum's low 29 bits are not 0x10000000, and r as for mul | A second rounding differs from a single one only when the first gave a midpoint. Or `fusedF32`. |
 * | min, max, minimum, maximum | fNN.min, fNN.max | r no NaN | Then neither operand was NaN; zeros are ordered alike. Any rm. |
 * | eq, lt, le and quiet | fNN.eq, lt, le | a and b no NaN | Any rm. |
 * | toF64 of f32 | f64.promote_f32 | a no NaN | Exact, subnormal numbers too. |
 * | toF32 of f64 | f32.demote_f64 | r finite and \|r\| > N, or a = 0 | As for mul. |
 * | toI32 … toU64 | fNN.nearest, trunc, floor, ceil, then iNN.trunc_sat | the integral number is in the range, as in -2^63 <= n < 2^63 | Otherwise invalid, and not inexact. |
 * | fromI32 … fromU64 | fNN.convert | none | Never more than inexact; 32 bits to f64 exact in any rm. |
 * | roundInt | fNN.nearest, trunc, floor, ceil | a no NaN | Nothing but NX can be raised. RMM has no host operation. |
 * | classify | none | | |
 *
 * Infinite results fail these tests even where they are exact; they are rare, and soft.
 * f32 operations are meant on host f32. On f64 with one rounding at the end, add, sub, mul, div and sqrt
 * give the same results, since 53 >= 2 * 24 + 2.
 * The conditions hold for either detection of tininess. `hostExact` is the table as a predicate, and tested as such.
 */
export { WINDOW_WORDS } from './context.ts';
export type { FpOptions } from './context.ts';
export { fpEvaluator } from './evaluate.ts';
export type { FpEvaluator, FpResult } from './evaluate.ts';
export type { FpType, HostCase, HostRule } from './family.ts';
export { DZ, NV, NX, OF, UF } from './flags.ts';
export { F16, F32, F64, FORMATS, FloatFormat } from './format.ts';
export type { FormatName } from './format.ts';
export { canFuseF64, fusedF32, fusedF32Exact, fusedF64 } from './fused.ts';
export { hostExact } from './host-exact.ts';
export { FP_OPS, fpCode, fpOp, isFpOpName } from './ops.ts';
export type { FpOp, FpOpName } from './ops.ts';
export { ODD, RDN, RMM, RNE, RTZ, RUP } from './rounding.ts';
export { SoftFloat } from './soft-float.ts';
