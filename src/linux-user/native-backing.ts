import type { NativeThread } from '../host/native.ts';
import { MAP_ANONYMOUS, MAP_FIXED, MAP_PRIVATE, MAP_SHARED } from './memory/address-space.ts';
import type { Backing, FileMapping } from './memory/backing.ts';
import { PROT_READ, PROT_WRITE } from './memory/pages.ts';

const MAP_NORESERVE = 0x4000;
const MREMAP_MAYMOVE = 1;
const MREMAP_FIXED = 2;

/** Pages of the window by the host's mmap, on top of the shared memory. */
export class NativeBacking implements Backing {
  readonly #host: NativeThread;
  readonly #base: number;

  constructor(host: NativeThread, base: number) {
    this.#host = host;
    this.#base = base;
  }

  anonymous(offset: number, length: number, isShared: boolean): number {
    const flags = (isShared ? MAP_SHARED : MAP_PRIVATE) | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE;
    return this.#map(offset, length, PROT_READ | PROT_WRITE, flags, -1, 0);
  }

  file(offset: number, length: number, { fd, position, isShared, prot }: FileMapping): number {
    const flags = (isShared ? MAP_SHARED : MAP_PRIVATE) | MAP_FIXED | MAP_NORESERVE;
    // What is private may become writable later; the emulator itself looks at all that is mapped.
    const access = isShared ? PROT_READ | (prot & PROT_WRITE) : PROT_READ | PROT_WRITE;
    return this.#map(offset, length, access, flags, fd, position);
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

  move(from: number, to: number, length: number): number {
    const host = this.#host;
    host.at(0, this.#base + from);
    host.word(1, length, 0);
    host.word(2, length, 0);
    host.int(3, MREMAP_MAYMOVE | MREMAP_FIXED);
    host.at(4, this.#base + to);
    const failure = this.#result(host.call(host.numbers.mremap));
    // Nothing may be missing in the shared memory.
    return failure < 0 ? failure : this.anonymous(from, length, false);
  }

  #result(low: number): number {
    return this.#host.high() === -1 && low < 0 && low >= -4095 ? low : 0;
  }
}
