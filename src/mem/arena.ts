import { UserError } from '../base/errors.ts';

const WASM_PAGE = 0x10000;

/** V8's limit for one memory of each index width, in bytes. */
export const MEMORY32_LIMIT = 2 ** 32;
export const MEMORY64_LIMIT = 2 ** 34;

/**
 * The machine's one shared WebAssembly memory, handed out from the bottom up, except for guest RAM,
 * which comes from the top: what translated code names by 32-bit addresses stays below 4 GiB.
 * CPU state, translated-code records and device state are all in it. Allocation is deterministic: two threads
 * that build the same machine from the same configuration compute the same addresses, so only the
 * memory itself has to be passed between them.
 */
export class Arena {
  readonly memory: WebAssembly.Memory;
  /** Index width of the memory: the emitter's addresses have this type. */
  readonly width: 32 | 64;
  readonly limit: number;
  /** Bytes handed out so far from the bottom. Address 0 is never handed out. */
  used: number;
  /** Where what was handed out from the top begins. */
  #top: number;

  /**
   * `memory` is given by the second and later threads; the first makes its own. `range`: only these
   * addresses are handed out.
   */
  constructor(bytes: number, memory?: WebAssembly.Memory, range?: { readonly from: number; readonly to: number }) {
    if (bytes > MEMORY64_LIMIT) {
      throw new UserError(
        `the machine needs ${Math.ceil(bytes / 2 ** 20)} MiB, more than the ${MEMORY64_LIMIT / 2 ** 20} MiB that one WebAssembly memory can hold; give it less with -m`,
      );
    }
    this.width = bytes > MEMORY32_LIMIT - WASM_PAGE ? 64 : 32;
    const pages = Math.ceil(bytes / WASM_PAGE);
    this.limit = pages * WASM_PAGE;
    this.#top = range?.to ?? this.limit;
    this.used = range?.from ?? 64;
    this.memory = memory ?? makeMemory(this.width, pages);
  }

  /** Bytes between what was handed out from the bottom and from the top. */
  get room(): number {
    return this.#top - this.used;
  }

  /** `size` zeroed bytes at a multiple of `align` (a power of two, at least 8). */
  allocate(size: number, align = 64): number {
    const address = Math.ceil(this.used / align) * align;
    if (address + size > this.#top) throw new RangeError('arena is full');
    this.used = address + size;
    return address;
  }

  /** An arena of `size` bytes of this one, for what only one thread makes. */
  part(size: number): Arena {
    const from = this.allocate(size, 4096);
    return new Arena(this.limit, this.memory, { from, to: from + size });
  }

  /** `size` zeroed bytes from the top, at a multiple of `align`. */
  allocateHigh(size: number, align = 4096): number {
    const address = Math.floor((this.#top - size) / align) * align;
    if (address < this.used) throw new RangeError('arena is full');
    this.#top = address;
    return address;
  }
}

/**
 * It is made empty and then grown: V8 takes the bytes that a memory is made with for the heap's own, and looks through
 * all of that for some to free.
 */
function makeMemory(width: 32 | 64, pages: number): WebAssembly.Memory {
  const descriptor =
    width === 32
      ? { initial: 0, maximum: pages, shared: true }
      : { initial: 0n, maximum: BigInt(pages), shared: true, address: 'i64' };
  try {
    const memory = new WebAssembly.Memory(descriptor as WebAssembly.MemoryDescriptor);
    memory.grow(descriptor.maximum as number);
    return memory;
  } catch (cause) {
    throw new UserError(
      `the host cannot reserve ${(pages * WASM_PAGE) / 2 ** 20} MiB for the machine; give it less memory with -m`,
      { cause },
    );
  }
}
