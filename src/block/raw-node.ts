import type { BlockNode } from './node.ts';

const SECTOR = 512;

/** `driver=raw`: an image without a format, which is the disk byte by byte. */
export class RawNode implements BlockNode {
  readonly driver = 'raw';
  readonly nodeName: string;
  readonly readOnly: boolean;
  /** A file that ends within a sector is followed by zeroes. */
  readonly size: number;
  readonly child: BlockNode;
  /** The node below was made for this one alone. */
  readonly #owns: boolean;

  constructor(below: BlockNode, nodeName: string, options: { readOnly: boolean; owns: boolean }) {
    this.child = below;
    this.nodeName = nodeName;
    this.readOnly = options.readOnly || below.readOnly;
    this.#owns = options.owns;
    this.size = Math.ceil(below.size / SECTOR) * SECTOR;
  }

  get filename(): string {
    return this.child.filename;
  }

  read(offset: number, ...into: Uint8Array[]): Promise<void> {
    return this.child.read(offset, ...into);
  }

  write(offset: number, ...from: Uint8Array[]): Promise<void> {
    return this.child.write(offset, ...from);
  }

  flush(): Promise<void> {
    return this.child.flush();
  }

  discard(offset: number, length: number): Promise<void> {
    return this.child.discard(offset, length);
  }

  allocated(): Promise<number> {
    return this.child.allocated();
  }

  async close(): Promise<void> {
    if (this.#owns) await this.child.close();
    else await this.child.flush();
  }
}
