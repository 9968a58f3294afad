import { BugError } from '../base/errors.ts';
import type { Node } from '../ir/node.ts';
import { BITS, type Type } from '../ir/types.ts';
import { I32, I64, OP } from '../wasm/opcodes.ts';
import { emitTest } from './condition.ts';
import type { Emitter } from './emitter.ts';
import { BINARY, OVERFLOWING, SHIFTS, SIGNED, UNARY } from './integer-ops.ts';
import { emitVector } from './vector.ts';

/**
 * Pushes the value of a pure operation. Values of i8 and i16 are kept zero-extended in an i32.
 */
export function emitPure(emitter: Emitter, node: Node): void {
  const { code } = emitter;
  const [a, b, c] = node.args as [Node, Node, Node];
  const type = node.type!;
  const binary = BINARY[node.op];
  if (binary !== undefined && type !== 'v128') return emitBinary(emitter, node, binary);
  const unary = UNARY[node.op];
  if (unary !== undefined) {
    emitter.use(a);
    code.op(unary[wide(type)]);
    return;
  }
  switch (node.op) {
    case 'mulhi_s':
    case 'mulhi_u':
    case 'mulhi_su':
      if (type === 'i32') return emitMulhi32(emitter, node);
      emitter.use(a);
      emitter.use(b);
      code.call(emitter.targets.runtime[node.op]);
      return;
    case 'clmul':
    case 'clmulh':
      emitter.use(a);
      emitter.use(b);
      code.call(emitter.targets.runtime[node.op]);
      return;
    case 'select':
      emitter.use(b);
      emitter.use(c);
      emitter.use(a);
      code.op(OP.select);
      return;
    case 'trunc':
      return emitTruncate(emitter, a, type);
    case 'extend_s':
      return emitExtendS(emitter, a, type);
    case 'extend_u':
      emitter.use(a);
      if (type === 'i64') code.op(OP.i64_extend_i32_u);
      return;
    case 'extract_u':
      return emitExtractU(emitter, node);
    case 'extract_s': {
      const bits = BITS[type];
      const { value, length } = node.attributes as { value: number; length: number };
      const extend = EXTENSIONS[`${type} ${length}`];
      emitter.use(a);
      if (value === 0 && extend !== undefined) {
        code.op(extend);
        return;
      }
      shift(emitter, type, 'shl', bits - value - length);
      shift(emitter, type, 'shr_s', bits - length);
      return;
    }
    case 'deposit':
      return emitDeposit(emitter, node);
    case 'bswap':
      return emitBswap(emitter, node);
    case 'lo':
      emitter.use(a);
      return;
    case 'hi':
      emitter.useHigh(a);
      return;
    case 'fneg':
      emitter.use(a);
      code.op(type === 'f64' ? OP.f64_neg : OP.f32_neg);
      return;
    case 'fabs':
      emitter.use(a);
      code.op(type === 'f64' ? OP.f64_abs : OP.f32_abs);
      return;
    case 'fcopysign':
      emitter.use(a);
      emitter.use(b);
      code.op(type === 'f64' ? OP.f64_copysign : OP.f32_copysign);
      return;
    case 'bitcast':
      return emitBitcast(emitter, a, type);
    case 'test':
      return emitTest(emitter, node);
    default:
      if (emitVector(emitter, node)) return;
      throw new BugError(`${node.op}.${type} is not translated`);
  }
}

/** Sign extension of the low bits of a value in place. */
const EXTENSIONS: Readonly<Record<string, number>> = {
  'i32 8': OP.i32_extend8_s,
  'i32 16': OP.i32_extend16_s,
  'i64 8': OP.i64_extend8_s,
  'i64 16': OP.i64_extend16_s,
  'i64 32': OP.i64_extend32_s,
};

function wide(type: Type): 0 | 1 {
  return type === 'i64' ? 1 : 0;
}

function emitBinary(emitter: Emitter, node: Node, [op32, op64]: readonly [number, number]): void {
  const { code } = emitter;
  const [a, b] = node.args as [Node, Node];
  const operands = a.type!;
  if (operands === 'i128') throw new BugError(`${node.op}.i128 is not translated`);
  const narrow = operands === 'i8' || operands === 'i16';
  emitter.use(a);
  if (narrow && SIGNED.has(node.op)) signExtend(emitter, operands);
  emitter.use(b);
  if (narrow && SHIFTS.has(node.op)) code.i32(BITS[operands] - 1).op(OP.i32_and);
  else if (narrow && SIGNED.has(node.op)) signExtend(emitter, operands);
  code.op(wide(operands) ? op64 : op32);
  if (narrow && OVERFLOWING.has(node.op)) code.i32(2 ** BITS[operands] - 1).op(OP.i32_and);
}

