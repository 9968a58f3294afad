/**
 * How structures lie in memory, of those that architectures of Linux lay out differently. Everything else that
 * system calls take is the same on all the 64-bit architectures that are guest or host here, and is passed as it is.
 */

export type FieldBytes = 1 | 2 | 4 | 8;

export interface Layout {
  readonly size: number;
  readonly fields: Readonly<Record<string, { readonly offset: number; readonly bytes: FieldBytes }>>;
}

/** Fields in their order, with their bytes, each at a multiple of them unless `packed`; `size`: with what follows; a multiple of 4. */
export function layout(
  fields: Readonly<Record<string, FieldBytes>>,
  { packed = false, size = 0 }: { readonly packed?: boolean; readonly size?: number } = {},
): Layout {
  let at = 0;
  const placed: Record<string, { offset: number; bytes: FieldBytes }> = {};
  for (const [name, bytes] of Object.entries(fields)) {
    const offset = packed ? at : Math.ceil(at / bytes) * bytes;
    placed[name] = { offset, bytes };
    at = offset + bytes;
  }
  return { size: Math.max(at, size), fields: placed };
}

/** A field's way from one layout to another; `isWide`: all of its 64 bits. */
interface Move {
  readonly from: number;
  readonly to: number;
  readonly read: FieldBytes;
  readonly write: FieldBytes;
  readonly isWide: boolean;
}

const moves = new WeakMap<Layout, WeakMap<Layout, readonly Move[]>>();

function movesOf(from: Layout, to: Layout): readonly Move[] {
  let ofSource = moves.get(from);
  if (ofSource === undefined) moves.set(from, (ofSource = new WeakMap()));
  let found = ofSource.get(to);
  if (found === undefined) {
    found = Object.entries(to.fields).flatMap(([name, { offset, bytes }]) => {
      const source = from.fields[name];
      if (source === undefined) return [];
      const isWide = bytes === 8 && source.bytes === 8;
      return [{ from: source.offset, to: offset, read: source.bytes, write: bytes, isWide }];
    });
    ofSource.set(to, found);
  }
  return found;
}

/** Copies a structure from one layout into another: fields of the same name, others become 0. */
export function convert(view: DataView, from: Layout, source: number, to: Layout, target: number): void {
  for (let i = 0; i < to.size; i += 4) view.setUint32(target + i, 0, true);
  for (const move of movesOf(from, to)) {
    writeLow(view, target + move.to, move.write, readLow(view, source + move.from, move.read));
    if (move.isWide) view.setUint32(target + move.to + 4, view.getUint32(source + move.from + 4, true), true);
  }
}

/** The lower 32 bits of a field. */
export function readLow(view: DataView, at: number, bytes: FieldBytes): number {
  if (bytes === 1) return view.getUint8(at);
  return bytes === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
}

function writeLow(view: DataView, at: number, bytes: FieldBytes, value: number): void {
  if (bytes === 1) view.setUint8(at, value);
  else if (bytes === 2) view.setUint16(at, value, true);
  else view.setUint32(at, value, true);
}
