import type { FileRoom } from '../host/image-store.ts';
import type { Arena } from '../mem/arena.ts';
import type { Backing } from './memory/backing.ts';
import { PAGE, PROT_READ } from './memory/pages.ts';

/** Bytes for all images that a process comes to use, one program after the other; one has some 30 MiB at most. */
const ROOM = 128 << 20;
const MADV_POPULATE_READ = 22;

/**
 * A part of the shared memory where files of images are mapped: nobody copies them, and all threads see the same. What
 * is there once stays.
 */
export class ImageRoom implements FileRoom {
  readonly #memory: WebAssembly.Memory;
  readonly #address: number;
  readonly #window: number;
  readonly #backing: Backing;
  /** One word: how many bytes are taken. */
  readonly #taken: Int32Array;

  /** `window`: the address that the backing's offsets are from. */
  constructor(arena: Arena, window: number, backing: Backing) {
    this.#memory = arena.memory;
    this.#window = window;
    this.#backing = backing;
    this.#taken = new Int32Array(arena.memory.buffer, arena.allocate(8), 1);
    this.#address = arena.allocate(ROOM, PAGE);
  }

  map(fd: number, length: number): Uint8Array | undefined {
    const size = Math.ceil(length / PAGE) * PAGE;
    if (size === 0 || size > ROOM) return undefined;
    const at = Atomics.add(this.#taken, 0, size);
    if (at + size > ROOM) {
      Atomics.sub(this.#taken, 0, size);
      return undefined;
    }
    const address = this.#address + at;
    const offset = address - this.#window;
    if (this.#backing.file(offset, size, { fd, position: 0, isShared: false, prot: PROT_READ }) < 0) return undefined;
    // All of it is looked at. A host before Linux 5.14 takes a fault for every few pages instead.
    this.#backing.advise(offset, size, MADV_POPULATE_READ);
    return new Uint8Array(this.#memory.buffer, address, length);
  }
}
