import type { File } from '../host/file.ts';
import type { BlockNode, CacheMode } from './node.ts';

/** `driver=file`: the bytes of a file of the host. */
export class FileNode implements BlockNode {
  readonly driver = 'file';
  readonly nodeName: string;
  readonly cache: CacheMode;
  readonly #file: File;
  #size: number;

  static async over(file: File, nodeName: string, cache: CacheMode): Promise<FileNode> {
    return new FileNode(file, nodeName, cache, await file.size());
  }

  constructor(file: File, nodeName: string, cache: CacheMode, size: number) {
    this.#file = file;
    this.nodeName = nodeName;
    this.cache = cache;
    this.#size = size;
  }

  get filename(): string {
    return this.#file.path;
  }

  /** A file grows when something is written past its end. */
  get size(): number {
    return this.#size;
  }

  get readOnly(): boolean {
    return this.#file.readOnly;
  }

  /** Past the end of the file are zeroes: an image need not end at a sector's end. */
  async read(offset: number, ...into: Uint8Array[]): Promise<void> {
    let done = await this.#file.read(offset, ...into);
    for (const buffer of into) {
      if (done < buffer.length) buffer.fill(0, done);
      done = Math.max(0, done - buffer.length);
    }
  }

  async write(offset: number, ...from: Uint8Array[]): Promise<void> {
    const end = from.reduce((sum, buffer) => sum + buffer.length, offset);
    await this.#file.write(offset, ...from);
    this.#size = Math.max(this.#size, end);
  }

  async flush(): Promise<void> {
    if (!this.readOnly && !this.cache.noFlush) await this.#file.flush();
  }

  /** QEMU's default too: an advice that is not taken. */
  async discard(): Promise<void> {}

  allocated(): Promise<number> {
    return this.#file.allocated();
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.#file.close();
    }
  }
}
