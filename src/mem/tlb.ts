import { BugError } from '../base/errors.ts';
import type { Arena } from './arena.ts';
import type { Contexts } from './cpu.ts';
import { Segment } from './segment.ts';

/** Entries of a data TLB, and the bytes of one: read tag, write tag, addend, host page. */
export const TLB_ENTRIES = 1024;
export const TLB_ENTRY_BYTES = 32;
export const TLB_READ_TAG = 0;
export const TLB_WRITE_TAG = 8;
/** Host address of the page minus its virtual address. */
export const TLB_ADDEND = 16;
/** Host page: host address of the page / 4096. */
export const TLB_HOST_PAGE = 24;
/** In the second level: the generation in which the entry is valid. */
export const TLB_GENERATION = 28;
/** Set in a write tag when stores to the page must look for translated code: never compares equal. */
export const TLB_HOLDS_CODE = 0x800;

/**
 * Entries of the second-level data TLB. An entry is found by the page number's low bits, exclusive-ored with
 * the address from bit SECOND_TLB_FOLD on, so that arrays a power of two apart do not compete.
 */
export const SECOND_TLB_ENTRIES = 4096;
export const SECOND_TLB_FOLD = 23;

/** Entries of an instruction TLB unless told otherwise, and the bytes of one: tag, address of the page's records. */
export const CODE_TLB_ENTRIES = 256;
export const CODE_TLB_ENTRY_BYTES = 16;
export const CODE_TLB_RECORDS = 8;

/** Address spaces and modes that are remembered, unless fewer are enough for a guest. */
const SLOTS = 16;
const DATA_BYTES = TLB_ENTRIES * TLB_ENTRY_BYTES;
const SECOND_BYTES = SECOND_TLB_ENTRIES * TLB_ENTRY_BYTES;
const NO_ASID = -2;
/** Then the second level is cleared and generations begin anew: 0 is never valid. */
const LAST_GENERATION = 2 ** 31 - 1;
/** Gigabyte regions with superpages remembered per slot; one more and every flush is a full one. */
const LARGE_REGIONS = 8;

/** What SoftTlb writes when the context changes: the addresses of the TLBs in use, and the segment. */
export interface TlbPointers {
  tlb: number;
  codeTlb: number;
  secondTlb: number;
  secondTlbGeneration: number;
  /**
   * Names the instruction mappings of the current context: another number as soon as one of them may
   * have been dropped, so that who has looked once need not look again.
   */
  codeGeneration: number;
  readonly segment: Uint32Array;
}

/**
 * The software TLBs of one virtual CPU: a data and an instruction TLB for each of the last 16
 * address spaces and modes, in shared memory where translated code probes them. A switch only swaps
 * pointers and the segment, the one entry that is larger. A second level of the data TLB has more
 * entries and all that the first has, but for notes of code. All entries of both are 4 KiB pages; which
 * gigabytes hold pieces of superpages is remembered, because one flush address stands for the whole
 * superpage there.
 */
export class SoftTlb implements Contexts {
  /** Counters that the statistics publish. */
  flushes = 0;
  pageFlushes = 0;
  readonly #pointers: TlbPointers;
  readonly #dataBase: number;
  readonly #codeBase: number;
  readonly #secondBase: number;
  readonly #data: Int32Array;
  readonly #code: Int32Array;
  readonly #second: Int32Array;
  /** Of each slot: what its entries of the second level are valid in. One more clears them all. */
  readonly #generations: Int32Array;
  #generation = 0;
  /** Slots that hold something: most flushes of all of them find most of them empty. */
  readonly #isFilled: Uint8Array;
  readonly #keys: Int32Array;
  readonly #asids: Int32Array;
  readonly #large: Int32Array[] = [];
  readonly #largeCount: Int32Array;
  readonly #segments: readonly Segment[];
  readonly #codeGenerations: Uint32Array;
  #codeGeneration = 0;
  #current = 0;
  #next: number;
  readonly codeEntries: number;
  /** Told of instruction mappings that are dropped: the one of the page at an address below 4 GiB, or any of them. */
  codeDropped: ((page: number | undefined) => void) | undefined;
  readonly #codeBytes: number;
  readonly #slots: number;

