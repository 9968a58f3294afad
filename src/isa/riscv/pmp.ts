/** Physical memory protection: 16 entries (Privileged Architecture 1.12, 3.7). */

import { M, RiscvState, word } from './state.ts';

export const PMP_ENTRIES = 16;
export const PMP_R = 1;
export const PMP_W = 2;
export const PMP_X = 4;
/** Address-matching mode (3.7.1, table 3.10): 0 is off, 2 NA4. */
const A_SHIFT = 3;
const TOR = 1;
const NAPOT = 3;
const LOCKED = 0x80;
const RWX = 7;
/** Bits of a configuration byte that exist. */
const CFG_MASK = 0x9f;

const PMPADDR = word('pmpaddr');

/** What a page allows: permission bits, or that they differ inside the page. */
export const PMP_MIXED = -1;

export class Pmp {
  readonly #words: Int32Array;
  readonly #cfg: Uint8Array;
  readonly #isPresent: boolean;
  /** The entries that are not off, lowest-numbered first, as ranges of bytes: end is exclusive. */
  readonly #start = new Float64Array(PMP_ENTRIES);
  readonly #end = new Float64Array(PMP_ENTRIES);
  readonly #rights = new Uint8Array(PMP_ENTRIES);
  #count = 0;
  /** The first entry gives everything to everybody: nothing needs to be looked up. */
  #allowsAll = false;
  /** What `around` found. */
  first = 0;
  end = 0;

  constructor(memory: WebAssembly.Memory, stateAddress: number, isPresent: boolean) {
    this.#words = new Int32Array(memory.buffer, stateAddress, RiscvState.size / 4);
    this.#cfg = new Uint8Array(memory.buffer, stateAddress + RiscvState.offsetOf.pmpcfg, PMP_ENTRIES);
    this.#isPresent = isPresent;
    this.decode();
  }

  /** Four configuration bytes from entry `first` on, as one word. */
  readConfiguration(first: number): number {
    const cfg = this.#cfg;
    return cfg[first]! | (cfg[first + 1]! << 8) | (cfg[first + 2]! << 16) | (cfg[first + 3]! << 24);
  }

  /** Locked entries ignore the write (3.7.1). The caller decodes and flushes. */
  writeConfiguration(first: number, value: number): void {
    for (let i = 0; i < 4; i++) {
      const entry = first + i;
      if ((this.#cfg[entry]! & LOCKED) !== 0) continue;
      let byte = (value >>> (8 * i)) & CFG_MASK;
      // R=0 with W=1 is reserved (3.7.1): such an entry permits nothing.
      if ((byte & (PMP_R | PMP_W)) === PMP_W) byte &= ~RWX;
      this.#cfg[entry] = byte;
    }
  }

  /** A locked entry ignores the write; so does the base of a locked TOR entry (3.7.1). */
  canWriteAddress(entry: number): boolean {
    const cfg = this.#cfg;
    if ((cfg[entry]! & LOCKED) !== 0) return false;
    const next = entry + 1 < PMP_ENTRIES ? cfg[entry + 1]! : 0;
    return !((next & LOCKED) !== 0 && ((next >>> A_SHIFT) & 3) === TOR);
  }

  /** Works out the ranges after a change of pmpcfg or pmpaddr. */
  decode(): void {
    this.#count = 0;
    for (let entry = 0; entry < PMP_ENTRIES; entry++) {
      const cfg = this.#cfg[entry]!;
      const mode = (cfg >>> A_SHIFT) & 3;
      if (mode === 0) continue;
      const address = this.#address(entry);
      let start = address;
      let end = address + 4;
      if (mode === TOR) {
        start = entry === 0 ? 0 : this.#address(entry - 1);
        end = address;
      } else if (mode === NAPOT) {
        const size = this.#napotSize(entry);
        start = Math.floor(address / size) * size;
        end = start + size;
      }
      // An empty TOR range matches nothing (3.7.1).
      if (start >= end) continue;
      this.#start[this.#count] = start;
      this.#end[this.#count] = end;
      this.#rights[this.#count] = cfg;
      this.#count++;
    }
    this.#allowsAll =
      !this.#isPresent ||
      (this.#count > 0 && this.#start[0] === 0 && this.#end[0]! >= 2 ** 53 && (this.#rights[0]! & RWX) === RWX);
  }

  /** Bytes; exact below 2^53, where all memory is. */
  #address(entry: number): number {
    const words = this.#words;
    const i = PMPADDR + 2 * entry;
    return (words[i + 1]! >>> 0) * 2 ** 34 + (words[i]! >>> 0) * 4;
  }

  /** 3.7.1, table 3.11: n trailing ones make a region of 2^(n+3) bytes. */
  #napotSize(entry: number): number {
    const low = this.#words[PMPADDR + 2 * entry]!;
    const high = this.#words[PMPADDR + 2 * entry + 1]!;
    const ones = low === -1 ? 32 + trailingOnes(high) : trailingOnes(low);
    return 2 ** (ones + 3);
  }

  /**
   * Whether a mode may make an access (bits PMP_R, PMP_W, PMP_X) to all of `size` bytes: the
   * lowest-numbered entry that matches any byte decides, and must match all of them (3.7.1).
   */
  allows(physical: number, size: number, need: number, privilege: number): boolean {
    if (this.#allowsAll) return true;
    for (let i = 0; i < this.#count; i++) {
      const start = this.#start[i]!;
      const end = this.#end[i]!;
      if (physical + size <= start || physical >= end) continue;
      if (physical < start || physical + size > end) return false;
      const rights = this.#rights[i]!;
      return (privilege === M && (rights & LOCKED) === 0) || (rights & need) === need;
    }
    return privilege === M;
  }

  /**
   * Finds the bytes `first` to `end` around a 4 KiB page, which is not mixed, where the same entry
   * decides, or none.
   */
  around(page: number): void {
    this.first = 0;
    this.end = 2 ** 53;
    for (let i = 0; i < this.#count; i++) {
      const start = this.#start[i]!;
      const end = this.#end[i]!;
      if (end <= page) this.first = Math.max(this.first, end);
      else if (start > page) this.end = Math.min(this.end, start);
      else {
        this.first = Math.max(this.first, start);
        this.end = Math.min(this.end, end);
        return;
      }
    }
  }

  /** What a mode may do anywhere in the 4 KiB page, or PMP_MIXED. */
  page(page: number, privilege: number): number {
    if (this.#allowsAll) return RWX;
    for (let i = 0; i < this.#count; i++) {
      const start = this.#start[i]!;
      const end = this.#end[i]!;
      if (page + 4096 <= start || page >= end) continue;
      if (page < start || page + 4096 > end) return PMP_MIXED;
      const rights = this.#rights[i]!;
      return privilege === M && (rights & LOCKED) === 0 ? RWX : rights & RWX;
    }
    return privilege === M ? RWX : 0;
  }
}

function trailingOnes(word: number): number {
  return word === -1 ? 32 : 31 - Math.clz32(~word & (word + 1));
}
