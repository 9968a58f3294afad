import type { UserError } from '../../base/errors.ts';
import type { Compression, CompressionName, Placer } from '../../host/compression.ts';
import { damaged } from './frame.ts';

/**
 * Memory, or a disk, as a row of windows of 256 pages. A window says which of its pages hold something and what,
 * packed; windows and pages of zeroes are left out.
 *
 *     extent (32 bits), first page (32), bytes unpacked (32), a bit for each page (256), the pages
 */
export const PAGE = 4096;
const PAGES = 256;
const BITS = 12;
const HEADER = BITS + PAGES / 8;
export const WINDOW = PAGE * PAGES;

/** A stretch of memory or a disk. */
export interface Extent {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/** Pages of a window that hold something, still packed. */
export interface PackedWindow {
  /** Index of the extent, and bytes from its start. */
  readonly extent: number;
  readonly offset: number;
  /** A bit for each page. */
  readonly bits: Uint8Array;
  /** Bytes unpacked. */
  readonly size: number;
  readonly packed: Uint8Array;
}

/** The same, unpacked. */
export interface Window extends Omit<PackedWindow, 'packed'> {
  readonly bytes: Uint8Array;
}

const isSet = (bits: Uint8Array, page: number): boolean => ((bits[page >> 3]! >> (page & 7)) & 1) === 1;

/** A window of an extent out of its bytes, of which the last page may be short; undefined if all of it is zero. */
export function windowOf(extent: number, offset: number, source: Uint8Array): Window | undefined {
  const bits = new Uint8Array(PAGES / 8);
  const pages: Uint8Array[] = [];
  for (let page = 0; page * PAGE < source.length; page++) {
    const bytes = source.subarray(page * PAGE, (page + 1) * PAGE);
    if (isZero(bytes)) continue;
    bits[page >> 3]! |= 1 << (page & 7);
    pages.push(bytes);
  }
  if (pages.length === 0) return undefined;
  const bytes = new Uint8Array(pages.length * PAGE);
  for (const [i, page] of pages.entries()) bytes.set(page, i * PAGE);
  return { extent, offset, bits, size: bytes.length, bytes };
}

const ZEROES = new Uint8Array(PAGE);
const isZero = (page: Uint8Array): boolean => isEqual(page, ZEROES.subarray(0, page.length));

/** Whether two pages, or parts of them that are whole words and lie at words, hold the same. */
export function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  const ours = new Int32Array(a.buffer, a.byteOffset, a.length / 4);
  const theirs = new Int32Array(b.buffer, b.byteOffset, b.length / 4);
  for (let i = 0; i < ours.length; i++) if (ours[i] !== theirs[i]) return false;
  return true;
}

/** The payload of a frame that holds the window. */
export async function packWindow(
  { extent, offset, bits, size, bytes }: Window,
  compression: Compression,
  how: CompressionName,
): Promise<Uint8Array> {
  const packed = await compression.pack(how, bytes);
  const payload = new Uint8Array(HEADER + packed.length);
  const view = new DataView(payload.buffer);
  view.setUint32(0, extent, true);
  view.setUint32(4, offset / PAGE, true);
  view.setUint32(8, size, true);
  payload.set(bits, BITS);
  payload.set(packed, HEADER);
  return payload;
}

/** Reads payloads in the order in which windows are: that of the extents, and upwards. */
export class WindowReader {
  readonly #extents: readonly Extent[];
  #last = -1;

  constructor(extents: readonly Extent[]) {
    this.#extents = extents;
  }

  read(payload: Uint8Array): PackedWindow {
    if (payload.length < HEADER) throw damaged('a part of its memory is too short');
    const view = new DataView(payload.buffer, payload.byteOffset);
    const extent = view.getUint32(0, true);
    const first = view.getUint32(4, true);
    const size = view.getUint32(8, true);
    const bits = payload.subarray(BITS, HEADER);
    const pages = Math.ceil((this.#extents[extent]?.size ?? 0) / PAGE);
    const order = extent * 2 ** 32 + first;
    const used = countBits(bits, Math.min(PAGES, pages - first));
    if (first % PAGES !== 0 || first >= pages || order <= this.#last || used < 0 || size !== used * PAGE) {
      throw damaged(`page ${first} of '${this.#extents[extent]?.name ?? extent}' is out of place`);
    }
    this.#last = order;
    return { extent, offset: first * PAGE, bits, size, packed: payload.subarray(HEADER) };
  }
}

/** How many bits are set; -1 if one at `limit` or above is. */
function countBits(bits: Uint8Array, limit: number): number {
  let count = 0;
  for (let page = 0; page < PAGES; page++) {
    if (!isSet(bits, page)) continue;
    if (page >= limit) return -1;
    count++;
  }
  return count;
}

export async function unpackWindow(
  window: PackedWindow,
  compression: Compression,
  how: CompressionName,
): Promise<Window> {
  const { extent, offset, bits, size, packed } = window;
  try {
    return { extent, offset, bits, size, bytes: await compression.unpack(how, packed, size) };
  } catch {
    throw cannotUnpack(window);
  }
}

/** Unpacks a window right into the memory that it is for. Its bytes are gone then. */
export async function placeWindow(
  window: PackedWindow,
  { placer, memory }: { readonly placer: Placer; readonly memory: Uint8Array },
  how: CompressionName,
): Promise<void> {
  try {
    await placer.place(how, window.packed, memory, runsOf(window));
  } catch {
    throw cannotUnpack(window);
  }
}

const cannotUnpack = ({ extent, offset }: PackedWindow): UserError =>
  damaged(`memory at ${offset} of part ${extent} cannot be unpacked`);

/** Calls `each` for every page of a window that holds something: bytes from its start, and what is there. */
export function eachPage({ bits, bytes }: Window, each: (offset: number, page: Uint8Array) => void): void {
  let at = 0;
  for (let page = 0; page < PAGES; page++) {
    if (!isSet(bits, page)) continue;
    each(page * PAGE, bytes.subarray(at, at + PAGE));
    at += PAGE;
  }
}

/** Where the pages of a window lie in its extent: offset and length of each run of them, in bytes. */
export function runsOf({ bits, offset }: Pick<PackedWindow, 'bits' | 'offset'>): number[] {
  const runs: number[] = [];
  for (let page = 0; page < PAGES; page++) {
    if (!isSet(bits, page)) continue;
    const at = offset + page * PAGE;
    if (runs.length > 0 && runs.at(-2)! + runs.at(-1)! === at) runs[runs.length - 1]! += PAGE;
    else runs.push(at, PAGE);
  }
  return runs;
}

/** A window's bytes with its zeroes. */
export function expand(window: Window): Uint8Array {
  const all = new Uint8Array(WINDOW);
  eachPage(window, (offset, page) => all.set(page, offset));
  return all;
}