  /** `slots`: address spaces and modes that are remembered. `codeEntries`: of each instruction TLB, a power of two. */
  constructor(arena: Arena, pointers: TlbPointers, slots = SLOTS, codeEntries = CODE_TLB_ENTRIES) {
    this.codeEntries = codeEntries;
    this.#codeBytes = codeEntries * CODE_TLB_ENTRY_BYTES;
    this.#pointers = pointers;
    this.#slots = slots;
    this.#next = 1 % slots;
    this.#generations = new Int32Array(slots);
    this.#isFilled = new Uint8Array(slots).fill(1);
    this.#keys = new Int32Array(slots * 3);
    this.#asids = new Int32Array(slots).fill(NO_ASID);
    this.#largeCount = new Int32Array(slots);
    this.#segments = Array.from({ length: slots }, () => new Segment());
    this.#codeGenerations = new Uint32Array(slots);
    this.#dataBase = arena.allocate(slots * DATA_BYTES, 4096);
    this.#codeBase = arena.allocate(slots * this.#codeBytes, 4096);
    this.#secondBase = arena.allocate(slots * SECOND_BYTES, 4096);
    // Translated code finds them through 32-bit addresses.
    if (arena.used > 2 ** 32) throw new BugError('the TLBs lie above 4 GiB');
    this.#data = new Int32Array(arena.memory.buffer, this.#dataBase, (slots * DATA_BYTES) / 4);
    this.#code = new Int32Array(arena.memory.buffer, this.#codeBase, (slots * this.#codeBytes) / 4);
    this.#second = new Int32Array(arena.memory.buffer, this.#secondBase, (slots * SECOND_BYTES) / 4);
    for (let slot = 0; slot < slots; slot++) {
      this.#large.push(new Int32Array(LARGE_REGIONS));
      this.#clear(slot);
    }
    this.#publish();
  }

