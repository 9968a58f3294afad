import { UserError } from '../base/errors.ts';

/**
 * Executable and Linkable Format, the program view: what has to be in memory where, and where to
 * start. System V ABI, gABI 4.1, chapters 4 (ELF header, symbol table) and 5 (program header).
 *
 * The file is hostile: every offset and length is checked against the file before it is followed,
 * and nothing is allocated by a size that the file claims. Addresses that a JavaScript number cannot
 * hold exactly are refused.
 */

/** e_machine values of the machines whose kernels people mix up; for messages. */
const MACHINES: Readonly<Record<number, string>> = {
  2: 'sparc',
  3: 'i386',
  4: 'm68k',
  8: 'mips',
  20: 'ppc',
  21: 'ppc64',
  22: 's390x',
  40: 'arm',
  42: 'sh4',
  43: 'sparc64',
  50: 'ia64',
  62: 'x86-64',
  92: 'or1k',
  94: 'xtensa',
  164: 'hexagon',
  183: 'aarch64',
  189: 'microblaze',
  243: 'riscv',
  247: 'bpf',
  258: 'loongarch',
};

export const EM_RISCV = 243;

const PT_LOAD = 1;
const SHT_SYMTAB = 2;
/** Enough for any linker; a header table larger than this is not a program. */
const MAX_SEGMENTS = 4096;

/** One PT_LOAD segment that occupies memory. */
export interface ElfSegment {
  /** p_paddr and p_vaddr. */
  readonly physical: number;
  readonly virtual: number;
  /** The bytes in the file (borrowed from it); zeroes follow up to `memorySize`. */
  readonly bytes: Uint8Array;
  readonly memorySize: number;
  /** p_flags: 1 execute, 2 write, 4 read. */
  readonly flags: number;
}

export interface ElfSymbol {
  readonly name: string;
  readonly value: number;
  readonly size: number;
}

export interface Elf {
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
  /** e_type: 2 an executable, 3 position-independent. */
  readonly type: number;
  /** e_machine. */
  readonly machine: number;
  /** e_entry, a virtual address. */
  readonly entry: number;
  /** In the order of the file. */
  readonly segments: readonly ElfSegment[];
}

/** Where a loader puts what it loads. */
export interface LoadTarget {
  write(physical: number, bytes: Uint8Array): void;
  zero(physical: number, length: number): void;
  /** Whether every byte of the range is memory that a program can be loaded into. */
  isRam(physical: number, length: number): boolean;
}

export function isElf(file: Uint8Array): boolean {
  return file[0] === 0x7f && file[1] === 0x45 && file[2] === 0x4c && file[3] === 0x46;
}

/** What an e_machine value and a width are called: `riscv64`, `x86-64`, `machine 999`. */
export function machineName(machine: number, bits: 32 | 64): string {
  const name = MACHINES[machine] ?? `machine ${machine}`;
  return machine === EM_RISCV ? `${name}${bits}` : name;
}

/** Reads fields of either width and byte order, refusing what lies outside the file. */
class Reader {
  readonly #view: DataView;
  readonly #what: string;
  readonly #little: boolean;
  readonly #wide: boolean;

  constructor(file: Uint8Array, what: string, little: boolean, wide: boolean) {
    this.#view = new DataView(file.buffer, file.byteOffset, file.byteLength);
    this.#what = what;
    this.#little = little;
    this.#wide = wide;
  }

