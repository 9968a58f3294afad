/**
 * The physical memory map of a machine: RAM and ROM, which lie in the machine's shared memory, and
 * register windows of devices. Physical addresses are numbers below 2^53. A guest's mistake never
 * throws: `fault` tells the CPU to take an access fault.
 */

import { BugError } from '../base/errors.ts';

/** What every kind of block has. */
interface Block {
  /** As `info mtree` prints it. */
  readonly name: string;
  readonly base: number;
  readonly size: number;
}

/** Memory: base, size and host offset are multiples of 4 KiB. */
export interface RamBlock extends Block {
  readonly kind: 'ram';
  /** Where the block starts in the machine's shared memory. */
  readonly hostOffset: number;
}

/** Memory that ignores stores. */
export interface RomBlock extends Block {
  readonly kind: 'rom';
  readonly hostOffset: number;
}

/** Access sizes in bytes. An access outside `min` to `max` faults. */
export interface AccessSizes {
  readonly min: 1 | 2 | 4 | 8;
  readonly max: 1 | 2 | 4 | 8;
  /**
   * The handler itself takes only these; others are widened or split, low address first. A handler
   * that takes 8 is called once, with the low four bytes of what is written.
   */
  readonly handlerMin?: 1 | 2 | 4;
  readonly handlerMax?: 1 | 2 | 4 | 8;
}

/** A register window. Handlers see offsets from `base`, sizes as declared and unsigned 32-bit values. */
export interface MmioRegion extends Block {
  readonly kind: 'mmio';
  /** By default every size is taken, and eight bytes are split into four and four. */
  readonly access?: AccessSizes;
  read(offset: number, size: number): number;
  write(offset: number, size: number, value: number): void;
}

/** Flash: reads as memory while `direct()`, otherwise and for writes a register window. */
export interface RomdRegion extends Block {
  readonly kind: 'romd';
  readonly hostOffset: number;
  readonly access?: AccessSizes;
  direct(): boolean;
  read(offset: number, size: number): number;
  write(offset: number, size: number, value: number): void;
}

export type Region = RamBlock | RomBlock | MmioRegion | RomdRegion;

const ANY_SIZE: AccessSizes = { min: 1, max: 8 };

/** All ones of `size` bytes, the value of four of them for eight. */
function mask(size: number): number {
  return size >= 4 ? 0xffff_ffff : 2 ** (8 * size) - 1;
}

export class AddressSpace {
  /** Set by `load` and `store`: nothing answered the access, or not at this size. */
  fault = false;
  /** Bits 32 to 63 of what `load` of eight bytes returned. */
  high = 0;

  readonly #view: DataView;
  /** In ascending order, never overlapping. */
  readonly #regions: Region[] = [];
  #last: Region | undefined;

  constructor(memory: WebAssembly.Memory) {
    this.#view = new DataView(memory.buffer);
  }

  get regions(): readonly Region[] {
    return this.#regions;
  }

  add(region: Region): void {
    const { name, base, size } = region;
    if (!(size > 0) || !Number.isSafeInteger(base + size) || base < 0) {
      throw new BugError(`region ${name} does not fit the address space`);
    }
    if (region.kind !== 'mmio' && (base | size | region.hostOffset) & 0xfff) {
      throw new BugError(`memory ${name} is not page aligned`);
    }
    for (const other of this.#regions) {
      if (base < other.base + other.size && other.base < base + size) {
        throw new BugError(`regions ${name} and ${other.name} overlap`);
      }
    }
    this.#regions.push(region);
    this.#regions.sort((a, b) => a.base - b.base);
  }

  remove(region: Region): void {
    const index = this.#regions.indexOf(region);
    if (index >= 0) this.#regions.splice(index, 1);
    this.#last = undefined;
  }

  /** The region that answers at `pa`. */
  find(pa: number): Region | undefined {
    const last = this.#last;
    if (last !== undefined && pa >= last.base && pa < last.base + last.size) return last;
    let low = 0;
    let high = this.#regions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const region = this.#regions[middle]!;
      if (pa < region.base) high = middle;
      else if (pa >= region.base + region.size) low = middle + 1;
      else return (this.#last = region);
    }
    return undefined;
  }

  /** Where the RAM at `pa` lies in the shared memory; -1 where there is no plain writable RAM. */
  ramOffset(pa: number): number {
    const region = this.find(pa);
    return region?.kind === 'ram' ? region.hostOffset + (pa - region.base) : -1;
  }

  /** Where what the CPU may read directly lies: RAM and ROM, but not flash, whose mode changes. */
  readableOffset(pa: number): number {
    const region = this.find(pa);
    if (region === undefined || region.kind === 'mmio' || region.kind === 'romd') return -1;
    return region.hostOffset + (pa - region.base);
  }

  /** Where instructions at `pa` are fetched from: RAM, ROM and flash, whatever its mode. */
  codeOffset(pa: number): number {
    const region = this.find(pa);
    if (region === undefined || region.kind === 'mmio') return -1;
    return region.hostOffset + (pa - region.base);
  }

