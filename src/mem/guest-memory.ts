/**
 * Guest RAM as devices (DMA) and loaders use it. Every write looks at the flags of the pages it
 * touches, so that translated code made from them is dropped before the write is seen as complete.
 * What is not RAM reads as zero and swallows writes; a device that must tell asks `contains` first.
 */

import type { AddressSpace } from './address-space.ts';
import type { Arena } from './arena.ts';
import { CodeClaims, PAGE_CODE } from './code-claims.ts';

export class GuestMemory {
  readonly space: AddressSpace;
  /**
   * One byte for each 4 KiB page of the shared memory: the flags of the page at host offset `h` are
   * `pageFlags[h / 4096]`, at `pageFlagsOffset + h / 4096` of the memory itself.
   */
  readonly pageFlags: Uint8Array;
  readonly pageFlagsOffset: number;
  /** Address of a u64 for each page: its 64-byte granules that hold code. */
  readonly granules: number;
  readonly claims: CodeClaims;
  /**
   * Set by the translator of this thread: bytes that may hold translated code were written. They are
   * in one page.
   */
  onCodeWrite: ((pa: number, length: number) => void) | undefined;

  readonly #all: Uint8Array;
  readonly #halves: Uint16Array;
  readonly #view: DataView;

  /** Takes room for the flags from the arena: make it at the same point on every thread. `cpus`: most that there may be. */
  constructor(arena: Arena, space: AddressSpace, cpus?: number) {
    this.space = space;
    const pages = Math.ceil(arena.limit / 4096);
    this.pageFlagsOffset = arena.allocate(pages);
    this.pageFlags = new Uint8Array(arena.memory.buffer, this.pageFlagsOffset, pages);
    this.granules = arena.allocate(pages * 8);
    this.claims = new CodeClaims(arena, this.pageFlags, this.granules, cpus);
    this.#all = new Uint8Array(arena.memory.buffer);
    this.#halves = new Uint16Array(arena.memory.buffer);
    this.#view = new DataView(arena.memory.buffer);
  }

  /** Whether all of `pa` to `pa + length` is in one block of RAM. */
  contains(pa: number, length: number): boolean {
    return this.hostOffset(pa, length) >= 0;
  }

  /** A live, borrowed view if the range is wholly in one block of RAM. Call `wrote` after writing. */
  bytes(pa: number, length: number): Uint8Array | undefined {
    const host = this.hostOffset(pa, length);
    return host < 0 ? undefined : this.#all.subarray(host, host + length);
  }

