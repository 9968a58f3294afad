import { UserError } from '../../base/errors.ts';
import type { Compression, CompressionName, Placer } from '../../host/compression.ts';
import { BLOCKS, damaged, END, type Frame, FrameReader, HEAD, PAGES, SECTION } from './frame.ts';
import { type Head, readHead } from './head.ts';
import {
  eachPage,
  expand,
  isEqual,
  type Extent,
  PAGE,
  type PackedWindow,
  placeWindow,
  unpackWindow,
  WINDOW,
  type Window,
  WindowReader,
} from './pages.ts';
import type { MemoryExtent, StateParts } from './parts.ts';
import { type ReadSection, SectionReader } from './sections.ts';
import { differenceOf, otherMachine } from './shape.ts';

/** A state that was read and fits this machine. */
export interface ReadState {
  readonly head: Head;
  readonly sections: readonly ReadSection[];
  readonly memory: readonly PackedWindow[];
  readonly blocks: readonly PackedWindow[];
}

/** The same with its memory unpacked: nothing is wrong with it any more. */
export interface ReadyState extends Omit<ReadState, 'memory'> {
  readonly memory: readonly Window[];
}

/** Reads a state for a machine. Throws a UserError for any that is damaged or another's. Nothing is changed by it. */
export class StateReader {
  readonly #parts: StateParts;
  readonly #compression: Pick<Compression, 'available'>;
  readonly #frames = new FrameReader((frame) => this.#take(frame));
  readonly #sectionReader: SectionReader;
  readonly #memoryReader: WindowReader;
  #blockReader = new WindowReader([]);
  #head: Head | undefined;
  readonly #sections: ReadSection[] = [];
  /** What has been read of memory. */
  readonly memory: PackedWindow[] = [];
  readonly #blocks: PackedWindow[] = [];

  constructor(parts: StateParts, compression: Pick<Compression, 'available'>) {
    this.#parts = parts;
    this.#compression = compression;
    this.#sectionReader = new SectionReader(parts.sections);
    this.#memoryReader = new WindowReader(parts.memory);
  }

  push(bytes: Uint8Array): void {
    this.#frames.push(bytes);
  }

  /** What it says of itself, once that has been read. */
  get head(): Head | undefined {
    return this.#head;
  }

  /** The last part has come. */
  get isComplete(): boolean {
    return this.#frames.ended;
  }