  select(key0: number, key1: number, key2: number, asid: number): void {
    const keys = this.#keys;
    for (let slot = 0, k = 0; slot < this.#slots; slot++, k += 3) {
      if (keys[k] === key0 && keys[k + 1] === key1 && keys[k + 2] === key2 && this.#asids[slot] === asid) {
        if (slot !== this.#current) {
          this.#current = slot;
          this.#publish();
        }
        return;
      }
    }
    const slot = this.#next;
    this.#next = (slot + 1) % this.#slots;
    if (this.#asids[slot] !== NO_ASID) this.#clear(slot);
    keys[slot * 3] = key0;
    keys[slot * 3 + 1] = key1;
    keys[slot * 3 + 2] = key2;
    this.#asids[slot] = asid;
    this.#current = slot;
    this.#publish();
  }

  flushAll(): void {
    this.flushes++;
    for (let slot = 0; slot < this.#slots; slot++) this.#clear(slot);
    this.#publish();
  }

  flushAsid(asid: number): void {
    this.flushes++;
    for (let slot = 0; slot < this.#slots; slot++) if (this.#asids[slot] === asid) this.#clear(slot);
  }

  flushPage(low: number, high: number, asid: number): void {
    this.pageFlushes++;
    const gigabyte = gigabyteOf(low, high);
    this.codeDropped?.(high === 0 ? (low & ~0xfff) >>> 0 : undefined);
    for (let slot = 0; slot < this.#slots; slot++) {
      const owner = this.#asids[slot]!;
      if (owner === NO_ASID || (asid !== -1 && owner !== asid)) continue;
      this.#segments[slot]!.cut(low, high);
      if (this.#hasLarge(slot, gigabyte)) {
        this.#clear(slot);
        continue;
      }
      const data = (slot * DATA_BYTES + dataIndex(low) * TLB_ENTRY_BYTES) >> 2;
      // Either tag may be set alone; both carry the page in their upper bits.
      if (this.#tagged(this.#data, data, low, high) || this.#tagged(this.#data, data + 2, low, high)) {
        this.#data.fill(-1, data, data + 4);
      }
      const second = (slot * SECOND_BYTES + secondIndex(low, high) * TLB_ENTRY_BYTES) >> 2;
      if (this.#tagged(this.#second, second, low, high) || this.#tagged(this.#second, second + 2, low, high)) {
        this.#second[second + TLB_GENERATION / 4] = 0;
      }
      this.#renew(slot);
      const code = (slot * this.#codeBytes + this.#codeIndex(low) * CODE_TLB_ENTRY_BYTES) >> 2;
      if (this.#tagged(this.#code, code, low, high)) this.#code.fill(-1, code, code + 2);
    }
    this.#publish();
  }

  /** Whether an address is in the segment of the current address space. */
  isInSegment(low: number, high: number): boolean {
    return this.#segments[this.#current]!.covers(low, high);
  }

  /** See Segment.offer. */
  offerSegment(low: number, high: number, host: number, before: number, after: number, pageSize: number): void {
    const segment = this.#segments[this.#current]!;
    this.#isFilled[this.#current] = 1;
    segment.offer(low, high, host, before, after, pageSize);
    segment.publish(this.#pointers.segment);
  }

  /** Enters a page into the current data TLB. `addend` is the host address of the page. */
  fillData(
    low: number,
    high: number,
    host: number,
    readable: boolean,
    writable: boolean,
    holdsCode: boolean,
    pageSize: number,
  ): void {
    this.#isFilled[this.#current] = 1;
    const entry = (this.#current * DATA_BYTES + dataIndex(low) * TLB_ENTRY_BYTES) >> 2;
    const data = this.#data;
    const page = low & ~0xfff;
    if (data[entry] !== page && data[entry] !== -1) data.fill(-1, entry, entry + 4);
    data[entry] = readable ? page : -1;
    data[entry + 1] = readable ? high : -1;
    data[entry + 2] = writable ? (holdsCode ? page | TLB_HOLDS_CODE : page) : -1;
    data[entry + 3] = writable ? high : -1;
    // host - virtual address, modulo 2^64, in halves: addends for both widths of memory.
    const hostLow = host | 0;
    const borrow = hostLow >>> 0 < page >>> 0 ? 1 : 0;
    data[entry + 4] = (hostLow - page) | 0;
    data[entry + 5] = (Math.floor(host / 2 ** 32) - high - borrow) | 0;
    data[entry + 6] = Math.floor(host / 4096);
    const second = (this.#current * SECOND_BYTES + secondIndex(low, high) * TLB_ENTRY_BYTES) >> 2;
    for (let word = 0; word < 7; word++) this.#second[second + word] = data[entry + word]!;
    if (writable) this.#second[second + 2] = page;
    this.#second[second + 7] = this.#generations[this.#current]!;
    if (pageSize > 4096) this.#noteLarge(this.#current, gigabyteOf(low, high), pageSize);
  }

  /** Enters a page into the current instruction TLB. */
  fillCode(low: number, high: number, records: number, pageSize: number): void {
    this.#isFilled[this.#current] = 1;
    const entry = (this.#current * this.#codeBytes + this.#codeIndex(low) * CODE_TLB_ENTRY_BYTES) >> 2;
    this.#code[entry] = low & ~0xfff;
    this.#code[entry + 1] = high;
    this.#code[entry + 2] = records;
    if (pageSize > 4096) this.#noteLarge(this.#current, gigabyteOf(low, high), pageSize);
  }

  /** Makes stores to a host page look for translated code from now on. */
  watchPage(hostPage: number): void {
    const data = this.#data;
    for (let entry = 0; entry < data.length; entry += TLB_ENTRY_BYTES / 4) {
      if (data[entry + 6] === hostPage && data[entry + 2] !== -1) data[entry + 2]! |= TLB_HOLDS_CODE;
    }
  }

  /** Forgets every instruction page whose records are at `records`, or all of them. */
  dropCode(records?: number): void {
    this.codeDropped?.(undefined);
    for (let slot = 0; slot < this.#slots; slot++) this.#renew(slot);
    const code = this.#code;
    for (let entry = 0; entry < code.length; entry += CODE_TLB_ENTRY_BYTES / 4) {
      if (records === undefined || code[entry + 2] === records) code.fill(-1, entry, entry + 2);
    }
  }

  #tagged(words: Int32Array, at: number, low: number, high: number): boolean {
    return words[at + 1] === high && (words[at]! ^ low) >>> 12 === 0;
  }

  #clear(slot: number): void {
    this.#renew(slot);
    if (this.#isFilled[slot] === 0) return;
    this.#isFilled[slot] = 0;
    this.codeDropped?.(undefined);
    this.#data.fill(-1, (slot * DATA_BYTES) >> 2, ((slot + 1) * DATA_BYTES) >> 2);
    this.#code.fill(-1, (slot * this.#codeBytes) >> 2, ((slot + 1) * this.#codeBytes) >> 2);
    this.#largeCount[slot] = 0;
    if (this.#generation === LAST_GENERATION) {
      this.#second.fill(0);
      this.#generations.fill(LAST_GENERATION);
      this.#generation = 0;
    }
    this.#generations[slot] = ++this.#generation;
    this.#segments[slot]!.clear();
    this.#publish();
  }

  /** Instruction mappings of a slot may be others from now on. */
  #renew(slot: number): void {
    this.#codeGeneration = Math.max(1, (this.#codeGeneration + 1) >>> 0);
    this.#codeGenerations[slot] = this.#codeGeneration;
    if (slot === this.#current) this.#pointers.codeGeneration = this.#codeGeneration;
  }

  #publish(): void {
    this.#pointers.tlb = this.#dataBase + this.#current * DATA_BYTES;
    this.#pointers.codeTlb = this.#codeBase + this.#current * this.#codeBytes;
    this.#pointers.secondTlb = this.#secondBase + this.#current * SECOND_BYTES;
    this.#pointers.secondTlbGeneration = this.#generations[this.#current]!;
    this.#pointers.codeGeneration = this.#codeGenerations[this.#current]!;
    this.#segments[this.#current]!.publish(this.#pointers.segment);
  }

  #codeIndex(low: number): number {
    return (low >>> 12) & (this.codeEntries - 1);
  }

  #hasLarge(slot: number, gigabyte: number): boolean {
    const count = this.#largeCount[slot]!;
    if (count > LARGE_REGIONS) return true;
    const regions = this.#large[slot]!;
    for (let i = 0; i < count; i++) if (regions[i] === gigabyte) return true;
    return false;
  }

  #noteLarge(slot: number, gigabyte: number, pageSize: number): void {
    if (this.#hasLarge(slot, gigabyte)) return;
    const count = this.#largeCount[slot]!;
    // A leaf above 1 GiB spans many regions: treat every flush as a full one.
    if (pageSize > 2 ** 30) this.#largeCount[slot] = LARGE_REGIONS + 1;
    else if (count < LARGE_REGIONS) {
      this.#large[slot]![count] = gigabyte;
      this.#largeCount[slot] = count + 1;
    } else this.#largeCount[slot] = LARGE_REGIONS + 1;
  }
}

/** Bits 61 to 30 of a virtual address. */
function gigabyteOf(low: number, high: number): number {
  return (high << 2) | (low >>> 30);
}

function dataIndex(low: number): number {
  return (low >>> 12) & (TLB_ENTRIES - 1);
}

function secondIndex(low: number, high: number): number {
  const folded = (low >>> SECOND_TLB_FOLD) | (high << (32 - SECOND_TLB_FOLD));
  return ((low >>> 12) ^ folded) & (SECOND_TLB_ENTRIES - 1);
}