function signExtend(emitter: Emitter, type: Type): void {
  emitter.code.op(type === 'i8' ? OP.i32_extend8_s : OP.i32_extend16_s);
}

function constant(emitter: Emitter, type: Type, value: number | bigint): void {
  if (type === 'i64') emitter.code.i64(value);
  else emitter.code.i32(Number(value));
}

function shift(emitter: Emitter, type: Type, kind: 'shl' | 'shr_u' | 'shr_s', amount: number): void {
  if (amount === 0) return;
  constant(emitter, type, amount);
  emitter.code.op(BINARY[kind]![wide(type)]);
}

function emitMulhi32(emitter: Emitter, node: Node): void {
  const { code } = emitter;
  const [a, b] = node.args as [Node, Node];
  emitter.use(a);
  code.op(node.op === 'mulhi_u' ? OP.i64_extend_i32_u : OP.i64_extend_i32_s);
  emitter.use(b);
  code.op(node.op === 'mulhi_s' ? OP.i64_extend_i32_s : OP.i64_extend_i32_u);
  code.op(OP.i64_mul).i64(32).op(OP.i64_shr_u).op(OP.i32_wrap_i64);
}

function emitTruncate(emitter: Emitter, a: Node, type: Type): void {
  const { code } = emitter;
  emitter.use(a); // The low half of an i128.
  if (type === 'i64') return;
  if (a.type === 'i64' || a.type === 'i128') code.op(OP.i32_wrap_i64);
  if (type === 'i8') code.i32(0xff).op(OP.i32_and);
  else if (type === 'i16') code.i32(0xffff).op(OP.i32_and);
}

function emitExtendS(emitter: Emitter, a: Node, type: Type): void {
  const { code } = emitter;
  emitter.use(a);
  if (a.type === 'i8' || a.type === 'i16') signExtend(emitter, a.type);
  if (type === 'i64') code.op(OP.i64_extend_i32_s);
  else if (type === 'i16') code.i32(0xffff).op(OP.i32_and);
}

function emitExtractU(emitter: Emitter, node: Node): void {
  const type = node.type!;
  const { value, length } = node.attributes as { value: number; length: number };
  emitter.use(node.args[0]!);
  shift(emitter, type, 'shr_u', value);
  if (value + length === BITS[type]) return;
  constant(emitter, type, (1n << BigInt(length)) - 1n);
  emitter.code.op(BINARY.and![wide(type)]);
}

function emitDeposit(emitter: Emitter, node: Node): void {
  const { code } = emitter;
  const type = node.type!;
  const { value, length } = node.attributes as { value: number; length: number };
  const mask = (1n << BigInt(length)) - 1n;
  emitter.use(node.args[0]!);
  constant(emitter, type, BigInt.asIntN(BITS[type], ~(mask << BigInt(value))));
  code.op(BINARY.and![wide(type)]);
  emitter.use(node.args[1]!);
  constant(emitter, type, BigInt.asIntN(BITS[type], mask));
  code.op(BINARY.and![wide(type)]);
  shift(emitter, type, 'shl', value);
  code.op(BINARY.or![wide(type)]);
}

/** Swaps neighbours of 8, then of 16, then of 32 bits. */
function emitBswap(emitter: Emitter, node: Node): void {
  const { code, locals } = emitter;
  const type = node.type!;
  const local = locals.take(type === 'i64' ? I64 : I32);
  emitter.use(node.args[0]!);
  const steps: readonly (readonly [number, bigint])[] = [
    [8, 0x00ff00ff00ff00ffn],
    [16, 0x0000ffff0000ffffn],
    [32, 0x00000000ffffffffn],
  ];
  for (const [distance, mask] of steps) {
    if (distance >= BITS[type]) break;
    const low = BigInt.asIntN(type === 'i64' ? 64 : 32, BigInt.asUintN(BITS[type], mask));
    code.set(local).get(local);
    shift(emitter, type, 'shr_u', distance);
    constant(emitter, type, low);
    code.op(BINARY.and![wide(type)]).get(local);
    constant(emitter, type, low);
    code.op(BINARY.and![wide(type)]);
    shift(emitter, type, 'shl', distance);
    code.op(BINARY.or![wide(type)]);
  }
  locals.release(local);
}

function emitBitcast(emitter: Emitter, a: Node, type: Type): void {
  emitter.use(a);
  const opcode = BITCASTS[`${a.type} ${type}`];
  if (opcode === undefined) throw new BugError(`no bitcast from ${a.type} to ${type}`);
  emitter.code.op(opcode);
}

const BITCASTS: Readonly<Record<string, number>> = {
  'i32 f32': OP.f32_reinterpret_i32,
  'f32 i32': OP.i32_reinterpret_f32,
  'i64 f64': OP.f64_reinterpret_i64,
  'f64 i64': OP.i64_reinterpret_f64,
};
