import { ENODEV } from '../errno.ts';
import type { Backing, FileMapping } from '../memory/backing.ts';

/** Reads a file of the kernel in memory; a negative errno. */
export type ReadAt = (fd: number, position: number, into: Uint8Array) => number;

/** Pages without a host that maps them: they are filled when they are mapped. Files are private copies. */
export class MemoryBacking implements Backing {
  readonly protects = false;
  readonly #bytes: Uint8Array;
  readonly #read: ReadAt;

  constructor(memory: WebAssembly.Memory, base: number, read: ReadAt) {
    this.#bytes = new Uint8Array(memory.buffer, base);
    this.#read = read;
  }

  anonymous(offset: number, length: number): number {
    this.#bytes.fill(0, offset, offset + length);
    return 0;
  }
  protect(): number {
    return 0;
  }
  file(offset: number, length: number, { fd, position, isShared, prot }: FileMapping): number {
    const PROT_WRITE = 2;
    if (isShared && (prot & PROT_WRITE) !== 0) return -ENODEV;
    const bytes = this.#bytes.subarray(offset, offset + length);
    bytes.fill(0);
    return Math.min(0, this.#read(fd, position, bytes));
  }
  sync(): number {
    return 0;
  }
  move(from: number, to: number, length: number): number {
    this.#bytes.copyWithin(to, from, from + length);
    this.#bytes.fill(0, from, from + length);
    return 0;
  }
  advise(offset: number, length: number, advice: number): number {
    const MADV_DONTNEED = 4;
    if (advice === MADV_DONTNEED) this.#bytes.fill(0, offset, offset + length);
    return 0;
  }
}
