import {
  EMPTY_IMAGE,
  encodeImage,
  MOST_BLOCKS,
  parseImage,
  withLayer,
  withRegions,
  type AotImage,
  type AotIndex,
  type AotLayer,
  type MadeLayer,
  type MadeRegions,
} from '../jit/aot/image.ts';
import { hostFuses } from '../jit/fusion.ts';
import type { LoadedImage } from '../jit/aot/attached.ts';
import type { ImageStore } from '../host/image-store.ts';
import type { Caller } from './calls/caller.ts';
import { ImageRoom } from './image-room.ts';
import type { Backing } from './memory/backing.ts';
import { BEYOND, PAGE, PROT_EXEC, PROT_READ, PROT_WRITE, SHARED } from './memory/pages.ts';
import type { GuestProcess } from './process.ts';

/** Most blocks that are noted in a process. */
const MOST_NOTED = 2 ** 17;
const WORDS = { COUNT: 0, IS_CHILD: 1, PROGRAMS: 2, ALL: 4 } as const;

/** So many new blocks are worth a layer, and so large a share of those that there are. */
const FEWEST = 24;
const SHARE = 1 / 8;
const MOST_LAYERS = 48;
/** Blocks of a layer. */
const LAYER_BLOCKS = 1024;
/** Blocks that are made at a program's end for each millisecond that it took: a block takes about a tenth of one. */
const PER_MILLISECOND = 2;
/**
 * Bytes of WebAssembly that are optimized at a program's end for each millisecond that it took, and at most; one layer
 * at least. A byte takes V8 half a microsecond on two threads of two cores.
 */
const OPTIMIZED_PER_MILLISECOND = 600;
const MOST_OPTIMIZED = 4 << 20;
/** Instructions that become parts of regions for each millisecond that a program took. */
const REGIONS_PER_MILLISECOND = 20;
/** What the compiler has made in passing is kept if it is so many times what was kept before. */
const GROWTH = 1.05;
/** Names of what is kept besides images. */
const RUNTIME = 'runtime';
const THREADS = 'threads';
/** Threads of the host that are started before the guest wants them: one that has more will have use for those of a pool. */
const MOST_EXPECTED = 8;

/** What makes layers: an engine. */
interface LayerMaker {
  makeLayer(addresses: readonly number[], image: AotIndex): MadeLayer | undefined;
  makeRegions(image: AotIndex, instructions: number): MadeRegions | undefined;
}

/** An image in use, with all that is kept of it. */
interface ImageInUse extends LoadedImage {
  readonly index: AotImage;
}

/**
 * What is kept of a process's programs between runs: translations of the blocks that are run often. At its end a
 * program's image gets what was found hot in this run, and later what V8's compiler has made of it. Children that
 * execute nothing leave that to their parents.
 */
export class ProgramImages {
  readonly #process: GuestProcess;
  readonly #store: ImageStore;
  readonly #words: Int32Array;
  /** Blocks that were entered often, as addresses of the guest; some are here several times. */
  readonly #noted: Uint32Array;
  readonly #room: ImageRoom;
  /** The image in use, and its name. */
  #loaded: ImageInUse | undefined;
  #isRead = 0;
  /** The engines' runtime, as bytes and as it is in use; only in the thread that has made it. */
  #runtime: { readonly layer: AotLayer; readonly module: WebAssembly.Module } | undefined;

  constructor(process: GuestProcess, store: ImageStore, backing: Backing) {
    this.#process = process;
    this.#store = store;
    const { arena } = process;
    this.#words = new Int32Array(arena.memory.buffer, arena.allocate(4 * WORDS.ALL), WORDS.ALL);
    this.#noted = new Uint32Array(arena.memory.buffer, arena.allocate(4 * MOST_NOTED), MOST_NOTED);
    this.#room = new ImageRoom(arena, process.memory.base, backing);
  }

