/** Programs without a compiler: a static ELF file of a few instructions and bytes. */
import { Assembler } from '../translator/assembler.ts';

const EHDR = 64;
const PHDR = 56;
const PT_LOAD = 1;
const PT_INTERP = 3;

/** Where the file is mapped, and the program begins. */
export const LOADED_AT = 0x1_0000;
export const ENTRY = LOADED_AT + 0x1000;

export interface ProgramOptions {
  /** The dynamic linker that it names. */
  readonly interpreter?: string;
  /** Bytes after the code that are zero. */
  readonly zeroes?: number;
  /** What its segment permits, PF_* (4: read, 2: write, 1: execute). */
  readonly permits?: number;
}

/** An ELF executable for riscv64 of one segment. */
export function makeProgram(
  write: (asm: Assembler) => unknown,
  { interpreter, zeroes = 0x1_0000, permits = 7 }: ProgramOptions = {},
): Uint8Array {
  const asm = new Assembler(ENTRY);
  write(asm);
  const code = asm.finish();
  const file = new Uint8Array(0x1000 + code.length);
  file.set(code, 0x1000);
  const view = new DataView(file.buffer);
  const word = (at: number, value: number): void => view.setBigUint64(at, BigInt(value), true);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, 243, true);
  view.setUint32(20, 1, true);
  word(24, ENTRY);
  word(32, EHDR);
  view.setUint16(52, EHDR, true);
  view.setUint16(54, PHDR, true);
  view.setUint16(56, interpreter === undefined ? 1 : 2, true);
  view.setUint32(EHDR, PT_LOAD, true);
  view.setUint32(EHDR + 4, permits, true);
  word(EHDR + 16, LOADED_AT);
  word(EHDR + 32, file.length);
  word(EHDR + 40, file.length + zeroes);
  word(EHDR + 48, 0x1000);
  if (interpreter !== undefined) {
    const header = EHDR + PHDR;
    const at = header + PHDR;
    const name = new TextEncoder().encode(`${interpreter}\0`);
    file.set(name, at);
    view.setUint32(header, PT_INTERP, true);
    word(header + 8, at);
    word(header + 32, name.length);
    word(header + 40, name.length);
  }
  return file;
}
