import type { NativeThread } from '../host/native.ts';
import { EINVAL } from './errno.ts';
import { MAP_ANONYMOUS, MAP_FIXED, MAP_PRIVATE, MAP_SHARED } from './memory/address-space.ts';
import type { Backing, FileMapping } from './memory/backing.ts';
import { PROT, PROT_READ, PROT_WRITE } from './memory/pages.ts';

const MAP_NORESERVE = 0x4000;
const SHM_RDONLY = 0o10000;
const SHM_REMAP = 0o40000;
const MREMAP_MAYMOVE = 1;
const MREMAP_FIXED = 2;
const MREMAP_DONTUNMAP = 4;
const MADV_HUGEPAGE = 14;
/** Bytes of a huge page, on most hosts. */
const HUGE_PAGE = 2 << 20;

/** Pages of the window by the host's mmap, on top of the shared memory. */
export class NativeBacking implements Backing {
  readonly protects = true;
  readonly #host: NativeThread;
  readonly #base: number;

  constructor(host: NativeThread, base: number) {
    this.#host = host;
    this.#base = base;
  }

  anonymous(offset: number, length: number, isShared: boolean, prot: number): number {
    const flags = (isShared ? MAP_SHARED : MAP_PRIVATE) | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE;
    const failure = this.#map(offset, length, forHost(prot), flags, -1, 0);
    // A heap of that size is written from end to end, and each page of it would be a fault of its own.
    if (failure === 0 && !isShared && (prot & PROT_WRITE) !== 0 && length >= HUGE_PAGE) {
      this.useHugePages(offset, length);
    }
    return failure;
  }

  protect(offset: number, length: number, prot: number): number {
    const host = this.#host;
    host.at(0, this.#base + offset);
    host.word(1, length % 2 ** 32, Math.floor(length / 2 ** 32));
    host.int(2, forHost(prot));
    return this.#result(host.call(host.numbers.mprotect));
  }

  file(offset: number, length: number, { fd, position, isShared, prot }: FileMapping): number {
    const flags = (isShared ? MAP_SHARED : MAP_PRIVATE) | MAP_FIXED | MAP_NORESERVE;
    return this.#map(offset, length, forHost(prot), flags, fd, position);
  }

  attach(offset: number, id: number, prot: number): number {
    const host = this.#host;
    host.int(0, id);
    host.at(1, this.#base + offset);
    host.int(2, SHM_REMAP | ((prot & PROT_WRITE) === 0 ? SHM_RDONLY : 0));
    return this.#result(host.call(host.numbers.shmat));
  }

  #map(offset: number, length: number, prot: number, flags: number, fd: number, position: number): number {
    const host = this.#host;
    host.at(0, this.#base + offset);
    host.word(1, length % 2 ** 32, Math.floor(length / 2 ** 32));
    host.int(2, prot);
    host.int(3, flags);
    host.int(4, fd);
    host.word(5, position % 2 ** 32, Math.floor(position / 2 ** 32));
    return this.#result(host.call(host.numbers.mmap));
  }

  sync(offset: number, length: number, flags: number): number {
    const host = this.#host;
    host.at(0, this.#base + offset);
    host.word(1, length, 0);
    host.int(2, flags);
    return this.#result(host.call(host.numbers.msync));
  }

  advise(offset: number, length: number, advice: number): number {
    const host = this.#host;
    host.at(0, this.#base + offset);
    host.word(1, length, 0);
    host.int(2, advice);
    return this.#result(host.call(host.numbers.madvise));
  }

  /** Bytes of the shared memory, from an offset in the window that may be below 0, are to be huge pages where the host has such. */
  useHugePages(offset: number, length: number): void {
    this.advise(offset, length, MADV_HUGEPAGE);
  }

  move(from: number, to: number, length: number): number {
    const host = this.#host;
    host.at(0, this.#base + from);
    host.word(1, length, 0);
    host.word(2, length, 0);
    host.int(3, MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP);
    host.at(4, this.#base + to);
    let failure = this.#result(host.call(host.numbers.mremap));
    if (failure === -EINVAL) {
      // A host before Linux 5.13, or 5.7 for what is not shared: for a moment something is missing in the shared memory.
      host.int(3, MREMAP_MAYMOVE | MREMAP_FIXED);
      failure = this.#result(host.call(host.numbers.mremap));
    }
    return failure < 0 ? failure : this.anonymous(from, length, false, 0);
  }

  #result(low: number): number {
    return this.#host.high() === -1 && low < 0 && low >= -4095 ? low : 0;
  }
}

/** Code is never executed where it lies, but read: by the translator. */
function forHost(prot: number): number {
  return (prot & PROT_WRITE) | ((prot & PROT) === 0 ? 0 : PROT_READ);
}
