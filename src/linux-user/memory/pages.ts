import type { Arena } from '../../mem/arena.ts';
import { Lock } from '../../mem/lock.ts';

export const PAGE = 4096;

/** What the guest may do with a page, as PROT_* of mmap and as a Translation has it. */
export const PROT_READ = 1;
export const PROT_WRITE = 2;
export const PROT_EXEC = 4;
export const PROT = PROT_READ | PROT_WRITE | PROT_EXEC;
/** There is a mapping. */
export const MAPPED = 8;
/** The mapping is shared: MAP_SHARED, or System V shared memory. */
export const SHARED = 16;
/** Backed by a file that ends before the page: an access is SIGBUS. */
export const BEYOND = 32;
/** A debugger watches something in it: every access has to look. */
export const WATCHED = 64;
/** Some thread keeps translated code of the page: a store to it has to look. */
export const CODE = 128;

/** Flags that have nothing to do with what is mapped. */
export const OTHERS = CODE | WATCHED;

/** Pages of a chunk: a loop over pages goes on by chunks where it can, for there are many and most lead nowhere. */
const CHUNK_SHIFT = 8;
const CHUNK = 1 << CHUNK_SHIFT;

/** Accesses that need no look at anything but the flags: what of them is compared with what. */
export const MAY_READ = { mask: PROT_READ | BEYOND | WATCHED, value: PROT_READ } as const;
export const MAY_WRITE = { mask: PROT_WRITE | BEYOND | WATCHED | CODE, value: PROT_WRITE } as const;

/**
 * What is known of each page of a process's addresses, in memory that its threads share: a byte of flags, and
 * the number of the mapping that it belongs to. There are no lists to keep in order: a mapping is a run of
 * pages with the same number.
 */
export class PageTable {
  /** Pages that the window has. */
  readonly count: number;
  readonly flags: Uint8Array;
  /** Number of the mapping, 0 for one that is anonymous. */
  readonly mapping: Uint32Array;

  /** Of each chunk of pages whether anything may be said of one of them; else there is no flag and no mapping. */
  readonly #used: Uint8Array;
  /** Of each chunk how many of its pages are mapped. */
  readonly #mapped: Uint16Array;

  /** Held while flags are changed: marks come from threads that hold no other lock. */
  readonly #lock: Lock;

  constructor(arena: Arena, windowSize: number) {
    this.count = windowSize / PAGE;
    const { memory } = arena;
    const { buffer } = memory;
    this.#lock = new Lock(memory, arena.allocate(8));
    this.flags = new Uint8Array(buffer, arena.allocate(this.count), this.count);
    const chunks = Math.ceil(this.count / CHUNK);
    this.#used = new Uint8Array(buffer, arena.allocate(chunks), chunks);
    this.#mapped = new Uint16Array(buffer, arena.allocate(2 * chunks), chunks);
    this.mapping = new Uint32Array(buffer, arena.allocate(4 * this.count), this.count);
  }

  /** Whether all of `length` bytes from `address` are mapped and permit `access`, PROT_* bits. */
  permits(address: number, length: number, access: number): boolean {
    if (length === 0) return true;
    const last = address + length - 1;
    if (!(address >= 0 && last < this.count * PAGE && length > 0)) return false;
    const { flags } = this;
    for (let page = Math.floor(address / PAGE); page <= Math.floor(last / PAGE); page++) {
      if ((flags[page]! & (access | BEYOND)) !== access) return false;
    }
    return true;
  }

  /** Bytes from `address` that permit `access`, at most `length`. */
  reach(address: number, length: number, access: number): number {
    const { flags } = this;
    let page = Math.floor(address / PAGE);
    const end = Math.min(address + length, this.count * PAGE);
    while (page * PAGE < end && (flags[page]! & (access | BEYOND)) === access) page++;
    return Math.max(0, Math.min(end, page * PAGE) - address);
  }

  set(from: number, to: number, flags: number, mapping: number): void {
    this.#lock.acquire();
    for (let page = from, end = from; page < to; page = end) {
      end = Math.min(to, endOfChunk(page));
      this.#setInChunk(page >>> CHUNK_SHIFT, page, end, flags);
      if (mapping !== 0 || this.#used[page >>> CHUNK_SHIFT] !== 0) this.mapping.fill(mapping, page, end);
    }
    this.#lock.release();
  }

  #setInChunk(chunk: number, from: number, to: number, flags: number): void {
    const all = this.flags;
    if (this.#used[chunk] === 0) {
      if (flags === 0) return;
      this.#used[chunk] = 1;
      this.#mapped[chunk] = to - from;
      all.fill(flags, from, to);
      return;
    }
    let mapped = this.#mapped[chunk]!;
    for (let page = from; page < to; page++) {
      const before = all[page]!;
      if ((before & ~OTHERS) !== 0) mapped--;
      all[page] = flags | (before & OTHERS);
    }
    this.#mapped[chunk] = flags === 0 ? mapped : mapped + to - from;
  }

