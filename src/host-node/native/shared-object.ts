/**
 * A shared library out of machine code, for the dynamic loader: one segment of code with the tables the loader reads,
 * one with the dynamic section, which some loaders write to. System V ABI, chapters 4 and 5.
 */
import type { MachineCode } from './machine-code.ts';

const PAGE = 0x10000;
const HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
const PROGRAM_HEADERS = 4;
const SYMBOL_BYTES = 24;
const PT = { LOAD: 1, DYNAMIC: 2, GNU_STACK: 0x6474e551 } as const;
const PF = { X: 1, W: 2, R: 4 } as const;
const DT = { NULL: 0, HASH: 4, STRTAB: 5, SYMTAB: 6, STRSZ: 10, SYMENT: 11, SONAME: 14, FLAGS_1: 0x6ffffffb } as const;
/** Never unloaded: handlers of signals lie in it. */
const DF_1_NODELETE = 8;
const ET_DYN = 3;
const STB_GLOBAL_FUNC = 0x12;

/** Of `machine` (EM_X86_64, EM_AARCH64); it exports all labels of `code`, and is known as `name` once loaded. */
export function sharedObject(machine: number, name: string, code: MachineCode): Uint8Array {
  const symbols = [...code.labels];
  const strings = ['', name, ...symbols.map(([label]) => label)];
  const stringBytes = new TextEncoder().encode(`${strings.join('\0')}\0`);
  const stringAt = (index: number): number => strings.slice(0, index).reduce((sum, text) => sum + text.length + 1, 0);

  const codeAt = HEADER_BYTES + PROGRAM_HEADERS * PROGRAM_HEADER_BYTES;
  const symbolsAt = (codeAt + code.bytes.length + 7) & ~7;
  const hashAt = symbolsAt + (symbols.length + 1) * SYMBOL_BYTES;
  const stringsAt = hashAt + (4 + symbols.length) * 4;
  const textEnd = stringsAt + stringBytes.length;
  const dynamicAt = (textEnd + 15) & ~15;
  const dynamic = [
    [DT.HASH, hashAt],
    [DT.STRTAB, stringsAt],
    [DT.SYMTAB, symbolsAt],
    [DT.STRSZ, stringBytes.length],
    [DT.SYMENT, SYMBOL_BYTES],
    [DT.SONAME, stringAt(1)],
    [DT.FLAGS_1, DF_1_NODELETE],
    [DT.NULL, 0],
  ] as const;

  const file = new Uint8Array(dynamicAt + dynamic.length * 16);
  const view = new DataView(file.buffer);
  const word = (at: number, value: number): void => view.setBigUint64(at, BigInt(value), true);
  const segment = (index: number, type: number, flags: number, at: number, size: number, address: number): void => {
    const header = HEADER_BYTES + index * PROGRAM_HEADER_BYTES;
    view.setUint32(header, type, true);
    view.setUint32(header + 4, flags, true);
    [at, address, address, size, size, type === PT.LOAD ? PAGE : 8].forEach((value, i) =>
      word(header + 8 + i * 8, value),
    );
  };

  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, ET_DYN, true);
  view.setUint16(18, machine, true);
  view.setUint32(20, 1, true);
  word(32, HEADER_BYTES);
  view.setUint16(52, HEADER_BYTES, true);
  view.setUint16(54, PROGRAM_HEADER_BYTES, true);
  view.setUint16(56, PROGRAM_HEADERS, true);
  view.setUint16(58, 64, true);
  segment(0, PT.LOAD, PF.R | PF.X, 0, textEnd, 0);
  segment(1, PT.LOAD, PF.R | PF.W, dynamicAt, dynamic.length * 16, PAGE + dynamicAt);
  segment(2, PT.DYNAMIC, PF.R | PF.W, dynamicAt, dynamic.length * 16, PAGE + dynamicAt);
  segment(3, PT.GNU_STACK, PF.R | PF.W, 0, 0, 0);

  file.set(code.bytes, codeAt);
  symbols.forEach(([, offset], index) => {
    const at = symbolsAt + (index + 1) * SYMBOL_BYTES;
    view.setUint32(at, stringAt(index + 2), true);
    view.setUint8(at + 4, STB_GLOBAL_FUNC);
    // Any section but 0, which would mean that the symbol is not here.
    view.setUint16(at + 6, 1, true);
    word(at + 8, codeAt + offset);
  });
  // One bucket, whose chain holds all symbols.
  view.setUint32(hashAt, 1, true);
  view.setUint32(hashAt + 4, symbols.length + 1, true);
  view.setUint32(hashAt + 8, symbols.length, true);
  for (let i = 1; i <= symbols.length; i++) view.setUint32(hashAt + 12 + i * 4, i - 1, true);
  file.set(stringBytes, stringsAt);
  dynamic.forEach(([tag, value], index) => {
    word(dynamicAt + index * 16, tag);
    word(dynamicAt + index * 16 + 8, value);
  });
  return file;
}
