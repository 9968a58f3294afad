import type { Node } from '../ir/node.ts';
import { OP } from '../wasm/opcodes.ts';
import type { Emitter } from './emitter.ts';
import { emitFused } from './fusion.ts';
import { NX, TINY } from './host-limit.ts';
import { CPU } from './locals.ts';

/**
 * Floating-point operations on the host, where its result and flags are known to be right: the rules
 * are those of ir/softfloat. What a rule does not allow is left to soft float.
 */

const RTZ = 1;

type Format = keyof typeof TINY;

interface Arithmetic {
  readonly f32: number;
  readonly f64: number;
  /** A tiny result may have underflowed. */
  readonly mayUnderflow: boolean;
  /** With a zero for one of the first so many operands, a zero result is exact. */
  readonly zeroes: number;
}
const ARITHMETIC: Readonly<Record<string, Arithmetic>> = {
  add: { f32: OP.f32_add, f64: OP.f64_add, mayUnderflow: false, zeroes: 0 },
  sub: { f32: OP.f32_sub, f64: OP.f64_sub, mayUnderflow: false, zeroes: 0 },
  mul: { f32: OP.f32_mul, f64: OP.f64_mul, mayUnderflow: true, zeroes: 2 },
  div: { f32: OP.f32_div, f64: OP.f64_div, mayUnderflow: true, zeroes: 1 },
  sqrt: { f32: OP.f32_sqrt, f64: OP.f64_sqrt, mayUnderflow: false, zeroes: 0 },
};
const COMPARISON: Readonly<Record<string, readonly [number, number]>> = {
  eq: [OP.f32_eq, OP.f64_eq],
  lt: [OP.f32_lt, OP.f64_lt],
  le: [OP.f32_le, OP.f64_le],
  ltQuiet: [OP.f32_lt, OP.f64_lt],
  leQuiet: [OP.f32_le, OP.f64_le],
};
const EXTREMUM: Readonly<Record<string, readonly [number, number]>> = {
  min: [OP.f32_min, OP.f64_min],
  max: [OP.f32_max, OP.f64_max],
};
/** fromX: for f32 and f64. */
const FROM: Readonly<Record<string, readonly [number, number]>> = {
  fromI32: [OP.f32_convert_i32_s, OP.f64_convert_i32_s],
  fromU32: [OP.f32_convert_i32_u, OP.f64_convert_i32_u],
  fromI64: [OP.f32_convert_i64_s, OP.f64_convert_i64_s],
  fromU64: [OP.f32_convert_i64_u, OP.f64_convert_i64_u],
};
/** toX: second byte of the saturating truncation after 0xfc, and the open range that fits. */
const TO: Readonly<Record<string, { readonly trunc: number; readonly above: number; readonly below: number }>> = {
  toI32: { trunc: 2, above: -(2 ** 31) - 1, below: 2 ** 31 },
  toU32: { trunc: 3, above: -1, below: 2 ** 32 },
  toI64: { trunc: 6, above: -(2 ** 63) - 2 ** 11, below: 2 ** 63 },
  toU64: { trunc: 7, above: -1, below: 2 ** 64 },
};

/** An operation and the locals of its emission. */
export interface HostFloat {
  readonly node: Node;
  /** Of the operands, of the rounding mode, and of the result. */
  readonly values: readonly number[];
  readonly mode: number;
  readonly result: number;
  /** Label of what comes after the operation. */
  readonly done: number;
}

/**
 * Sets `result` by a host operation if a rule allows it here and then leaves for `done`; falls
 * through where it does not.
 */