  /** No more comes. */
  end(): ReadState {
    this.#frames.end();
    this.#sectionReader.end();
    return { head: this.#head!, sections: this.#sections, memory: this.memory, blocks: this.#blocks };
  }

  #take({ kind, payload }: Frame): void {
    if ((this.#head === undefined) !== (kind === HEAD)) throw damaged('its parts are out of order');
    switch (kind) {
      case HEAD:
        this.#head = readHead(payload);
        this.#check(this.#head);
        break;
      case SECTION:
        this.#sections.push(this.#sectionReader.read(payload));
        break;
      case PAGES:
        this.memory.push(this.#memoryReader.read(payload));
        break;
      case BLOCKS:
        this.#blocks.push(this.#blockReader.read(payload));
        break;
      case END:
        break;
      default:
        throw damaged(`it has a part of kind ${kind}`);
    }
  }

  #check({ machine, compression, disks, program }: Head): void {
    const difference = differenceOf(machine, this.#parts.shape);
    if (difference !== undefined) throw otherMachine(difference);
    if (!this.#compression.available.includes(compression)) {
      throw new UserError(
        `the saved machine is compressed with ${compression}, which this host cannot unpack; use ${program}`,
      );
    }
    // One that was sent elsewhere finds its disks there.
    if (disks.length > 0) checkDisks(disks, this.#parts.disks);
    this.#blockReader = new WindowReader(disks);
  }
}

function checkDisks(theirs: readonly Extent[], ours: readonly Extent[]): void {
  const text = (disks: readonly Extent[]): string =>
    disks.map(({ name, size }) => `${name} of ${size} bytes`).join(', ');
  if (text(theirs) !== text(ours)) {
    throw otherMachine(`its disks are ${text(theirs)}, and those here ${text(ours) || 'none'}`);
  }
}

/** Unpacks memory while the rest is still being read: into buffers of its own, or right where it belongs. */
export class Unpacker {
  readonly #compression: Compression;
  /** What unpacks into a machine's memory, and that. */
  readonly #into: { readonly placer: Placer; readonly memory: readonly MemoryExtent[] } | undefined;
  readonly #memory: Promise<Window | undefined>[] = [];

  constructor(compression: Compression, into?: { readonly placer: Placer; readonly memory: readonly MemoryExtent[] }) {
    this.#compression = compression;
    this.#into = into;
  }

  /** Begins with what has been read. */
  begin({ head, memory }: { readonly head: Head | undefined; readonly memory: readonly PackedWindow[] }): void {
    for (const window of memory.slice(this.#memory.length)) {
      const unpacked = this.#unpack(window, head!.compression);
      // What is wrong is told when all has been read.
      unpacked.catch(() => {});
      this.#memory.push(unpacked);
    }
  }

  /** Nothing is left to be put in place of what has been placed. */
  async #unpack(window: PackedWindow, how: CompressionName): Promise<Window | undefined> {
    if (this.#into === undefined) return unpackWindow(window, this.#compression, how);
    const { placer, memory } = this.#into;
    await placeWindow(window, { placer, memory: memory[window.extent]!.bytes }, how);
    return undefined;
  }

  /** Resolves once all of it is unpacked, and disks have been looked at, too. Throws a UserError if that cannot be. */
  async end(state: ReadState): Promise<ReadyState> {
    this.begin(state);
    const memory = (await Promise.all(this.#memory)).filter((window) => window !== undefined);
    for (const window of state.blocks) await unpackWindow(window, this.#compression, state.head.compression);
    return { ...state, memory };
  }
}

/** Puts memory and devices in place. `isFresh`: what is not in `memory` is in the machine's already. */
export function placeState(
  { head, memory, sections }: Pick<ReadyState, 'head' | 'memory' | 'sections'>,
  parts: StateParts,
  isFresh: boolean,
): void {
  if (!isFresh) clear(memory, parts);
  for (const window of memory) {
    const { bytes } = parts.memory[window.extent]!;
    eachPage(window, (offset, page) => bytes.set(page, window.offset + offset));
  }
  for (const { section, bytes } of inOrder(sections, parts)) section.load(bytes);
  const [then, now] = [head.calendar, parts.calendar()];
  const meanwhile = then === undefined || now === undefined ? 0 : (now - then) * 1e9;
  for (const { section } of parts.sections) section.loaded?.(meanwhile);
}

/** As the machine lists them, whatever the order in which they came. */
function inOrder(sections: readonly ReadSection[], parts: StateParts): readonly ReadSection[] {
  const bytes = new Map(sections.map((each) => [each.section, each.bytes]));
  return parts.sections.map(({ section }) => ({ section, bytes: bytes.get(section)! }));
}

/** Zeroes where nothing will be put. */
function clear(windows: readonly Window[], { memory }: StateParts): void {
  for (const [extent, { bytes }] of memory.entries()) {
    const here = new Map(windows.filter((each) => each.extent === extent).map((each) => [each.offset, each]));
    for (let offset = 0; offset < bytes.length; offset += WINDOW) {
      const window = here.get(offset);
      if (window === undefined) bytes.fill(0, offset, Math.min(offset + WINDOW, bytes.length));
      else clearPages(window, bytes);
    }
  }
}

function clearPages(window: Window, bytes: Uint8Array): void {
  let next = 0;
  const to = (end: number): void =>
    void bytes.fill(0, window.offset + next, Math.min(window.offset + end, bytes.length));
  eachPage(window, (offset) => {
    to(offset);
    next = offset + PAGE;
  });
  to(WINDOW);
}

/** Writes back the disks that are part of a state. An error here is the host's. */
export async function placeDisks(state: ReadyState, parts: StateParts, compression: Compression): Promise<void> {
  const { blocks, head } = state;
  if (head.disks.length === 0) return;
  for (const [extent, { node, size }] of parts.disks.entries()) {
    const here = new Map(blocks.filter((each) => each.extent === extent).map((each) => [each.offset, each]));
    for (let offset = 0; offset < size; offset += WINDOW) {
      const packed = here.get(offset);
      const wanted =
        packed === undefined
          ? new Uint8Array(WINDOW)
          : expand(await unpackWindow(packed, compression, head.compression));
      await writeDifference(node, offset, wanted.subarray(0, Math.min(WINDOW, size - offset)));
    }
    await node.flush();
  }
}

/** Most of a disk is as it was: what is the same is not written, so that holes stay holes. */
async function writeDifference(
  node: StateParts['disks'][number]['node'],
  offset: number,
  wanted: Uint8Array,
): Promise<void> {
  const there = new Uint8Array(wanted.length);
  await node.read(offset, there);
  for (let at = 0; at < wanted.length; at += PAGE) {
    const page = wanted.subarray(at, at + PAGE);
    if (!isEqual(page, there.subarray(at, at + PAGE))) await node.write(offset + at, page);
  }
}
