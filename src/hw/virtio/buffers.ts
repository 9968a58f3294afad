/** Lists of guest buffers, as a descriptor chain describes them, read and written as one string. */

import type { GuestMemory } from '../../mem/guest-memory.ts';

/** A stretch of RAM: guest-physical address, and where it lies in the shared memory. */
export interface Buffer {
  readonly address: number;
  readonly host: number;
  readonly length: number;
}

export function lengthOf(buffers: readonly Buffer[]): number {
  return buffers.reduce((sum, buffer) => sum + buffer.length, 0);
}

/** The part of `buffers` from byte `from`, `length` bytes at most. */
export function sliceOf(buffers: readonly Buffer[], from: number, length: number): Buffer[] {
  const slice: Buffer[] = [];
  let skip = from;
  let left = length;
  for (const buffer of buffers) {
    const start = Math.min(skip, buffer.length);
    const count = Math.min(buffer.length - start, left);
    if (count > 0) slice.push({ address: buffer.address + start, host: buffer.host + start, length: count });
    skip -= start;
    left -= count;
  }
  return slice;
}

/** A copy of what the buffers hold, `limit` bytes at most. */
export function readBuffers(memory: GuestMemory, buffers: readonly Buffer[], limit: number): Uint8Array {
  const copy = new Uint8Array(Math.min(limit, lengthOf(buffers)));
  let done = 0;
  for (const { address, length } of buffers) {
    const count = Math.min(length, copy.length - done);
    if (count === 0) break;
    const bytes = memory.bytes(address, count);
    if (bytes !== undefined) copy.set(bytes, done);
    done += count;
  }
  return copy;
}

/** Fills the buffers from `bytes`; returns how many bytes fitted. */
export function writeBuffers(memory: GuestMemory, buffers: readonly Buffer[], bytes: Uint8Array): number {
  let done = 0;
  for (const { address, length } of buffers) {
    const count = Math.min(length, bytes.length - done);
    if (count === 0) break;
    memory.write(address, bytes.subarray(done, done + count));
    done += count;
  }
  return done;
}
