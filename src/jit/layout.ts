import type { Struct, Fields, PlacedField } from '../mem/struct.ts';
import type { Type } from '../ir/types.ts';
import { BugError } from '../base/errors.ts';

/** Where a guest's state fields lie in its CPU struct, for the emitters. */
export class StateLayout {
  readonly #fields = new Map<string, PlacedField>();

  constructor(declaration: Struct<Fields>) {
    for (const field of declaration.fields) this.#fields.set(field.name, field);
  }

  field(name: string): PlacedField {
    const field = this.#fields.get(name);
    if (field === undefined) throw new BugError(`the CPU state has no field ${name}`);
    return field;
  }

  /** Bytes from the start of the struct to an element of a field. */
  offset(name: string, index = 0): number {
    const field = this.field(name);
    return field.offset + index * this.stride(name);
  }

  /** Bytes from one element of a field to the next. */
  stride(name: string): number {
    return STRIDES[this.field(name).type]!;
  }

  /** Type of the field's elements in the IR. */
  type(name: string): Type {
    const type = this.field(name).type;
    if (type === 'u64' || type === 'i64') return 'i64';
    if (type === 'f64') return 'f64';
    return 'i32';
  }
}

const STRIDES: Readonly<Record<string, number>> = {
  u8: 1,
  i8: 1,
  u16: 2,
  i16: 2,
  u32: 4,
  i32: 4,
  f64: 8,
  u64: 8,
  i64: 8,
};
