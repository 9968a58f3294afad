import type { Type } from '../ir/types.ts';
import type { Scalar } from '../mem/struct.ts';
import type { Code } from '../wasm/code.ts';
import { OP } from '../wasm/opcodes.ts';

/** Makes an i64 of the value of an IR type on the stack, as argument slots and slow accesses take it. */
export function toI64(code: Code, type: Type): void {
  switch (type) {
    case 'i64':
      return;
    case 'f64':
      code.op(OP.i64_reinterpret_f64);
      return;
    case 'f32':
      code.op(OP.i32_reinterpret_f32).op(OP.i64_extend_i32_u);
      return;
    default:
      code.op(OP.i64_extend_i32_u);
  }
}
/** The reverse, for results. */
export function fromI64(code: Code, type: Type): void {
  switch (type) {
    case 'i64':
      return;
    case 'f64':
      code.op(OP.f64_reinterpret_i64);
      return;
    case 'f32':
      code.op(OP.i32_wrap_i64).op(OP.f32_reinterpret_i32);
      return;
    default:
      code.op(OP.i32_wrap_i64);
  }
}

/** Opcode of a load of a state field of type `field` as a value of type `type`. */
export function stateLoad(field: Scalar, type: Type): number {
  switch (field) {
    case 'u8':
      return OP.i32_load8_u;
    case 'i8':
      return OP.i32_load8_s;
    case 'u16':
      return OP.i32_load16_u;
    case 'i16':
      return OP.i32_load16_s;
    default:
      return LOADS[type]!;
  }
}
/** Opcode of a store of a value of type `type` to a state field of type `field`. */
export function stateStore(field: Scalar, type: Type): number {
  if (field === 'u8' || field === 'i8') return OP.i32_store8;
  if (field === 'u16' || field === 'i16') return OP.i32_store16;
  return STORES[type]!;
}

const LOADS: Partial<Record<Type, number>> = {
  i8: OP.i32_load8_u,
  i16: OP.i32_load16_u,
  i32: OP.i32_load,
  i64: OP.i64_load,
  f32: OP.f32_load,
  f64: OP.f64_load,
};
const STORES: Partial<Record<Type, number>> = {
  i8: OP.i32_store8,
  i16: OP.i32_store16,
  i32: OP.i32_store,
  i64: OP.i64_store,
  f32: OP.f32_store,
  f64: OP.f64_store,
};

/** Opcode of a load of `size` bytes of guest memory as a value of an IR type. */
export function loadOpcode(type: Type, size: number, signed: boolean): number {
  if (type === 'f64') return OP.f64_load;
  if (type === 'f32') return OP.f32_load;
  if (type === 'i64') {
    switch (size) {
      case 1:
        return signed ? OP.i64_load8_s : OP.i64_load8_u;
      case 2:
        return signed ? OP.i64_load16_s : OP.i64_load16_u;
      case 4:
        return signed ? OP.i64_load32_s : OP.i64_load32_u;
      default:
        return OP.i64_load;
    }
  }
  switch (size) {
    case 1:
      return signed ? OP.i32_load8_s : OP.i32_load8_u;
    case 2:
      return signed ? OP.i32_load16_s : OP.i32_load16_u;
    default:
      return OP.i32_load;
  }
}

/** Opcode of a store of the low `size` bytes of a value of an IR type to guest memory. */
export function storeOpcode(type: Type, size: number): number {
  if (type === 'f64') return OP.f64_store;
  if (type === 'f32') return OP.f32_store;
  if (type === 'i64') {
    return size === 1 ? OP.i64_store8 : size === 2 ? OP.i64_store16 : size === 4 ? OP.i64_store32 : OP.i64_store;
  }
  return size === 1 ? OP.i32_store8 : size === 2 ? OP.i32_store16 : OP.i32_store;
}