  /** A block is entered often, whose first byte is at a place in memory. */
  note(host: number): void {
    const at = Atomics.add(this.#words, WORDS.COUNT, 1);
    if (at < MOST_NOTED) this.#noted[at] = host - this.#process.memory.base;
  }

  forked(): void {
    this.#words[WORDS.IS_CHILD] = 1;
  }

  /** Another program comes. */
  clear(): void {
    this.#words[WORDS.COUNT] = 0;
    this.#words[WORDS.IS_CHILD] = 0;
    this.#words[WORDS.PROGRAMS]!++;
  }

  /** Another name, which is not 0: another image. */
  get name(): number {
    return 2 * this.#words[WORDS.PROGRAMS]! + (this.#process.checksAccesses ? 2 : 1);
  }

  /** What code of an image depends on, besides the program and this program of ours. */
  get #variant(): string {
    return this.#variantFor(this.#process.checksAccesses);
  }
  #variantFor(isChecked: boolean): string {
    return `${this.#memoryLayout}${isChecked ? ' checked' : ''}`;
  }

  /** The program that begins came to have its accesses checked whenever it was run. */
  get expectsChecks(): boolean {
    const { path } = this.#process.program;
    return this.#store.has(path, this.#variantFor(true)) && !this.#store.has(path, this.#variantFor(false));
  }

  /** What all our code depends on. */
  get #memoryLayout(): string {
    const { options, memory, threads } = this.#process;
    return JSON.stringify([options.cpu, options.windowSize, memory.base, threads.sharingAddress, hostFuses()]);
  }

  /** The module of the engines' runtime, with the code that it has had in other processes; `build` makes it. */
  runtime(build: () => Uint8Array<ArrayBuffer>): WebAssembly.Module {
    const bytes = this.#store.read(this.#store.host, RUNTIME + this.#memoryLayout);
    const [known] = (bytes && parseImage(bytes))?.layers ?? [];
    const kept = known && this.#moduleOf(known);
    const layer = kept === undefined ? { module: build(), compiled: undefined, isSettled: false } : known!;
    const module = kept ?? this.#moduleOf(layer)!;
    this.#runtime = { layer, module };
    return module;
  }

  #keepRuntime(): void {
    if (this.#runtime === undefined) return;
    const { layer, module } = this.#runtime;
    const [kept] = this.#optimized([layer], () => module);
    if (kept === layer) return;
    this.#runtime = { layer: kept!, module };
    const image = { ...EMPTY_IMAGE, counts: [0], layers: [kept!] };
    this.#store.write(this.#store.host, RUNTIME + this.#memoryLayout, encodeImage(image));
  }

  /** How many threads the program is likely to have besides its first: as many as it had the last time; 0 if that is not known. */
  get likelyThreads(): number {
    const [before = 0] = this.#store.read(this.#process.program.path, THREADS) ?? [];
    return Math.min(before, MOST_EXPECTED);
  }

  #keepThreads(): void {
    const now = Math.min(this.#process.threads.most - 1, MOST_EXPECTED);
    const before = this.likelyThreads;
    // Some programs have one more at times.
    if (now <= before && now >= before / 2) return;
    this.#store.write(this.#process.program.path, THREADS, Uint8Array.of(now));
  }

  /** Whether a thread has loaded the image of the program that is run now. */
  get isLoaded(): boolean {
    return this.#room.find(this.name) !== undefined;
  }

  /** The image of the program that is run now. */
  load(): LoadedImage | undefined {
    this.#isRead = this.name;
    const bytes = this.#room.find(this.name) ?? this.#read();
    const index = bytes && parseImage(bytes);
    this.#loaded = index && { index, moduleOf: (layer) => this.#moduleOfLayer(index.layers[layer]!) };
    return this.#loaded;
  }

  #moduleOfLayer(layer: AotLayer): WebAssembly.Module | undefined {
    const module = this.#moduleOf(layer);
    // Of no use to anybody: another image takes its place.
    if (module === undefined) this.#loaded = undefined;
    return module;
  }

  #read(): Uint8Array | undefined {
    const bytes = this.#store.read(this.#process.program.path, this.#variant, this.#room);
    if (bytes !== undefined) this.#room.share(this.name, bytes);
    return bytes;
  }

  /**
   * Undefined: V8 refuses what is said to be its own. A module that another thread has made is the same one here, and
   * V8 has its code already.
   */
  #moduleOf({ module, compiled, isSettled }: AotLayer): WebAssembly.Module | undefined {
    const done = compiled && this.#store.compiled?.deserialize(compiled, module, true);
    if (done !== undefined || isSettled) return done;
    try {
      return new WebAssembly.Module(inOwnMemory(module));
    } catch (error) {
      if (!(error instanceof WebAssembly.CompileError)) throw error;
      return undefined;
    }
  }

  /** The program ends: keeps what was learnt of it. */
  save(caller: Caller, maker: LayerMaker): void {
    if (this.#words[WORDS.IS_CHILD] !== 0 || this.#isRead !== this.name) return;
    this.#keepThreads();
    const fresh = this.#worthAdding(this.#loaded?.index ?? EMPTY_IMAGE);
    if (fresh.length === 0 && this.#isSettled && !this.#wantsRegions) return;
    const { threads } = this.#process;
    const write = (): void => {
      this.#keepRuntime();
      this.#write(fresh, maker);
    };
    // Nothing of the program may happen any more.
    if (threads.live === 0) write();
    else threads.whileOthersPause(caller.shared, (tid) => caller.signals.native.kick(tid), write);
  }

  /** Nothing is to be learnt any more from what the compiler makes. */
  get #isSettled(): boolean {
    const layers = [
      ...(this.#loaded?.index.layers ?? []),
      ...(this.#runtime === undefined ? [] : [this.#runtime.layer]),
    ];
    return layers.every(({ isSettled }) => isSettled) || this.#store.compiled === undefined;
  }

  /** All blocks that are wanted are in the image, and what hangs together among them is to be put together. */
  get #wantsRegions(): boolean {
    const index = this.#loaded?.index;
    return index !== undefined && index.searched < index.addresses.length && index.counts.length < MOST_LAYERS;
  }

  #write(fresh: readonly number[], maker: LayerMaker): void {
    const before = this.#whole();
    if (before === undefined) return;
    const { bytes } = this.#process.memory;
    let image = before;
    for (const addresses of inLayers(fresh)) {
      const made = maker.makeLayer(addresses, image);
      if (made === undefined) continue;
      image = withLayer(image, made, (page) => bytes.slice(page * PAGE, (page + 1) * PAGE));
    }
    if (fresh.length === 0 && this.#wantsRegions) {
      const made = maker.makeRegions(image, this.#process.milliseconds * REGIONS_PER_MILLISECOND);
      image = made === undefined ? { ...image, searched: image.addresses.length } : withRegions(image, made);
    }
    const inUse = this.#loaded;
    const layers = this.#optimized(image.layers, (i) => (i < before.layers.length ? inUse?.moduleOf(i) : undefined));
    const isChanged = image !== before || layers.some((layer, i) => layer !== before.layers[i]);
    if (isChanged) this.#store.write(this.#process.program.path, this.#variant, encodeImage({ ...image, layers }));
  }

  /** Layers with what the compiler makes of them, as many as there is time for; of the others, what it has made by now. */
  #optimized(layers: readonly AotLayer[], inUse: (layer: number) => WebAssembly.Module | undefined): AotLayer[] {
    const { compiled } = this.#store;
    if (compiled === undefined) return [...layers];
    let room = Math.min(MOST_OPTIMIZED, this.#process.milliseconds * OPTIMIZED_PER_MILLISECOND);
    return layers.map((layer, i) => {
      if (layer.isSettled) return layer;
      if (room <= 0) return this.#compiled(layer, inUse(i));
      room -= layer.module.length;
      const { wireBytes, compiled: code } = compiled.optimize(layer.module);
      return { module: wireBytes, compiled: code, isSettled: true };
    });
  }

  /** The image in use, which is not kept in memory; undefined if another one took its place meanwhile. */
  #whole(): AotImage | undefined {
    if (this.#loaded === undefined) return EMPTY_IMAGE;
    const bytes = this.#store.read(this.#process.program.path, this.#variant);
    const image = bytes && parseImage(bytes);
    return image?.addresses.length === this.#loaded.index.addresses.length ? image : undefined;
  }

  /** A layer with what the compiler has made of it by now, if it is more than before. */
  #compiled(layer: AotLayer, module: WebAssembly.Module | undefined): AotLayer {
    const compiled = module && this.#store.compiled?.serialize(module);
    return compiled !== undefined && compiled.length > (layer.compiled?.length ?? 0) * GROWTH
      ? { ...layer, compiled }
      : layer;
  }

  /** Addresses of blocks that were noted and are not in the image, if they are worth a layer. */
  #worthAdding({ addresses, counts, pages }: AotIndex): number[] {
    if (counts.length >= MOST_LAYERS) return [];
    const noted = this.#noted.subarray(0, Math.min(MOST_NOTED, this.#words[WORDS.COUNT]!));
    const times = new Map<number, number>();
    for (const address of noted) times.set(address, (times.get(address) ?? 0) + 1);
    for (const address of addresses) times.delete(address);
    const fewest = Math.max(FEWEST, addresses.length * SHARE);
    if (times.size < fewest) return [];
    const fixed = new Map<number, boolean>();
    const wanted = [...times.keys()].filter((address) => {
      const page = Math.floor(address / PAGE);
      const known = fixed.get(page) ?? this.#isFixed(page, pages);
      fixed.set(page, known);
      return known;
    });
    if (wanted.length < fewest) return [];
    const most = Math.min(MOST_BLOCKS - addresses.length, Math.floor(this.#process.milliseconds * PER_MILLISECOND));
    const hottest = wanted.toSorted((one, other) => times.get(other)! - times.get(one)!).slice(0, most);
    return hottest.toSorted((one, other) => one - other);
  }

  /** Whether the next run will have the same bytes in a page: it is a file's, and nobody writes to it. */
  #isFixed(page: number, known: AotIndex['pages']): boolean {
    const { pages } = this.#process.space;
    const flags = pages.flags[page]!;
    const access = flags & (PROT_READ | PROT_EXEC | PROT_WRITE | SHARED | BEYOND);
    if (access !== (PROT_READ | PROT_EXEC) || pages.mapping[page] === 0) return false;
    const expected = known.get(page);
    if (expected === undefined) return true;
    // Another file than when the image was made.
    const { bytes } = this.#process.memory;
    return expected.every((byte, i) => byte === bytes[page * PAGE + i]);
  }
}

/** WebAssembly takes no others. */
function inOwnMemory(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, length } = bytes;
  return buffer instanceof ArrayBuffer ? new Uint8Array(buffer, byteOffset, length) : new Uint8Array(bytes);
}

/** Addresses that ascend, as many as a layer has at a time; a page is not split. */
function* inLayers(addresses: readonly number[]): Generator<readonly number[]> {
  const pageOf = (i: number): number => Math.floor(addresses[i]! / PAGE);
  for (let first = 0, end = 0; first < addresses.length; first = end) {
    end = Math.min(first + LAYER_BLOCKS, addresses.length);
    while (end < addresses.length && pageOf(end) === pageOf(end - 1)) end++;
    yield addresses.slice(first, end);
  }
}
