/**
 * Declared memory layouts: a record whose fields live at fixed offsets of the machine's shared
 * memory, so that any thread, the translated code and a snapshot see the same state.
 *
 *     const Uart = struct({ LCR: 'u8', DLL: 'u8', rx: array('u8', 16), BASE: 'u64' });
 *     const d = Uart.at(memory, address);
 *     d.LCR = 3; d.rx[0] = 65; d.BASE += 1n;
 *
 * Scalars up to 32 bits and f64 are numbers, 64-bit integers bigints (fine at the edges; hot code
 * uses `offsetOf` with its own typed arrays). Arrays are live typed-array views.
 */

export type Scalar = 'u8' | 'i8' | 'u16' | 'i16' | 'u32' | 'i32' | 'f64' | 'u64' | 'i64';

export interface ArrayField<T extends Scalar = Scalar> {
  readonly of: T;
  readonly length: number;
}

export type Field = Scalar | ArrayField;
export type Fields = Readonly<Record<string, Field>>;

type ScalarValue<T extends Scalar> = T extends 'u64' | 'i64' ? bigint : number;

type Views = {
  u8: Uint8Array;
  i8: Int8Array;
  u16: Uint16Array;
  i16: Int16Array;
  u32: Uint32Array;
  i32: Int32Array;
  f64: Float64Array;
  u64: BigUint64Array;
  i64: BigInt64Array;
};

/** The live view of a struct: one property per field. */
export type StructView<F extends Fields> = {
  -readonly [K in keyof F]: F[K] extends Scalar
    ? ScalarValue<F[K]>
    : F[K] extends ArrayField<infer T>
      ? Views[T]
      : never;
};

export interface PlacedField {
  readonly name: string;
  readonly type: Scalar;
  /** Bytes from the start of the struct. */
  readonly offset: number;
  /** Number of elements; 1 for a scalar. */
  readonly length: number;
  readonly isArray: boolean;
}

export interface Struct<F extends Fields> {
  /** Bytes, a multiple of 8. */
  readonly size: number;
  /** In declaration order. */
  readonly fields: readonly PlacedField[];
  /** Byte offset of each field from the start of the struct. */
  readonly offsetOf: { readonly [K in keyof F]: number };
  /** A live view of the struct at byte `address` (a multiple of 8) of `memory`. */
  at(memory: WebAssembly.Memory, address: number): StructView<F>;
}

/** Bytes of each. */
export const SIZES: Readonly<Record<Scalar, number>> = {
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

const CONSTRUCTORS = {
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f64: Float64Array,
  u64: BigUint64Array,
  i64: BigInt64Array,
} as const;

export function array<T extends Scalar>(of: T, length: number): ArrayField<T> {
  return { of, length };
}

/** Places the fields in declaration order, each aligned to its own size. */
export function struct<const F extends Fields>(declaration: F): Struct<F> {
  const fields: PlacedField[] = [];
  const offsetOf: Record<string, number> = {};
  let end = 0;
  for (const [name, field] of Object.entries(declaration)) {
    const isArray = typeof field === 'object';
    const type = isArray ? field.of : field;
    const length = isArray ? field.length : 1;
    const size = SIZES[type];
    const offset = Math.ceil(end / size) * size;
    fields.push({ name, type, offset, length, isArray });
    offsetOf[name] = offset;
    end = offset + size * length;
  }
  const size = Math.ceil(end / 8) * 8;
  return {
    size,
    fields,
    offsetOf: offsetOf as { readonly [K in keyof F]: number },
    at(memory, address) {
      const view = {};
      for (const field of fields) {
        const elements = new CONSTRUCTORS[field.type](memory.buffer, address + field.offset, field.length);
        Object.defineProperty(view, field.name, {
          enumerable: true,
          ...(field.isArray
            ? { value: elements }
            : {
                get: () => elements[0],
                set: (value: number & bigint) => {
                  elements[0] = value;
                },
              }),
        });
      }
      return view as StructView<F>;
    },
  };
}