export function emitHostFloat(emitter: Emitter, float: HostFloat): void {
  const { node, values, result, done } = float;
  const { code } = emitter;
  const [format, family] = node.attributes.fp!.split('.') as [Format | 'f16', string];
  if (format === 'f16') return;
  const wide = format === 'f64' ? 1 : 0;
  const [a, b] = values as [number, number];
  const arithmetic = ARITHMETIC[family];
  const comparison = COMPARISON[family];
  const extremum = EXTREMUM[family];
  const from = FROM[family];
  if (arithmetic !== undefined) {
    for (const value of values) code.get(value);
    code.op(arithmetic[format]).set(result);
    emitGuard(emitter, float, format, arithmetic);
  } else if (family === 'fma') {
    if (emitter.targets.fuses) emitFused(code, wide === 1, values as [number, number, number]);
    else {
      for (const value of values) code.get(value);
      code.call(emitter.targets.runtime[wide ? 'fused_f64' : 'fused_f32']);
    }
    code.set(result);
    emitGuard(emitter, float, format, { mayUnderflow: true, zeroes: 2 });
  } else if (comparison !== undefined) {
    const slow = code.block();
    for (const value of [a, b]) {
      code
        .get(value)
        .get(value)
        .op(wide ? OP.f64_ge : OP.f32_ge);
      code.op(OP.i32_eqz).brIf(slow, false);
    }
    code.get(a).get(b).op(comparison[wide]);
    if (node.type === 'i64') code.op(OP.i64_extend_i32_u);
    code.set(result).br(done);
    code.end();
  } else if (extremum !== undefined) {
    code.get(a).get(b).op(extremum[wide]).tee(result).get(result);
    code.op(wide ? OP.f64_eq : OP.f32_eq).brIf(done, true);
  } else if (from !== undefined) {
    const slow = code.block();
    if (!(wide && family.endsWith('32'))) mayRound(emitter, float, slow);
    code.get(a).op(from[wide]).set(result).br(done);
    code.end();
  } else if (family in TO) {
    emitToInteger(emitter, float, wide, TO[family]!);
  } else if (family === 'toF64') {
    code.get(a).op(OP.f64_promote_f32).tee(result).get(result).op(OP.f64_eq).brIf(done, true);
  } else if (family === 'toF32') {
    code.get(a).op(OP.f32_demote_f64).set(result);
    emitGuard(emitter, { ...float, values: [] }, 'f32', { mayUnderflow: true, zeroes: 0 });
  }
}

/** Leaves for `done` if the rounded result is right and raises nothing but what has accrued. */
function emitGuard(
  emitter: Emitter,
  { node, values, mode, result, done }: HostFloat,
  format: Format,
  { mayUnderflow, zeroes }: Pick<Arithmetic, 'mayUnderflow' | 'zeroes'>,
): void {
  const { code } = emitter;
  const wide = format === 'f64';
  const limit = (): void => emitter.limit(node.args.at(-1)!, mode);
  code.get(result);
  if (wide) code.op(OP.i64_reinterpret_f64).i64(32).op(OP.i64_shr_u).op(OP.i32_wrap_i64);
  else code.op(OP.i32_reinterpret_f32);
  code.i32(1).op(OP.i32_shl);
  if (mayUnderflow) code.i32(TINY[format]).op(OP.i32_sub);
  limit();
  code.op(OP.i32_lt_u).brIf(done, true);
  if (zeroes === 0) return;
  // Nothing times a number is exact, and common.
  const isZero = (local: number): void => {
    code.get(local);
    if (wide) code.f64(0);
    else code.f32(0);
    code.op(wide ? OP.f64_eq : OP.f32_eq);
  };
  isZero(result);
  values.slice(0, zeroes).forEach((value, i) => {
    isZero(value);
    if (i > 0) code.op(OP.i32_or);
  });
  code.op(OP.i32_and);
  limit();
  code.i32(0).op(OP.i32_ne);
  code.op(OP.i32_and).brIf(done);
}

/** Leaves for `slow` if a result that is always a number might be rounded otherwise, or raise inexact anew. */
function mayRound(emitter: Emitter, { node, mode }: HostFloat, slow: number): void {
  emitter.limit(node.args.at(-1)!, mode);
  emitter.code.op(OP.i32_eqz).brIf(slow, false);
}

/** Toward zero, as C does it. */
function emitToInteger(
  emitter: Emitter,
  { node, values, result, done }: HostFloat,
  wide: 0 | 1,
  { trunc, above, below }: (typeof TO)[string],
): void {
  const mode = node.args.at(-1)!;
  if (mode.op !== 'const' || mode.attributes.value !== RTZ) return;
  const { code, layout } = emitter;
  const slow = code.block();
  const asDouble = (): void => {
    code.get(values[0]!);
    if (!wide) code.op(OP.f64_promote_f32);
  };
  code.get(CPU).memory(OP.i32_load, layout.offset('fflags')).i32(NX).op(OP.i32_and);
  asDouble();
  code.f64(above);
  code.op(OP.f64_gt).op(OP.i32_and);
  asDouble();
  code.f64(below);
  code.op(OP.f64_lt).op(OP.i32_and).op(OP.i32_eqz).brIf(slow, false);
  asDouble();
  code.prefixed(0xfc, trunc).set(result).br(done);
  code.end();
}
