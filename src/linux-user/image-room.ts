import type { FileRoom } from '../host/image-store.ts';
import type { Arena } from '../mem/arena.ts';
import type { Backing } from './memory/backing.ts';
import { PAGE, PROT_READ } from './memory/pages.ts';

/** Bytes for all images that a process comes to use, one program after the other; one has some 30 MiB at most. */
const ROOM = 128 << 20;
const MADV_POPULATE_READ = 22;
/** Most images that threads can find there. */
const MOST_SHARED = 64;
/** What is said of one: its key, which comes last, where it lies, and its bytes. */
const WORDS = { KEY: 0, AT: 1, LENGTH: 2, COUNT: 3 } as const;

/**
 * A part of the shared memory where files of images are mapped: nobody copies them, and all threads see the same. What
 * is there once stays.
 */
export class ImageRoom implements FileRoom {
  readonly #memory: WebAssembly.Memory;
  readonly #address: number;
  readonly #window: number;
  readonly #backing: Backing;
  /** How many bytes are taken, and how many images are said; then those. */
  readonly #taken: Int32Array;
  readonly #shared: Int32Array;

  /** `window`: the address that the backing's offsets are from. */
  constructor(arena: Arena, window: number, backing: Backing) {
    this.#memory = arena.memory;
    this.#window = window;
    this.#backing = backing;
    this.#taken = new Int32Array(arena.memory.buffer, arena.allocate(8), 2);
    const length = MOST_SHARED * WORDS.COUNT;
    this.#shared = new Int32Array(arena.memory.buffer, arena.allocate(4 * length), length);
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

  /** Lets all threads find what was mapped, if there is room for that. `key`: not 0. */
  share(key: number, { buffer, byteOffset, length }: Uint8Array): void {
    if (buffer !== this.#memory.buffer) return;
    const slot = Atomics.add(this.#taken, 1, 1);
    if (slot >= MOST_SHARED) return;
    const at = slot * WORDS.COUNT;
    this.#shared[at + WORDS.AT] = byteOffset;
    this.#shared[at + WORDS.LENGTH] = length;
    Atomics.store(this.#shared, at + WORDS.KEY, key);
  }

  /** What some thread has shared under a key. */
  find(key: number): Uint8Array | undefined {
    const count = Math.min(MOST_SHARED, Atomics.load(this.#taken, 1));
    for (let at = 0; at < count * WORDS.COUNT; at += WORDS.COUNT) {
      if (Atomics.load(this.#shared, at + WORDS.KEY) !== key) continue;
      const address = this.#shared[at + WORDS.AT]! >>> 0;
      return new Uint8Array(this.#memory.buffer, address, this.#shared[at + WORDS.LENGTH]!);
    }
    return undefined;
  }
}
