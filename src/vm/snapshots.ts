import { UserError } from '../base/errors.ts';
import type { BlockDrive } from '../block/drive.ts';
import type { BlockNode } from '../block/node.ts';
import type { File, Files } from '../host/file.ts';
import type { Machine } from './machine.ts';
import { FrameReader } from './state/frame.ts';
import { readHead, type Head } from './state/head.ts';
import type { MachineState } from './state/machine-state.ts';
import { fileBytes } from './state/transport.ts';

/** A saved machine that stands beside a disk image. */
export interface Snapshot {
  readonly tag: string;
  /** Bytes that it takes. */
  readonly size: number;
  /** Seconds since 1970, and nanoseconds of the machine's time. */
  readonly wall: number;
  readonly clock: number;
}

/** Drivers of images that are nothing but the disk. */
const RAW = ['raw', 'file'];
const SUFFIX = '.tinamou-state';
/** What is being written has this behind its name, until all of it is there. */
const PARTIAL = '.partial';
/** The longest name that file systems take. */
const LONGEST_NAME = 255;

/**
 * Snapshots of a machine: each is a file `IMAGE.TAG.tinamou-state` beside the image of its first disk that is raw and
 * can be written, and has the content of all such disks in it.
 */
export class Snapshots {
  readonly #machine: Machine;
  readonly #state: MachineState;
  readonly #files: Files;
  readonly #drives: ReadonlyMap<string, BlockDrive>;

  constructor(machine: Machine, state: MachineState, files: Files, drives: ReadonlyMap<string, BlockDrive>) {
    this.#machine = machine;
    this.#state = state;
    this.#files = files;
    this.#drives = drives;
  }

  /** The image that they stand beside; undefined: there is none that could have any. */
  get carrier(): BlockNode | undefined {
    return [...this.#drives.values()]
      .map(({ node }) => node)
      .find((node) => !node.readOnly && RAW.includes(node.driver));
  }

  #prefix(): string {
    const { carrier } = this;
    if (carrier === undefined) {
      throw new UserError(
        'no block device can store vmstate for snapshot: give the machine a raw disk that it can write, with -drive file=IMAGE,format=raw,if=virtio',
      );
    }
    return `${carrier.filename}.`;
  }

  /** Where the snapshot of a tag lies. */
  #path(tag: string): string {
    const path = `${this.#prefix()}${encodeURIComponent(tag)}${SUFFIX}`;
    if (path.length - path.lastIndexOf('/') - 1 > LONGEST_NAME - PARTIAL.length) {
      throw new UserError(`the tag '${tag.slice(0, 20)}...' is too long for the name of a file; choose a shorter one`);
    }
    return path;
  }

  /** In the order in which they were made. What is no snapshot any more is left out. */
  async list(): Promise<readonly Snapshot[]> {
    const prefix = this.#prefix();
    const found: Snapshot[] = [];
    for (const path of await this.#files.list(prefix)) {
      if (!path.endsWith(SUFFIX)) continue;
      await using file = await this.#files.open(path, 'read');
      const head = await headOf(file);
      if (head === undefined) continue;
      const { tag = '', wall, clock } = head;
      found.push({ tag, wall, clock, size: await file.size() });
    }
    return found.toSorted((a, b) => a.wall - b.wall);
  }

  async has(tag: string): Promise<boolean> {
    const path = this.#path(tag);
    return (await this.#files.list(path)).includes(path);
  }

  /** Saves the machine, in the place of an older snapshot with this tag. It goes on if it ran. */
  async save(tag: string): Promise<void> {
    const path = this.#path(tag);
    const machine = this.#machine;
    const before = await machine.hold('save-vm');
    try {
      await this.#write(`${path}${PARTIAL}`, (file) => {
        let offset = 0;
        return this.#state.save({ tag, runState: before }, true, async (bytes) => {
          await file.write(offset, bytes);
          offset += bytes.length;
        });
      });
      await this.#files.rename(`${path}${PARTIAL}`, path);
    } finally {
      machine.release(before);
    }
  }

  async #write(path: string, write: (file: File) => Promise<void>): Promise<void> {
    try {
      await using file = await this.#files.open(path, 'create');
      await file.truncate(0);
      await write(file);
      await file.flush();
    } catch (error) {
      await this.#files.remove(path).catch(() => {});
      if (error instanceof UserError) throw error;
      throw new UserError(`cannot write '${path}': ${(error as Error).message}; see to the host's disk`, {
        cause: error,
      });
    }
  }

  /** Puts a saved machine in the place of this one, which goes on if it ran. */
  async load(tag: string): Promise<void> {
    const path = this.#path(tag);
    if (!(await this.has(tag))) throw new UserError(`Snapshot '${tag}' does not exist in one or more devices`);
    const machine = this.#machine;
    await using file = await this.#files.open(path, 'read');
    const state = await this.#state.read(fileBytes(file));
    if (machine.isBlank) {
      await state.replace();
      return;
    }
    const before = await machine.hold('restore-vm');
    try {
      await state.replace();
    } finally {
      // What had switched off stands before what the saved one does next.
      machine.release(before === 'shutdown' ? 'paused' : before);
    }
  }

  /** Nothing happens if there is none. */
  async delete(tag: string): Promise<void> {
    if (await this.has(tag)) await this.#files.remove(this.#path(tag));
  }
}

/** What a file says of itself, if it begins as a saved machine does. */
async function headOf(file: File): Promise<Head | undefined> {
  let head: Head | undefined;
  const reader = new FrameReader(({ payload }) => (head ??= readHead(payload)));
  try {
    for await (const bytes of fileBytes(file)) {
      // Only its first part matters here, which is short.
      for (let at = 0; at < bytes.length && head === undefined; at += 4096) reader.push(bytes.subarray(at, at + 4096));
      break;
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
  return head;
}