  /**
   * Loads 1, 2, 4 or 8 bytes. Returns bits 0 to 31, unsigned, and leaves bits 32 to 63 in `high`.
   * A misaligned load of registers becomes two aligned ones of the same size.
   */
  load(pa: number, size: number): number {
    this.fault = false;
    this.high = 0;
    const region = this.find(pa);
    if (region === undefined || pa + size > region.base + region.size) return this.#failed();
    const offset = pa - region.base;
    if (region.kind !== 'mmio' && (region.kind !== 'romd' || region.direct())) {
      return this.#loadMemory(region.hostOffset + offset, size);
    }
    if (pa % size !== 0) return this.#loadMisaligned(pa, size);
    const { min, max, handlerMin = 1, handlerMax = 4 } = region.access ?? ANY_SIZE;
    if (size < min || size > max) return this.#failed();
    const step = Math.max(Math.min(size, handlerMax), handlerMin);
    if (step >= size) return (region.read(offset, step) & mask(size)) >>> 0;
    const words = [0, 0];
    for (let i = 0; i < size; i += step) {
      const value = region.read(offset + i, step) & mask(step);
      words[i >>> 2]! |= value << (8 * (i & 3));
    }
    this.high = words[1]! >>> 0;
    return words[0]! >>> 0;
  }

  /** Stores 1, 2, 4 or 8 bytes; `high` is bits 32 to 63. ROM ignores stores. */
  store(pa: number, size: number, value: number, high = 0): void {
    this.fault = false;
    const region = this.find(pa);
    if (region === undefined || pa + size > region.base + region.size) {
      this.fault = true;
      return;
    }
    const offset = pa - region.base;
    if (region.kind === 'ram') return this.#storeMemory(region.hostOffset + offset, size, value, high);
    if (region.kind === 'rom') return;
    if (pa % size !== 0) return this.#storeBytes(pa, size, value, high);
    const { min, max, handlerMin = 1, handlerMax = 4 } = region.access ?? ANY_SIZE;
    if (size < min || size > max) {
      this.fault = true;
      return;
    }
    const step = Math.max(Math.min(size, handlerMax), handlerMin);
    if (step >= size) return region.write(offset, step, (value & mask(size)) >>> 0);
    for (let i = 0; i < size; i += step) {
      const part = (i < 4 ? value : high) >>> (8 * (i & 3));
      region.write(offset + i, step, (part & mask(step)) >>> 0);
    }
  }

  /** The lines of `info mtree` below the name of an address space, in QEMU's format. */
  mtree(): string[] {
    const line = (from: number, last: string, kind: string, name: string): string =>
      `${hex16(from)}-${last} (prio 0, ${kind}): ${name}`;
    const lines = [`  ${line(0, 'f'.repeat(16), 'i/o', 'system')}`];
    for (const region of this.#regions) {
      const kind = region.kind === 'mmio' ? 'i/o' : region.kind;
      lines.push(`    ${line(region.base, hex16(region.base + region.size - 1), kind, region.name)}`);
    }
    return lines;
  }

  #failed(): number {
    this.fault = true;
    return 0;
  }

  #loadMemory(host: number, size: number): number {
    const view = this.#view;
    if (size === 1) return view.getUint8(host);
    if (size === 2) return view.getUint16(host, true);
    if (size === 8) this.high = view.getUint32(host + 4, true);
    return view.getUint32(host, true);
  }

  #storeMemory(host: number, size: number, value: number, high: number): void {
    const view = this.#view;
    if (size === 1) view.setUint8(host, value);
    else if (size === 2) view.setUint16(host, value, true);
    else view.setUint32(host, value, true);
    if (size === 8) view.setUint32(host + 4, high, true);
  }

  #loadMisaligned(pa: number, size: number): number {
    const first = pa - (pa % size);
    const bytes = new DataView(new ArrayBuffer(2 * size));
    for (const part of [0, 1]) {
      const value = this.load(first + part * size, size);
      if (this.fault) return 0;
      for (let i = 0; i < size; i++) {
        bytes.setUint8(part * size + i, (i < 4 ? value : this.high) >>> (8 * (i & 3)));
      }
    }
    let high = 0;
    let low = 0;
    for (let i = size - 1; i >= 0; i--) {
      const byte = bytes.getUint8((pa % size) + i);
      if (i < 4) low = (low << 8) | byte;
      else high = (high << 8) | byte;
    }
    this.high = high >>> 0;
    return low >>> 0;
  }

  #storeBytes(pa: number, size: number, value: number, high: number): void {
    for (let i = 0; i < size; i++) {
      this.store(pa + i, 1, ((i < 4 ? value : high) >>> (8 * (i & 3))) & 0xff);
      if (this.fault) return;
    }
  }
}

function hex16(value: number): string {
  return value.toString(16).padStart(16, '0');
}
