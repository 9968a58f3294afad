import type { StateField } from '../ir/interpreter.ts';
import type { Fields, Scalar, Struct } from '../mem/struct.ts';

const VIEWS = {
  u8: Uint8Array,
  i8: Uint8Array,
  u16: Uint16Array,
  i16: Uint16Array,
  u32: Uint32Array,
  i32: Uint32Array,
} as const;

/** The fields of a CPU's state as the IR sees them: elements by number, values as unsigned bits. */
export function stateFields(
  layout: Struct<Fields>,
  memory: WebAssembly.Memory,
  address: number,
): ReadonlyMap<string, StateField> {
  const accessor = (type: Scalar, at: number, length: number): StateField => {
    if (type === 'u64' || type === 'i64' || type === 'f64') {
      const view = new BigUint64Array(memory.buffer, at, length);
      return {
        read: (index) => view[index]!,
        write: (index, value) => void (view[index] = value),
      };
    }
    const view = new VIEWS[type](memory.buffer, at, length);
    return {
      read: (index) => BigInt(view[index]!),
      write: (index, value) => void (view[index] = Number(value)),
    };
  };
  return new Map(
    layout.fields.map(({ name, type, offset, length }) => [name, accessor(type, address + offset, length)]),
  );
}
