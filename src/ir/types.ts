/** The value types of the IR. `i128` is a pair of i64; comparisons give i32 0 or 1. */
export type Type = 'i8' | 'i16' | 'i32' | 'i64' | 'i128' | 'f32' | 'f64' | 'v128';

export const TYPES: readonly Type[] = ['i8', 'i16', 'i32', 'i64', 'i128', 'f32', 'f64', 'v128'];

/** Width of a value in bits. */
export const BITS: Readonly<Record<Type, number>> = {
  i8: 8,
  i16: 16,
  i32: 32,
  i64: 64,
  i128: 128,
  f32: 32,
  f64: 64,
  v128: 128,
};

export type IntType = 'i8' | 'i16' | 'i32' | 'i64' | 'i128';