  /** A copy. What is not RAM or ROM reads as zero. */
  read(pa: number, length: number): Uint8Array {
    const copy = new Uint8Array(length);
    this.#pieces(pa, length, (host, from, count) => {
      copy.set(this.#all.subarray(host, host + count), from);
    });
    return copy;
  }

  /** Writes as a device does: RAM only. */
  write(pa: number, bytes: Uint8Array): void {
    this.#pieces(pa, bytes.length, (host, from, count, kind) => {
      if (kind === 'ram') this.#all.set(bytes.subarray(from, from + count), host);
    });
    this.wrote(pa, bytes.length);
  }

  /** Writes as a loader does: into RAM, ROM and flash. False if part of the range is none of them. */
  load(pa: number, bytes: Uint8Array): boolean {
    let done = 0;
    this.#pieces(pa, bytes.length, (host, from, count) => {
      this.#all.set(bytes.subarray(from, from + count), host);
      done += count;
    });
    this.wrote(pa, bytes.length);
    return done === bytes.length;
  }

  /** Tells that the range was written through a borrowed view or by another thread. */
  wrote(pa: number, length: number): void {
    if (length <= 0) return;
    const end = pa + length;
    for (let page = pa - (pa % 4096); page < end; page += 4096) {
      const host = this.space.codeOffset(page);
      if (host < 0 || (this.pageFlags[Math.floor(host / 4096)]! & PAGE_CODE) === 0) continue;
      const from = Math.max(pa, page);
      this.onCodeWrite?.(from, Math.min(end, page + 4096) - from);
    }
  }

  /** As `wrote`, for a device that is memory itself and knows where that lies in the shared memory. */
  wroteStorage(host: number, length: number): void {
    for (const region of this.space.regions) {
      if (region.kind === 'mmio' || host < region.hostOffset || host >= region.hostOffset + region.size) continue;
      this.wrote(region.base + host - region.hostOffset, length);
    }
  }

  readU8(pa: number): number {
    const host = this.hostOffset(pa, 1);
    return host < 0 ? 0 : this.#all[host]!;
  }

  readU16(pa: number): number {
    const host = this.hostOffset(pa, 2);
    return host < 0 ? 0 : this.#view.getUint16(host, true);
  }

  readU32(pa: number): number {
    const host = this.hostOffset(pa, 4);
    return host < 0 ? 0 : this.#view.getUint32(host, true);
  }

  readU64(pa: number): bigint {
    const host = this.hostOffset(pa, 8);
    return host < 0 ? 0n : this.#view.getBigUint64(host, true);
  }

  /** A little-endian u64 that is an address or length: exact up to 2^53, larger ones stay larger. */
  readAddress(pa: number): number {
    const host = this.hostOffset(pa, 8);
    if (host < 0) return 0;
    return this.#view.getUint32(host + 4, true) * 2 ** 32 + this.#view.getUint32(host, true);
  }

  writeU8(pa: number, value: number): void {
    const host = this.hostOffset(pa, 1);
    if (host < 0) return;
    this.#all[host] = value;
    this.wrote(pa, 1);
  }

  writeU16(pa: number, value: number): void {
    const host = this.hostOffset(pa, 2);
    if (host < 0) return;
    this.#view.setUint16(host, value, true);
    this.wrote(pa, 2);
  }

  writeU32(pa: number, value: number): void {
    const host = this.hostOffset(pa, 4);
    if (host < 0) return;
    this.#view.setUint32(host, value, true);
    this.wrote(pa, 4);
  }

  writeU64(pa: number, value: bigint): void {
    const host = this.hostOffset(pa, 8);
    if (host < 0) return;
    this.#view.setBigUint64(host, value, true);
    this.wrote(pa, 8);
  }

  /** A u16 that another CPU publishes: what it wrote before is seen after this. */
  acquireU16(pa: number): number {
    const host = this.hostOffset(pa, 2);
    if (host < 0) return 0;
    return host % 2 === 0 ? Atomics.load(this.#halves, host / 2) : this.#view.getUint16(host, true);
  }

  /** Writes a u16 after everything that was written before. */
  publishU16(pa: number, value: number): void {
    const host = this.hostOffset(pa, 2);
    if (host < 0) return;
    if (host % 2 === 0) Atomics.store(this.#halves, host / 2, value);
    else this.#view.setUint16(host, value, true);
    this.wrote(pa, 2);
  }

  /** Where a range that is wholly in one block of RAM lies in the shared memory; -1 if it is not. */
  hostOffset(pa: number, length: number): number {
    const region = this.space.find(pa);
    if (region === undefined || region.kind !== 'ram') return -1;
    const offset = pa - region.base;
    return length >= 0 && offset + length <= region.size ? region.hostOffset + offset : -1;
  }

  /** Calls `each` for every stretch of the range that is memory. */
  #pieces(
    pa: number,
    length: number,
    each: (host: number, from: number, count: number, kind: 'ram' | 'rom' | 'romd') => void,
  ): void {
    const end = pa + length;
    for (const region of this.space.regions) {
      if (region.kind === 'mmio') continue;
      const from = Math.max(pa, region.base);
      const to = Math.min(end, region.base + region.size);
      if (from < to) each(region.hostOffset + (from - region.base), from - pa, to - from, region.kind);
    }
  }
}
