/**
 * Writes bin/linux-*\/libatomic.so.1. Node's builds for Linux want that library, which
 * Debian's base system lacks, for one function of it and that on eight bytes alone. So
 * that nothing needs installing beside npm's packages, the launcher offers this one
 * where the system has none. It is written by hand because no compiler may be at hand.
 *
 * System V gABI, chapters 4 and 5; version tables: LSB Core 5.0, 10.7.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const FUNCTION = '__atomic_compare_exchange';
const SONAME = 'libatomic.so.1';
const VERSION = 'LIBATOMIC_1.0';

/** bool __atomic_compare_exchange(size_t size, void *at, void *expected, void *desired, int, int) */
const X64 = `
  48 83 ff 08     cmp  rdi, 8
  75 14           jne  trap
  48 8b 02        mov  rax, [rdx]
  48 8b 09        mov  rcx, [rcx]
  f0 48 0f b1 0e  lock cmpxchg [rsi], rcx
  74 03           je   done
  48 89 02        mov  [rdx], rax
  0f 94 c0        done: sete al
  c3              ret
  0f 0b           trap: ud2`;

const ARM64 = `
  1f 20 00 f1     cmp   x0, 8
  c1 01 00 54     b.ne  trap
  44 00 40 f9     ldr   x4, [x2]
  63 00 40 f9     ldr   x3, [x3]
  25 fc 5f c8     retry: ldaxr x5, [x1]
  bf 00 04 eb     cmp   x5, x4
  a1 00 00 54     b.ne  fail
  23 fc 06 c8     stlxr w6, x3, [x1]
  86 ff ff 35     cbnz  w6, retry
  20 00 80 52     mov   w0, 1
  c0 03 5f d6     ret
  5f 3f 03 d5     fail: clrex
  45 00 00 f9     str   x5, [x2]
  00 00 80 52     mov   w0, 0
  c0 03 5f d6     ret
  20 00 20 d4     trap: brk 1`;

/** ELF's e_machine of each. */
export const LIBRARIES = [
  { path: 'bin/linux-x64/libatomic.so.1', machine: 62, code: X64 },
  { path: 'bin/linux-arm64/libatomic.so.1', machine: 183, code: ARM64 },
];

/** Bytes of the given sizes, little-endian: fields(4, 1, 8, 2n) is a 32-bit 1 and a 64-bit 2. */
function fields(...sizesAndValues: number[]): Buffer {
  const parts: Buffer[] = [];
  for (let i = 0; i < sizesAndValues.length; i += 2) {
    const part = Buffer.alloc(sizesAndValues[i]!);
    part.writeUIntLE(sizesAndValues[i + 1]!, 0, Math.min(part.length, 6));
    parts.push(part);
  }
  return Buffer.concat(parts);
}

const bytesOf = (listing: string): Buffer =>
  Buffer.from(
    listing
      .split('\n')
      .map((line) => line.slice(2, 16).replaceAll(' ', ''))
      .join(''),
    'hex',
  );

/** The hash of symbol and version names. */
function hash(name: string): number {
  let h = 0;
  for (const char of Buffer.from(name)) {
    h = ((h << 4) >>> 0) + char;
    const high = (h & 0xf0000000) >>> 0;
    h = ((h ^ (high >>> 24)) & ~high) >>> 0;
  }
  return h;
}

/** Second mapping of the same bytes: older loaders write to the dynamic table. A page on any machine. */
const WRITABLE = 0x10000;

export function library(machine: number, listing: string): Buffer {
  const HEADERS = 64 + 4 * 56;
  const code = bytesOf(listing);
  const strings = Buffer.from(`\0${[FUNCTION, SONAME, VERSION].join('\0')}\0`);
  const string = (text: string): number => strings.indexOf(`\0${text}\0`) + 1;

  const tables: Buffer[] = [];
  let end = HEADERS;
  const place = (table: Buffer): number => {
    const at = end;
    const padded = Buffer.alloc((table.length + 15) & ~15);
    table.copy(padded);
    tables.push(padded);
    end += padded.length;
    return at;
  };

  const codeAt = place(code);
  const stringsAt = place(strings);
  // The null symbol, then ours: global, a function, in section 1 (any number but none's 0).
  const symbols = Buffer.concat([
    Buffer.alloc(24),
    fields(4, string(FUNCTION), 1, 0x12, 1, 0, 2, 1, 8, codeAt, 8, code.length),
  ]);
  const symbolsAt = place(symbols);
  // One bucket, which starts at symbol 1, and chains that end there.
  const hashAt = place(fields(4, 1, 4, 2, 4, 1, 4, 0, 4, 0));
  // Our symbol has version 2; version 1 is the file's own name.
  const versionsAt = place(fields(2, 0, 2, 2));
  const definition = (flags: number, index: number, name: string, next: number) =>
    fields(2, 1, 2, flags, 2, index, 2, 1, 4, hash(name), 4, 20, 4, next, 4, string(name), 4, 0);
  const definitionsAt = place(Buffer.concat([definition(1, 1, SONAME, 28), definition(0, 2, VERSION, 0)]));
  const dynamic = [
    [14, string(SONAME)], // DT_SONAME
    [4, hashAt], // DT_HASH
    [5, stringsAt], // DT_STRTAB
    [10, strings.length], // DT_STRSZ
    [6, symbolsAt], // DT_SYMTAB
    [11, 24], // DT_SYMENT
    [0x6ffffff0, versionsAt], // DT_VERSYM
    [0x6ffffffc, definitionsAt], // DT_VERDEF
    [0x6ffffffd, 2], // DT_VERDEFNUM
    [0, 0],
  ];
  const dynamicAt = place(Buffer.concat(dynamic.map(([tag, value]) => fields(8, tag!, 8, value!))));

  const segment = (type: number, flags: number, offset: number, address: number, size: number, align: number) =>
    fields(4, type, 4, flags, 8, offset, 8, address, 8, address, 8, size, 8, size, 8, align);
  const [R, W, X] = [4, 2, 1];
  return Buffer.concat([
    Buffer.from('7f454c46020101000000000000000000', 'hex'),
    // A shared object with four program headers and no sections.
    fields(2, 3, 2, machine, 4, 1, 8, 0, 8, 64, 8, 0, 4, 0, 2, 64, 2, 56, 2, 4, 2, 64, 2, 0, 2, 0),
    segment(1, R | X, 0, 0, end, WRITABLE),
    segment(1, R | W, 0, WRITABLE, end, WRITABLE),
    segment(2, R | W, dynamicAt, WRITABLE + dynamicAt, dynamic.length * 16, 8),
    segment(0x6474e551, R | W, 0, 0, 0, 16), // PT_GNU_STACK: without it the stack becomes executable
    ...tables,
  ]);
}

if (import.meta.main) {
  for (const { path, machine, code } of LIBRARIES) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, library(machine, code));
  }
}
