import { ENOEXEC } from '../errno.ts';

/** e_type. */
export const ET_EXEC = 2;
export const ET_DYN = 3;

const PT_LOAD = 1;
const PT_INTERP = 3;
const PT_PHDR = 6;
const PT_GNU_STACK = 0x6474_e551;
const EHDR_BYTES = 64;
const PHDR_BYTES = 56;
/** Linux refuses tables of more than a page, 64 KiB at most. */
const MOST_HEADERS = 65_536 / PHDR_BYTES;
const LARGEST_NAME = 4096;

/** A PT_LOAD segment. */
export interface Segment {
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly memorySize: number;
  /** PROT_*. */
  readonly prot: number;
  readonly align: number;
}

/** An ELF program as the kernel's loader reads it (System V ABI, gABI 4.1, chapter 5). */
export interface ElfProgram {
  readonly type: number;
  readonly machine: number;
  readonly entry: number;
  readonly segments: readonly Segment[];
  /** e_phnum, and the address of the table as its segments have it; -1 where none holds it. */
  readonly headers: number;
  readonly headersAddress: number;
  /** The dynamic linker. */
  readonly interpreter: string | undefined;
  readonly hasExecutableStack: boolean;
}

/** Reads `length` bytes of the file from `offset`; fewer at its end. */
export type ReadFile = (offset: number, length: number) => Uint8Array;

export function isElf(start: Uint8Array): boolean {
  return start[0] === 0x7f && start[1] === 0x45 && start[2] === 0x4c && start[3] === 0x46;
}

/** The program's headers; a negative errno for what the kernel would not load, which may be hostile. */
export function readElf(read: ReadFile): ElfProgram | number {
  const start = read(0, EHDR_BYTES);
  if (start.length < EHDR_BYTES || !isElf(start)) return -ENOEXEC;
  // 64-bit, little-endian.
  if (start[4] !== 2 || start[5] !== 1) return -ENOEXEC;
  const ehdr = viewOf(start);
  const type = ehdr.getUint16(16, true);
  if (type !== ET_EXEC && type !== ET_DYN) return -ENOEXEC;
  const headers = ehdr.getUint16(56, true);
  const at = number(ehdr, 32);
  if (ehdr.getUint16(54, true) !== PHDR_BYTES || headers < 1 || headers > MOST_HEADERS || at === undefined) {
    return -ENOEXEC;
  }
  const table = read(at, headers * PHDR_BYTES);
  const entry = number(ehdr, 24);
  if (table.length < headers * PHDR_BYTES || entry === undefined) return -ENOEXEC;
  const view = viewOf(table);
  const segments: Segment[] = [];
  let interpreter: string | undefined;
  let headersAddress = -1;
  let hasExecutableStack = false;
  for (let header = 0; header < headers; header++) {
    const from = header * PHDR_BYTES;
    const kind = view.getUint32(from, true);
    const flags = view.getUint32(from + 4, true);
    if (kind === PT_GNU_STACK) hasExecutableStack = (flags & 1) !== 0;
    if (kind !== PT_LOAD && kind !== PT_INTERP && kind !== PT_PHDR) continue;
    const offset = number(view, from + 8);
    const address = number(view, from + 16);
    const fileSize = number(view, from + 32);
    const memorySize = number(view, from + 40);
    const align = number(view, from + 48);
    if (offset === undefined || address === undefined || fileSize === undefined) return -ENOEXEC;
    if (memorySize === undefined || align === undefined) return -ENOEXEC;
    if (kind === PT_INTERP) {
      if (fileSize < 2 || fileSize > LARGEST_NAME) return -ENOEXEC;
      const name = read(offset, fileSize);
      if (name.length < fileSize || name.at(-1) !== 0) return -ENOEXEC;
      interpreter = new TextDecoder().decode(name.subarray(0, name.indexOf(0)));
    } else if (kind === PT_LOAD) {
      if (fileSize > memorySize || (memorySize > 0 && (address - offset) % 4096 !== 0)) return -ENOEXEC;
      if (memorySize > 0) segments.push({ offset, address, fileSize, memorySize, prot: protOf(flags), align });
      if (offset <= at && at + table.length <= offset + fileSize) headersAddress = at - offset + address;
    }
  }
  if (segments.length === 0) return -ENOEXEC;
  const machine = ehdr.getUint16(18, true);
  return { type, machine, entry, segments, headers, headersAddress, interpreter, hasExecutableStack };
}

/** p_flags have the bits of PROT_* in another order. */
function protOf(flags: number): number {
  return ((flags >> 2) & 1) | (flags & 2) | ((flags & 1) << 2);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A 64-bit field; undefined where it is too large for anything that there is. */
function number(view: DataView, at: number): number | undefined {
  const high = view.getUint32(at + 4, true);
  return high < 2 ** 15 ? high * 2 ** 32 + view.getUint32(at, true) : undefined;
}
