import type { Compression } from '../../host/compression.ts';
import type { RunState } from '../run-state.ts';
import { BLOCKS, END, FrameWriter, HEAD, PAGES, SECTION } from './frame.ts';
import { packHead } from './head.ts';
import { packWindow, PAGE, WINDOW, windowOf } from './pages.ts';
import type { StateParts } from './parts.ts';
import { packSection } from './sections.ts';

/** How far a machine is saved, in bytes of its memory; changes while it is. */
export class SaveProgress {
  /** Of memory, and of it what is still to be looked at. */
  total = 0;
  remaining = 0;
  /** Bytes that were written. */
  transferred = 0;
  /** Pages of zeroes, and others. */
  zeroPages = 0;
  normalPages = 0;
}

export interface SaveOptions {
  readonly compression: Compression;
  readonly runState: RunState;
  readonly wall: number;
  readonly clock: number;
  readonly tag?: string | undefined;
  readonly progress?: SaveProgress;
}

/** Takes what is written; `bytes` is borrowed until it resolves. Its errors end the saving. */
export type StateSink = (bytes: Uint8Array) => Promise<void>;

/** Windows that are packed at the same time. */
const WIDTH = 4;

/** Writes the state of a machine that stands still. */
export async function saveState(parts: StateParts, options: SaveOptions, sink: StateSink): Promise<void> {
  const { compression, runState, wall, clock, tag, progress = new SaveProgress() } = options;
  const frames = new FrameWriter();
  const how = compression.available[0]!;
  const write = async (bytes: Uint8Array): Promise<void> => {
    await sink(bytes);
    progress.transferred += bytes.length;
  };
  const writeFrame = async (kind: number, payload: Uint8Array): Promise<void> => {
    for (const bytes of frames.frame(kind, payload)) await write(bytes);
  };
  progress.total = progress.remaining = parts.memory.reduce((sum, { size }) => sum + size, 0);

  await write(frames.begin());
  const disks = parts.disks.map(({ name, size }) => ({ name, size }));
  await writeFrame(
    HEAD,
    packHead({ compression: how, runState, wall, clock, calendar: parts.calendar(), tag, disks }, parts.shape),
  );
  for (const section of parts.sections) await writeFrame(SECTION, packSection(section));

  const waiting: { kind: number; payload: Promise<Uint8Array> }[] = [];
  const writeFirst = async (): Promise<void> => {
    const { kind, payload } = waiting.shift()!;
    await writeFrame(kind, await payload);
  };
  const add = async (kind: number, extent: number, offset: number, bytes: Uint8Array): Promise<number> => {
    const window = windowOf(extent, offset, bytes);
    if (window === undefined) return 0;
    const payload = packWindow(window, compression, how);
    // It is looked at when its turn comes.
    payload.catch(() => {});
    waiting.push({ kind, payload });
    if (waiting.length === WIDTH) await writeFirst();
    return window.size / PAGE;
  };

  for (const [extent, { bytes }] of parts.memory.entries()) {
    for (let offset = 0; offset < bytes.length; offset += WINDOW) {
      const window = bytes.subarray(offset, offset + WINDOW);
      const pages = await add(PAGES, extent, offset, window);
      progress.normalPages += pages;
      progress.zeroPages += Math.ceil(window.length / PAGE) - pages;
      progress.remaining -= window.length;
    }
  }
  for (const [extent, { node, size }] of parts.disks.entries()) {
    for (let offset = 0; offset < size; offset += WINDOW) {
      const bytes = new Uint8Array(Math.min(WINDOW, size - offset));
      await node.read(offset, bytes);
      await add(BLOCKS, extent, offset, bytes);
    }
  }
  while (waiting.length > 0) await writeFirst();
  await writeFrame(END, new Uint8Array(0));
}
