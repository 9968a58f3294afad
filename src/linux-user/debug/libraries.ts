/** The list of shared libraries that the dynamic linker keeps for debuggers (System V ABI; glibc, link.h). */
import { MAPPED, PROT_READ } from '../memory/pages.ts';
import type { UserMemory } from '../memory/user-memory.ts';

const PT_DYNAMIC = 2;
const PT_PHDR = 6;
const DT_NULL = 0;
const DT_DEBUG = 21;
const PHDR_BYTES = 56;
/** More than that is a list that is none. */
const MOST = 4096;

/** Reads a program's memory, which may hold anything. */
class Reader {
  readonly #memory: UserMemory;
  constructor(memory: UserMemory) {
    this.#memory = memory;
  }
  /** 0 where there is nothing to read. */
  word(address: number): number {
    return this.#memory.pages.permits(address, 8, PROT_READ | MAPPED) ? this.#memory.u64(address) : 0;
  }
  half(address: number): number {
    return this.#memory.pages.permits(address, 4, PROT_READ | MAPPED) ? this.#memory.u32(address) : 0;
  }
  text(address: number): string {
    const length = this.#memory.pages.permits(address, 1, PROT_READ) ? this.#memory.stringLength(address) : -1;
    return length < 0 ? '' : this.#memory.text(address, length);
  }
}

/** What was added to the addresses of the program's file. `headers`, `count`: AT_PHDR, AT_PHNUM. */
export function loadBias(memory: UserMemory, headers: number, count: number): number {
  const own = segment(new Reader(memory), headers, count, PT_PHDR);
  return own === undefined ? 0 : headers - own;
}

/** gdb's list of them, without the program itself. */
export function librariesText(memory: UserMemory, headers: number, count: number): string {
  const reader = new Reader(memory);
  const lines: string[] = [];
  const debug = debugAddress(reader, headers, count, loadBias(memory, headers, count));
  const main = debug === 0 ? 0 : reader.word(debug + 8);
  let entry = main;
  for (let left = MOST; entry !== 0 && left > 0; left--, entry = reader.word(entry + 24)) {
    const name = reader.text(reader.word(entry + 8));
    if (entry === main || name === '') continue;
    lines.push(
      `<library name="${escaped(name)}" lm="${hex(entry)}" l_addr="${hex(reader.word(entry))}" l_ld="${hex(reader.word(entry + 16))}" lmid="0x0"/>`,
    );
  }
  const attribute = main === 0 ? '' : ` main-lm="${hex(main)}"`;
  return `<library-list-svr4 version="1.0"${attribute}>${lines.join('')}</library-list-svr4>`;
}

/** p_vaddr of the first segment of a kind. */
function segment(reader: Reader, headers: number, count: number, kind: number): number | undefined {
  for (let i = 0; i < Math.min(count, MOST); i++) {
    if (reader.half(headers + i * PHDR_BYTES) === kind) return reader.word(headers + i * PHDR_BYTES + 16);
  }
  return undefined;
}

/** Where r_debug is; 0: the dynamic linker has not said so yet, or there is none. */
function debugAddress(reader: Reader, headers: number, count: number, bias: number): number {
  const dynamic = segment(reader, headers, count, PT_DYNAMIC);
  if (dynamic === undefined) return 0;
  for (let i = 0; i < MOST; i++) {
    const tag = reader.word(dynamic + bias + 16 * i);
    if (tag === DT_NULL) return 0;
    if (tag === DT_DEBUG) return reader.word(dynamic + bias + 16 * i + 8);
  }
  return 0;
}

const hex = (address: number): string => `0x${address.toString(16)}`;
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
