import { changesDisk, type DiskRequest } from '../host/request-ring.ts';
import type { BlockNode } from './node.ts';

/** What a change of the disk replaced. */
interface Replaced {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/**
 * What changes of a disk replaced, in order, so that a machine that goes back in time finds the disk that it had.
 * Each request says how many changes were before it: those that were after them are undone first.
 */
export class DiskUndo {
  readonly #node: BlockNode;
  readonly #replaced: Replaced[] = [];

  constructor(node: BlockNode) {
    this.#node = node;
  }

  /** To be awaited before a request is carried out, and by one request at a time. */
  async before({ kind, offset, length, changesBefore = 0 }: DiskRequest): Promise<void> {
    while (this.#replaced.length > changesBefore) {
      const { offset: at, bytes } = this.#replaced.pop()!;
      if (bytes.length > 0) await this.#node.write(at, bytes);
    }
    if (!changesDisk(kind)) return;
    const isThere = offset >= 0 && length >= 0 && offset + length <= this.#node.size && !this.#node.readOnly;
    const bytes = new Uint8Array(isThere ? length : 0);
    if (isThere) await this.#node.read(offset, bytes);
    this.#replaced.push({ offset, bytes });
  }
}
