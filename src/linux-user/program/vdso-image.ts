/**
 * The small library that the kernel gives every program: an ELF image with a dynamic symbol table, a hash table and
 * versions, which a C library finds by AT_SYSINFO_EHDR (System V ABI, chapters 4 and 5; LSB, symbol versioning). It is
 * one segment, and nothing in it needs relocation.
 */
export interface VdsoContents {
  readonly machine: number;
  /** e_flags. */
  readonly flags: number;
  /** What names of symbols are versioned with. */
  readonly version: string;
  /** Words of 32 bits. */
  readonly functions: Readonly<Record<string, readonly number[]>>;
}

export interface VdsoImage {
  readonly bytes: Uint8Array;
  /** Where functions begin, by name. */
  readonly offsets: ReadonlyMap<string, number>;
}

const NAME = 'linux-vdso.so.1';
const HEADER = { bytes: 64, programBytes: 56, programs: 2 } as const;
const SYMBOL_BYTES = 24;
const DYNAMIC_BYTES = 16;
const VERDEF_BYTES = 20;
const VERDAUX_BYTES = 8;

const ET_DYN = 3;
const PT = { LOAD: 1, DYNAMIC: 2 } as const;
const PF = { X: 1, R: 4 } as const;
const STT_FUNC_GLOBAL = 0x12;
const VER_FLG_BASE = 1;
/** Numbers of versions: 1 is the file itself. */
const VERSION = 2;
const DT = {
  NULL: 0,
  HASH: 4,
  STRTAB: 5,
  SYMTAB: 6,
  STRSZ: 10,
  SYMENT: 11,
  SONAME: 14,
  VERSYM: 0x6fff_fff0,
  VERDEF: 0x6fff_fffc,
  VERDEFNUM: 0x6fff_fffd,
} as const;

export function vdsoImage({ machine, flags, version, functions }: VdsoContents): VdsoImage {
  const names = Object.keys(functions);
  const strings = new Strings([NAME, version, ...names]);
  let end = HEADER.bytes + HEADER.programs * HEADER.programBytes;
  const room = (bytes: number, alignment = 8): number => {
    const at = Math.ceil(end / alignment) * alignment;
    end = at + bytes;
    return at;
  };
  const at = {
    hash: room(4 * (2 + 1 + names.length + 1)),
    symbols: room((names.length + 1) * SYMBOL_BYTES),
    strings: room(strings.bytes.length),
    versions: room(2 * (names.length + 1)),
    definitions: room(2 * (VERDEF_BYTES + VERDAUX_BYTES)),
    dynamic: room(DYNAMIC_BYTES * 10),
  };
  const offsets = new Map(names.map((name) => [name, room(4 * functions[name]!.length, 16)]));
  const bytes = new Uint8Array(end);
  const view = new DataView(bytes.buffer);
  const long = (where: number, value: number): void => view.setBigUint64(where, BigInt(value), true);

  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, ET_DYN, true);
  view.setUint16(18, machine, true);
  view.setUint32(20, 1, true);
  long(32, HEADER.bytes);
  view.setUint32(48, flags, true);
  view.setUint16(52, HEADER.bytes, true);
  view.setUint16(54, HEADER.programBytes, true);
  view.setUint16(56, HEADER.programs, true);
  const segment = (index: number, type: number, access: number, from: number, to: number): void => {
    const header = HEADER.bytes + index * HEADER.programBytes;
    view.setUint32(header, type, true);
    view.setUint32(header + 4, access, true);
    for (const place of [8, 16, 24]) long(header + place, from);
    for (const size of [32, 40]) long(header + size, to - from);
    long(header + 48, type === PT.LOAD ? 4096 : 8);
  };
  segment(0, PT.LOAD, PF.R | PF.X, 0, end);
  segment(1, PT.DYNAMIC, PF.R, at.dynamic, at.dynamic + DYNAMIC_BYTES * 10);

  // One bucket, whose chain holds all symbols.
  [1, names.length + 1, names.length > 0 ? 1 : 0, 0].forEach((word, i) => view.setUint32(at.hash + 4 * i, word, true));
  names.forEach((name, index) => {
    const number = index + 1;
    view.setUint32(at.hash + 4 * (3 + number), number < names.length ? number + 1 : 0, true);
    const symbol = at.symbols + number * SYMBOL_BYTES;
    view.setUint32(symbol, strings.at(name), true);
    view.setUint8(symbol + 4, STT_FUNC_GLOBAL);
    // Any section but 0, which would mean that the symbol is not here.
    view.setUint16(symbol + 6, 1, true);
    long(symbol + 8, offsets.get(name)!);
    long(symbol + 16, 4 * functions[name]!.length);
    view.setUint16(at.versions + 2 * number, VERSION, true);
    functions[name]!.forEach((word, i) => view.setUint32(offsets.get(name)! + 4 * i, word, true));
  });
  bytes.set(strings.bytes, at.strings);
  [NAME, version].forEach((name, index) => {
    const definition = at.definitions + index * (VERDEF_BYTES + VERDAUX_BYTES);
    view.setUint16(definition, 1, true);
    view.setUint16(definition + 2, index === 0 ? VER_FLG_BASE : 0, true);
    view.setUint16(definition + 4, index + 1, true);
    view.setUint16(definition + 6, 1, true);
    view.setUint32(definition + 8, elfHash(name), true);
    view.setUint32(definition + 12, VERDEF_BYTES, true);
    view.setUint32(definition + 16, index === 0 ? VERDEF_BYTES + VERDAUX_BYTES : 0, true);
    view.setUint32(definition + VERDEF_BYTES, strings.at(name), true);
  });
  const dynamic: readonly (readonly [number, number])[] = [
    [DT.SONAME, strings.at(NAME)],
    [DT.HASH, at.hash],
    [DT.STRTAB, at.strings],
    [DT.SYMTAB, at.symbols],
    [DT.STRSZ, strings.bytes.length],
    [DT.SYMENT, SYMBOL_BYTES],
    [DT.VERSYM, at.versions],
    [DT.VERDEF, at.definitions],
    [DT.VERDEFNUM, 2],
    [DT.NULL, 0],
  ];
  dynamic.forEach(([tag, value], index) => {
    long(at.dynamic + index * DYNAMIC_BYTES, tag);
    long(at.dynamic + index * DYNAMIC_BYTES + 8, value);
  });
  return { bytes, offsets };
}

/** Hash of a name (System V ABI, "hash table"). */
export function elfHash(name: string): number {
  let hash = 0;
  for (const byte of new TextEncoder().encode(name)) {
    hash = ((hash << 4) + byte) >>> 0;
    const top = hash & 0xf000_0000;
    hash = (hash ^ (top >>> 24)) & ~top;
  }
  return hash >>> 0;
}

/** A table of strings; the first is empty. */
class Strings {
  readonly bytes: Uint8Array;
  readonly #offsets = new Map<string, number>();

  constructor(names: readonly string[]) {
    let offset = 1;
    for (const name of names) {
      this.#offsets.set(name, offset);
      offset += name.length + 1;
    }
    this.bytes = new TextEncoder().encode(`\0${names.join('\0')}\0`);
  }

  at(name: string): number {
    return this.#offsets.get(name)!;
  }
}
