import type { File } from '../host/file.ts';
import type { BlockNode } from './node.ts';

/** Bytes that are either all in the overlay or all still below. */
const CLUSTER = 4096;

/**
 * `snapshot=on`: writes go to a file of this run alone, at the same offsets, and what was never
 * written is read from below. The file is sparse and gone with the process.
 */
export class OverlayNode implements BlockNode {
  readonly driver = 'overlay';
  readonly readOnly = false;
  readonly nodeName: string;
  readonly backing: BlockNode;
  readonly #file: File;
  readonly #written = new Set<number>();
  /** Writes wait for one another: two may fill in the same cluster from below. */
  #last: Promise<void> = Promise.resolve();

  constructor(backing: BlockNode, file: File, nodeName: string) {
    this.backing = backing;
    this.#file = file;
    this.nodeName = nodeName;
  }

  get filename(): string {
    return this.backing.filename;
  }

  get size(): number {
    return this.backing.size;
  }

  async read(offset: number, ...into: Uint8Array[]): Promise<void> {
    let at = offset;
    for (const buffer of into) {
      for (let done = 0; done < buffer.length;) {
        const run = this.#run(at + done, buffer.length - done);
        const part = buffer.subarray(done, done + run.length);
        if (run.written) part.fill(0, await this.#file.read(at + done, part));
        else await this.backing.read(at + done, part);
        done += run.length;
      }
      at += buffer.length;
    }
  }

  write(offset: number, ...from: Uint8Array[]): Promise<void> {
    const mine = this.#last.then(() => this.#write(offset, from));
    this.#last = mine.catch(() => {});
    return mine;
  }

  /** Nothing here outlives the process. */
  async flush(): Promise<void> {}

  async discard(): Promise<void> {}

  allocated(): Promise<number> {
    return this.#file.allocated();
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#file.close();
    await this.backing.close();
  }

  /** The longest piece from `offset` on that lies in one place. */
  #run(offset: number, most: number): { written: boolean; length: number } {
    const first = Math.floor(offset / CLUSTER);
    const written = this.#written.has(first);
    let next = first + 1;
    while (next * CLUSTER < offset + most && this.#written.has(next) === written) next++;
    return { written, length: Math.min(most, next * CLUSTER - offset) };
  }

  async #write(offset: number, from: readonly Uint8Array[]): Promise<void> {
    const end = from.reduce((sum, buffer) => sum + buffer.length, offset);
    if (end === offset) return;
    const first = Math.floor(offset / CLUSTER);
    const last = Math.floor((end - 1) / CLUSTER);
    if (offset % CLUSTER !== 0) await this.#fill(first);
    if (end % CLUSTER !== 0) await this.#fill(last);
    await this.#file.write(offset, ...from);
    for (let cluster = first; cluster <= last; cluster++) this.#written.add(cluster);
  }

  /** Copies a cluster up that is about to be written in part. */
  async #fill(cluster: number): Promise<void> {
    if (this.#written.has(cluster)) return;
    const offset = cluster * CLUSTER;
    const bytes = new Uint8Array(Math.min(CLUSTER, this.size - offset));
    await this.backing.read(offset, bytes);
    await this.#file.write(offset, bytes);
    this.#written.add(cluster);
  }
}
