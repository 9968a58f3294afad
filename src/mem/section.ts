import type { PlacedField, Scalar } from './struct.ts';

/** `length` elements of `type`, little-endian. */
export interface SectionField {
  readonly name: string;
  readonly type: Scalar;
  readonly length: number;
}

/**
 * A part of a machine's state as it is saved: fields in order, without gaps between them. It comes from the
 * declaration of what it saves, so that whoever reads it can tell whether both declare the same.
 */
export interface Section {
  readonly name: string;
  readonly version: number;
  readonly fields: readonly SectionField[];
  /** A copy of the fields. */
  save(): Uint8Array;
  /** Puts fields in place, `sectionSize` bytes: any bit pattern may come in. Nothing is told of it yet. */
  load(bytes: Uint8Array): void;
  /**
   * All sections of the machine are in place: what follows from the state is brought up to date. `meanwhile`:
   * nanoseconds that the calendar went on since it was saved, while the machine's time stood still.
   */
  loaded?(meanwhile: number): void;
}

const SIZES = { u8: 1, i8: 1, u16: 2, i16: 2, u32: 4, i32: 4, f64: 8, u64: 8, i64: 8 } as const;

export const fieldSize = ({ type, length }: SectionField): number => SIZES[type] * length;

/** Bytes of a section. */
export const sectionSize = (fields: readonly SectionField[]): number =>
  fields.reduce((size, field) => size + fieldSize(field), 0);

/** Where a declared struct lies, and what of it is saved. */
export interface SavedStruct {
  readonly fields: readonly PlacedField[];
  readonly memory: WebAssembly.Memory;
  readonly address: number;
  /** Fields that are no state. */
  readonly except?: ReadonlySet<string>;
}

/** The section of a struct of the shared memory. */
export function structSection(
  name: string,
  version: number,
  { fields, memory, address, except }: SavedStruct,
): Pick<Section, 'name' | 'version' | 'fields' | 'save' | 'load'> {
  const saved = fields.filter((field) => except?.has(field.name) !== true);
  const size = sectionSize(saved);
  const pieces = saved.map((field) => new Uint8Array(memory.buffer, address + field.offset, fieldSize(field)));
  return {
    name,
    version,
    fields: saved.map(({ name: field, type, length }) => ({ name: field, type, length })),
    save() {
      const bytes = new Uint8Array(size);
      let at = 0;
      for (const piece of pieces) {
        bytes.set(piece, at);
        at += piece.length;
      }
      return bytes;
    },
    load(bytes) {
      let at = 0;
      for (const piece of pieces) {
        piece.set(bytes.subarray(at, at + piece.length));
        at += piece.length;
      }
    },
  };
}

/** Numbers that are kept elsewhere, such as deadlines of timers. */
export interface SavedNumber {
  readonly name: string;
  get(): number;
  set(value: number): void;
}

/** A section with such numbers behind its own fields. */
export function withNumbers<S extends Section>(section: S, numbers: readonly SavedNumber[]): S {
  if (numbers.length === 0) return section;
  const own = sectionSize(section.fields);
  return {
    ...section,
    fields: [...section.fields, ...numbers.map(({ name }) => ({ name, type: 'f64', length: 1 }) as const)],
    save() {
      const bytes = new Uint8Array(own + 8 * numbers.length);
      bytes.set(section.save());
      const view = new DataView(bytes.buffer);
      numbers.forEach((number, i) => view.setFloat64(own + 8 * i, number.get(), true));
      return bytes;
    },
    load(bytes) {
      section.load(bytes.subarray(0, own));
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      numbers.forEach((number, i) => number.set(view.getFloat64(own + 8 * i, true)));
    },
  };
}