  /** Refuses a range that is not wholly in the file. */
  check(offset: number, length: number): void {
    if (offset + length > this.#view.byteLength) throw truncated(this.#what);
  }

  half(offset: number): number {
    this.check(offset, 2);
    return this.#view.getUint16(offset, this.#little);
  }

  word(offset: number): number {
    this.check(offset, 4);
    return this.#view.getUint32(offset, this.#little);
  }

  /** Elf32_Addr/Off or Elf64_Addr/Off/Xword: the field whose width is the file's class. */
  native(offset: number): number {
    if (!this.#wide) return this.word(offset);
    this.check(offset, 8);
    const value = this.#view.getBigUint64(offset, this.#little);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw malformed(this.#what, `the number 0x${value.toString(16)} is beyond any memory`);
    }
    return Number(value);
  }
}

function truncated(what: string): UserError {
  return new UserError(`${what} is cut short: fetch or build it again`);
}

function malformed(what: string, why: string): UserError {
  return new UserError(`${what} is not a usable ELF file (${why}): build it again`);
}

/** Parses an ELF program. `what` names the file in messages: `kernel 'vmlinux'`. */
export function parseElf(file: Uint8Array, what: string): Elf {
  if (!isElf(file)) throw malformed(what, 'the first bytes are not those of one');
  if (file.length < 20) throw truncated(what);
  const [fileClass, data] = [file[4], file[5]];
  if (fileClass !== 1 && fileClass !== 2) throw malformed(what, `class ${fileClass}`);
  if (data !== 1 && data !== 2) throw malformed(what, `byte order ${data}`);
  const wide = fileClass === 2;
  const read = new Reader(file, what, data === 1, wide);
  const header = headerOffsets(wide);
  read.check(0, header.size);
  const phoff = read.native(header.phoff);
  const phentsize = read.half(header.phentsize);
  const phnum = read.half(header.phnum);
  if (phnum > MAX_SEGMENTS) throw malformed(what, `${phnum} program headers`);
  if (phnum > 0 && phentsize < header.phdrSize) {
    throw malformed(what, `program headers of ${phentsize} bytes`);
  }
  const segments: ElfSegment[] = [];
  for (let i = 0; i < phnum; i++) {
    const at = phoff + i * phentsize;
    read.check(at, header.phdrSize);
    if (read.word(at) !== PT_LOAD) continue;
    const segment = readSegment(file, read, at, wide, what);
    if (segment.memorySize > 0) segments.push(segment);
  }
  return {
    bits: wide ? 64 : 32,
    littleEndian: data === 1,
    type: read.half(16),
    machine: read.half(18),
    entry: read.native(24),
    segments,
  };
}

/** Elf32_Ehdr and Elf64_Ehdr: the same fields at offsets that depend on the width of an address. */
function headerOffsets(wide: boolean) {
  return wide
    ? { size: 64, phoff: 32, shoff: 40, phentsize: 54, phnum: 56, shentsize: 58, shnum: 60, phdrSize: 56 }
    : { size: 52, phoff: 28, shoff: 32, phentsize: 42, phnum: 44, shentsize: 46, shnum: 48, phdrSize: 32 };
}

function readSegment(file: Uint8Array, read: Reader, at: number, wide: boolean, what: string): ElfSegment {
  const offset = read.native(at + (wide ? 8 : 4));
  const virtual = read.native(at + (wide ? 16 : 8));
  const physical = read.native(at + (wide ? 24 : 12));
  const fileSize = read.native(at + (wide ? 32 : 16));
  const memorySize = read.native(at + (wide ? 40 : 20));
  const flags = read.word(at + (wide ? 4 : 24));
  // "The file size may not be larger than the memory size" (gABI ch. 5, Program Header).
  if (fileSize > memorySize) throw malformed(what, 'a segment is larger in the file than in memory');
  if (!Number.isSafeInteger(physical + memorySize)) {
    throw malformed(what, `a segment of ${memorySize} bytes is beyond any memory`);
  }
  if (fileSize > 0) read.check(offset, fileSize);
  return { physical, virtual, bytes: file.subarray(offset, offset + fileSize), memorySize, flags };
}

/** The lowest physical address of a segment, and the first one behind all of them. */
export function elfExtent(elf: Elf): { readonly low: number; readonly high: number } {
  let low = Infinity;
  let high = 0;
  for (const { physical, memorySize } of elf.segments) {
    low = Math.min(low, physical);
    high = Math.max(high, physical + memorySize);
  }
  return { low: low === Infinity ? 0 : low, high };
}

/**
 * Puts every segment at its physical address, in file order, so that a later one wins where two
 * overlap. All are checked before the first byte is written.
 */
export function loadElf(elf: Elf, target: LoadTarget, what: string): void {
  for (const { physical, memorySize } of elf.segments) {
    if (!target.isRam(physical, memorySize)) throw outsideRam(what, physical, memorySize);
  }
  for (const { physical, bytes, memorySize } of elf.segments) {
    if (bytes.length > 0) target.write(physical, bytes);
    if (memorySize > bytes.length) target.zero(physical + bytes.length, memorySize - bytes.length);
  }
}

export function outsideRam(what: string, physical: number, length: number): UserError {
  const end = (physical + length).toString(16);
  return new UserError(
    `${what} wants 0x${physical.toString(16)} to 0x${end}, which is not all RAM of this machine: give it more with -m, or link it elsewhere`,
  );
}

/**
 * The symbols of the file's symbol table, for traces: those with a name and a value. A file without
 * one, or with a damaged one, has none; the program runs all the same.
 */
export function elfSymbols(file: Uint8Array): readonly ElfSymbol[] {
  try {
    const wide = file[4] === 2;
    const read = new Reader(file, 'symbol table', file[5] === 1, wide);
    const header = headerOffsets(wide);
    const shoff = read.native(header.shoff);
    const shentsize = read.half(header.shentsize);
    const shnum = read.half(header.shnum);
    const section = (index: number) => {
      const at = shoff + index * shentsize;
      return {
        type: read.word(at + 4),
        offset: read.native(at + (wide ? 24 : 16)),
        size: read.native(at + (wide ? 32 : 20)),
        link: read.word(at + (wide ? 40 : 24)),
      };
    };
    for (let i = 0; i < shnum; i++) {
      const table = section(i);
      if (table.type === SHT_SYMTAB) return readSymbols(file, read, table, section(table.link), wide);
    }
    return [];
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

type Extent = { readonly offset: number; readonly size: number };

function readSymbols(
  file: Uint8Array,
  read: Reader,
  table: Extent,
  names: Extent,
  wide: boolean,
): readonly ElfSymbol[] {
  const entry = wide ? 24 : 16;
  read.check(table.offset, table.size);
  read.check(names.offset, names.size);
  const strings = file.subarray(names.offset, names.offset + names.size);
  const symbols: ElfSymbol[] = [];
  for (let at = table.offset; at + entry <= table.offset + table.size; at += entry) {
    const name = cString(strings, read.word(at));
    const value = read.native(at + (wide ? 8 : 4));
    const size = read.native(at + (wide ? 16 : 8));
    if (name !== '' && value !== 0) symbols.push({ name, value, size });
  }
  return symbols;
}

/** The zero-terminated string at `start`; at most 4096 bytes of it. */
function cString(bytes: Uint8Array, start: number): string {
  if (start >= bytes.length) return '';
  const window = bytes.subarray(start, start + 4096);
  const end = window.indexOf(0);
  return new TextDecoder().decode(end < 0 ? window : window.subarray(0, end));
}
