import type { Node } from '../ir/node.ts';
import { OP } from '../wasm/opcodes.ts';
import type { Emitter } from './emitter.ts';

/**
 * Floating-point operations on the host, where its result and flags are known to be right: the rules
 * are those of ir/softfloat. What a rule does not allow is left to soft float.
 */

const RNE = 0;
const RTZ = 1;
const NX = 1;

interface Arithmetic {
  readonly f32: number;
  readonly f64: number;
  /** A tiny result may have underflowed. */
  readonly mayUnderflow: boolean;
}
const ARITHMETIC: Readonly<Record<string, Arithmetic>> = {
  add: { f32: OP.f32_add, f64: OP.f64_add, mayUnderflow: false },
  sub: { f32: OP.f32_sub, f64: OP.f64_sub, mayUnderflow: false },
  mul: { f32: OP.f32_mul, f64: OP.f64_mul, mayUnderflow: true },
  div: { f32: OP.f32_div, f64: OP.f64_div, mayUnderflow: true },
  sqrt: { f32: OP.f32_sqrt, f64: OP.f64_sqrt, mayUnderflow: false },
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

/**
 * Sets `result` by a host operation if a rule allows it here and then leaves for `done`; falls
 * through where it does not. `values` are locals that hold the operands.
 */
export function emitHostFloat(
  emitter: Emitter,
  node: Node,
  values: readonly number[],
  mode: number,
  result: number,
  done: number,
): void {
  const { code } = emitter;
  const [format, family] = node.attributes.fp!.split('.') as ['f32' | 'f64' | 'f16', string];
  if (format === 'f16') return;
  const wide = format === 'f64' ? 1 : 0;
  const [a, b] = values as [number, number];
  const knownMode = constantOf(node.args.at(-1)!);
  const slow = code.block();
  /** The mode is to nearest and inexact has accrued. */
  const inexactAllowed = (): void => {
    if (knownMode !== RNE) code.get(mode).brIf(slow, false);
    accrued(emitter, slow);
  };

  const arithmetic = ARITHMETIC[family];
  const comparison = COMPARISON[family];
  const extremum = EXTREMUM[family];
  const from = FROM[family];
  const to = TO[family];
  if (arithmetic !== undefined) {
    inexactAllowed();
    code.get(a);
    if (family !== 'sqrt') code.get(b);
    code
      .op(arithmetic[format])
      .tee(result)
      .op(wide ? OP.f64_abs : OP.f32_abs);
    number(emitter, wide, Infinity);
    code.op(wide ? OP.f64_lt : OP.f32_lt);
    if (arithmetic.mayUnderflow) {
      code.get(result).op(wide ? OP.f64_abs : OP.f32_abs);
      number(emitter, wide, wide ? 2 ** -1022 : 2 ** -126);
      code.op(wide ? OP.f64_gt : OP.f32_gt).op(OP.i32_and);
    }
    code.brIf(done, true);
  } else if (comparison !== undefined) {
    for (const value of [a, b]) {
      code
        .get(value)
        .get(value)
        .op(wide ? OP.f64_ne : OP.f32_ne)
        .brIf(slow, false);
    }
    code.get(a).get(b).op(comparison[wide]);
    if (node.type === 'i64') code.op(OP.i64_extend_i32_u);
    code.set(result).br(done);
  } else if (extremum !== undefined) {
    code.get(a).get(b).op(extremum[wide]).tee(result).get(result);
    code.op(wide ? OP.f64_eq : OP.f32_eq).brIf(done, true);
  } else if (from !== undefined) {
    if (!(wide && family.endsWith('32'))) inexactAllowed();
    code.get(a).op(from[wide]).set(result).br(done);
  } else if (to !== undefined && knownMode === RTZ) {
    accrued(emitter, slow);
    const asDouble = (): void => {
      code.get(a);
      if (!wide) code.op(OP.f64_promote_f32);
    };
    asDouble();
    number(emitter, 1, to.above);
    code.op(OP.f64_gt);
    asDouble();
    number(emitter, 1, to.below);
    code.op(OP.f64_lt).op(OP.i32_and).op(OP.i32_eqz).brIf(slow, false);
    asDouble();
    code.prefixed(0xfc, to.trunc).set(result).br(done);
  } else if (family === 'toF64') {
    code.get(a).get(a).op(OP.f32_ne).brIf(slow, false);
    code.get(a).op(OP.f64_promote_f32).set(result).br(done);
  } else if (family === 'toF32') {
    inexactAllowed();
    code.get(a).op(OP.f32_demote_f64).tee(result).op(OP.f32_abs);
    number(emitter, 0, 2 ** -126);
    code.op(OP.f32_gt).get(result).op(OP.f32_abs);
    number(emitter, 0, Infinity);
    code.op(OP.f32_lt).op(OP.i32_and).brIf(done, true);
  }
  code.end();
}

/** Whether the host has a rule for the operation at all. */
export function hasHostRule(node: Node): boolean {
  const [format, family] = node.attributes.fp!.split('.') as [string, string];
  if (format === 'f16') return false;
  if (family in TO) return constantOf(node.args.at(-1)!) === RTZ;
  return (
    family in ARITHMETIC ||
    family in COMPARISON ||
    family in EXTREMUM ||
    family in FROM ||
    (family === 'toF64' && format === 'f32') ||
    (family === 'toF32' && format === 'f64')
  );
}

/** Leaves for `slow` unless inexact has accrued. */
function accrued({ code, layout }: Emitter, slow: number): void {
  code.get(0).memory(OP.i32_load, layout.offset('fflags')).i32(NX).op(OP.i32_and);
  code.op(OP.i32_eqz).brIf(slow, false);
}

function number({ code }: Emitter, wide: 0 | 1, value: number): void {
  if (wide) {
    const words = new Int32Array(Float64Array.of(value).buffer);
    code.f64Bits(words[0]!, words[1]!);
  } else {
    code.f32Bits(new Int32Array(Float32Array.of(value).buffer)[0]!);
  }
}

function constantOf(node: Node): number | undefined {
  return node.op === 'const' ? Number(node.attributes.value) : undefined;
}
