import { Arena } from '../mem/arena.ts';
import { AddressSpace as PhysicalSpace } from '../mem/address-space.ts';
import { GuestMemory } from '../mem/guest-memory.ts';
import { Lock } from '../mem/lock.ts';
import type { Abi } from './abi/abi.ts';
import type { Caller } from './calls/caller.ts';
import { Descriptors } from './descriptors.ts';
import { AddressSpace } from './memory/address-space.ts';
import type { Backing } from './memory/backing.ts';
import { MappedFiles } from './memory/mapped-files.ts';
import { PAGE, PageTable } from './memory/pages.ts';
import { UserMemory } from './memory/user-memory.ts';
import { OpenFiles } from './open-files.ts';
import { Paths } from './paths.ts';
import { ThreadShared } from './thread-shared.ts';

/** Most threads of a process at one time. */
export const MOST_THREADS = 32;

const MIB = 2 ** 20;
/** The emulator's own part of the memory: tables of pages, threads and their translations. */
const OWN = 1024 * MIB;

export interface ProcessOptions {
  readonly abi: Abi;
  /** Bytes of addresses that the program has (-R); whole pages of 64 KiB. */
  readonly windowSize: number;
  /** Where programs' files are looked for first (-L). */
  readonly prefix: string | undefined;
}

/** As much as one memory of 32-bit addresses has room for. */
export const DEFAULT_WINDOW = 2 ** 32 - 0x1_0000 - OWN;

/**
 * A process of the guest, as one of its threads sees it: everything is in one shared memory, at addresses that
 * follow from the options, so that another thread, or the child of a fork, makes the same objects over it.
 */
export class GuestProcess {
  readonly options: ProcessOptions;
  readonly abi: Abi;
  readonly arena: Arena;
  readonly lock: Lock;
  readonly descriptors: Descriptors;
  readonly memory: UserMemory;
  readonly space: AddressSpace;
  readonly paths: Paths;
  /** The window as the translator has it. */
  readonly physical: PhysicalSpace;
  readonly guestMemory: GuestMemory;
  readonly threads: readonly ThreadShared[];
  /** brk: start and current end, as bytes; u32 each. */
  readonly heap: Uint32Array;
  readonly files: OpenFiles;

  constructor(
    options: ProcessOptions,
    makeBacking: (memory: WebAssembly.Memory, base: number) => Backing,
    shared?: WebAssembly.Memory,
  ) {
    this.options = options;
    this.abi = options.abi;
    this.files = new OpenFiles(this);
    const arena = new Arena(OWN + options.windowSize, shared);
    this.arena = arena;
    const { memory } = arena;
    const base = arena.allocateHigh(options.windowSize, 0x1_0000);
    this.lock = new Lock(memory, arena.allocate(8));
    this.heap = new Uint32Array(memory.buffer, arena.allocate(8), 2);
    this.descriptors = new Descriptors(arena);
    this.paths = new Paths(arena, options.prefix);
    const pages = new PageTable(arena, options.windowSize);
    this.memory = new UserMemory(memory, base, pages);
    this.physical = new PhysicalSpace(memory);
    this.physical.add({ kind: 'ram', name: 'window', base: 0, size: options.windowSize, hostOffset: base });
    this.guestMemory = new GuestMemory(arena, this.physical);
    this.space = new AddressSpace(pages, new MappedFiles(arena), makeBacking(memory, base), {
      remapped: (first, end) => this.#remapped(first, end),
    });
    this.threads = Array.from(
      { length: MOST_THREADS },
      (_, index) => new ThreadShared(arena, options.abi.stateStruct.size, index),
    );
  }

  /** What this thread has to do when pages are mapped otherwise. */
  onRemap: ((first: number, end: number) => void) | undefined;

  #remapped(first: number, end: number): void {
    this.onRemap?.(first, end);
  }

  /** The last thread ends the process; TODO others. */
  exit(caller: Caller): number {
    caller.host.word(0, caller.low(0) & 0xff, 0);
    return caller.host.call(caller.host.numbers.exit_group);
  }

  /** brk: the new end of the heap, or the one that it has if that cannot be. */
  brk(address: number): number {
    const [start, end] = this.heap as unknown as [number, number];
    if (address < start || address >= this.space.size) return end;
    const from = Math.ceil(end / PAGE) * PAGE;
    const to = Math.ceil(address / PAGE) * PAGE;
    if (to > from) {
      if (!this.space.pages.isFree(from / PAGE, to / PAGE)) return end;
      if (this.space.map(from, to - from, 3, 0x10_0022) < 0) return end;
    } else if (to < from) this.space.unmap(to, from - to);
    this.heap[1] = address;
    return address;
  }
}
