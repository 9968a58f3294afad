import { ENOMEM, ENOEXEC } from '../errno.ts';
import {
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_FIXED_NOREPLACE,
  MAP_PRIVATE,
  type AddressSpace,
} from '../memory/address-space.ts';
import { PAGE, PROT_WRITE } from '../memory/pages.ts';
import type { UserMemory } from '../memory/user-memory.ts';
import { ET_DYN, type ElfProgram } from './elf.ts';

/** Where a position-independent program goes, below its heap; a dynamic linker goes where mmap puts it. */
const PROGRAM_BASE = 0x1000_0000;

/** A file of which a program is made. */
export interface ProgramFile {
  /** The host's descriptor. */
  readonly fd: number;
  readonly name: string;
  readonly size: number;
}

/** A program in memory. */
export interface Loaded {
  /** What was added to its addresses. */
  readonly bias: number;
  readonly entry: number;
  /** AT_PHDR. */
  readonly headersAddress: number;
  /** The first byte after its last segment. */
  readonly end: number;
}

/** Maps the segments of a program, or of the dynamic linker; a negative errno if they do not fit. */
export function loadElf(
  space: AddressSpace,
  memory: UserMemory,
  file: ProgramFile,
  elf: ElfProgram,
  isInterpreter: boolean,
): Loaded | number {
  const low = Math.min(...elf.segments.map(({ address }) => address - (address % PAGE)));
  const high = Math.max(...elf.segments.map(({ address, memorySize }) => address + memorySize));
  if (high > space.size && elf.type !== ET_DYN) return -ENOMEM;
  let bias = 0;
  if (elf.type === ET_DYN) {
    // Room for all of it in one piece, which the segments then take.
    const hint = isInterpreter ? 0 : PROGRAM_BASE;
    const room = space.map(hint, high - low, 0, MAP_PRIVATE | MAP_ANONYMOUS);
    if (room < 0) return room;
    bias = room - low;
  }
  for (const { offset, address, fileSize, memorySize, prot } of elf.segments) {
    const start = address + bias;
    const inPage = start % PAGE;
    const first = start - inPage;
    const fileEnd = start + fileSize;
    const replace = elf.type === ET_DYN ? MAP_FIXED : MAP_FIXED_NOREPLACE;
    if (fileSize > 0) {
      const position = offset - inPage;
      if (position < 0 || offset + fileSize > file.size) return -ENOEXEC;
      const at = space.map(first, inPage + fileSize, prot, MAP_PRIVATE | replace, {
        fd: file.fd,
        position,
        name: file.name,
        available: file.size - position,
      });
      if (at < 0) return at;
    }
    const zeroFrom = fileSize > 0 ? Math.ceil(fileEnd / PAGE) * PAGE : first;
    const end = start + memorySize;
    if (end > zeroFrom) {
      const at = space.map(zeroFrom, end - zeroFrom, prot, MAP_PRIVATE | MAP_ANONYMOUS | replace);
      if (at < 0) return at;
    }
    // Nothing of the file is behind the program's part of its last page: dynamic linkers rely on it.
    if (memorySize > fileSize && (prot & PROT_WRITE) !== 0) memory.bytes.fill(0, fileEnd, Math.max(fileEnd, zeroFrom));
  }
  return {
    bias,
    entry: elf.entry + bias,
    headersAddress: elf.headersAddress < 0 ? 0 : elf.headersAddress + bias,
    end: high + bias,
  };
}