  /** Leaves only permissions that are in `prot`; true if there were others. */
  restrict(from: number, to: number, prot: number): boolean {
    let had = 0;
    this.#lock.acquire();
    for (let page = from; page < to; page++) {
      had |= this.flags[page]!;
      this.flags[page] = this.flags[page]! & (~PROT | prot);
    }
    this.#lock.release();
    return (had & PROT & ~prot) !== 0;
  }

  protect(from: number, to: number, prot: number): void {
    this.#lock.acquire();
    for (let page = from; page < to; page++) this.flags[page] = (this.flags[page]! & ~PROT) | (prot & PROT);
    this.#lock.release();
  }

  /** A file ends before a page, or does so no longer. */
  setBeyond(page: number, isBeyond: boolean): void {
    this.#lock.acquire();
    this.flags[page] = isBeyond ? this.flags[page]! | BEYOND : this.flags[page]! & ~BEYOND;
    this.#lock.release();
  }

  /** Whether a thread may keep code of one of the pages. */
  holdCode(from: number, to: number): boolean {
    const { flags } = this;
    for (let page = from; page < to;) {
      const end = Math.min(to, endOfChunk(page));
      if (this.#used[page >>> CHUNK_SHIFT] !== 0) {
        for (; page < end; page++) if ((flags[page]! & CODE) !== 0) return true;
      }
      page = end;
    }
    return false;
  }

  /** Code is made of a page. */
  mark(page: number): void {
    this.#lock.acquire();
    Atomics.or(this.flags, page, CODE);
    this.#lock.release();
  }

  /** Pages with these addresses, and no others, are watched. */
  watch(ranges: Iterable<{ readonly address: number; readonly length: number }>): void {
    for (let page = 0; page < this.count; page++) {
      if ((this.flags[page]! & WATCHED) !== 0) Atomics.and(this.flags, page, ~WATCHED & 0xff);
    }
    for (const { address, length } of ranges) {
      const last = Math.min(this.count - 1, Math.floor((address + length - 1) / PAGE));
      for (let page = Math.floor(address / PAGE); page <= last; page++) {
        this.#used[page >>> CHUNK_SHIFT] = 1;
        Atomics.or(this.flags, page, WATCHED);
      }
    }
  }

  isFree(from: number, to: number): boolean {
    return this.nextUsed(from, to) === to;
  }

  /** First page from `from` on that is mapped; `to` if there is none before that. */
  nextUsed(from: number, to = this.count): number {
    const { flags } = this;
    for (let page = from; page < to;) {
      const end = Math.min(to, endOfChunk(page));
      if (this.#mapped[page >>> CHUNK_SHIFT] !== 0) {
        for (; page < end; page++) if ((flags[page]! & ~OTHERS) !== 0) return page;
      }
      page = end;
    }
    return to;
  }

  /** First page from `from` on that is not mapped. */
  nextFree(from: number): number {
    const { flags, count } = this;
    let page = from;
    while (page < count && (flags[page]! & ~OTHERS) !== 0) page++;
    return page;
  }

  /** First of `pages` free pages, the highest such that all lie in `low` to `high` - 1; -1 if there are none. */
  findBelow(pages: number, low: number, high: number): number {
    const { flags } = this;
    let free = 0;
    for (let page = high - 1; page >= low;) {
      const chunk = page >>> CHUNK_SHIFT;
      const first = Math.max(low, chunk * CHUNK);
      const mapped = this.#mapped[chunk]!;
      if (mapped === 0) {
        const here = page - first + 1;
        if (free + here >= pages) return page + 1 - (pages - free);
        free += here;
      } else if (mapped === CHUNK) free = 0;
      else {
        for (; page >= first; page--) {
          free = (flags[page]! & ~OTHERS) === 0 ? free + 1 : 0;
          if (free === pages) return page;
        }
      }
      page = first - 1;
    }
    return -1;
  }
}

const endOfChunk = (page: number): number => (page | (CHUNK - 1)) + 1;
