import type { File } from './file.ts';

/** What files in memory hold. */
export interface MemoryContent {
  bytes: Uint8Array;
}

/** A file that lives in memory: for tests, and for browsers, which fetch images and keep them. */
export class MemoryFile implements File {
  readonly path: string;
  readonly readOnly: boolean;
  readonly #content: MemoryContent;
  #closed = false;

  /** Files over the same content see each other's writes. */
  constructor(path: string, content: MemoryContent = { bytes: new Uint8Array(0) }, readOnly = false) {
    this.path = path;
    this.#content = content;
    this.readOnly = readOnly;
  }

  /** What is in the file. */
  get bytes(): Uint8Array {
    return this.#content.bytes;
  }

  async size(): Promise<number> {
    return this.bytes.length;
  }

  async allocated(): Promise<number> {
    return this.bytes.length;
  }

  async read(offset: number, ...into: Uint8Array[]): Promise<number> {
    this.#check();
    let done = 0;
    for (const buffer of into) {
      const part = this.bytes.subarray(offset + done, offset + done + buffer.length);
      buffer.set(part);
      done += part.length;
      if (part.length < buffer.length) break;
    }
    return done;
  }

  async write(offset: number, ...from: Uint8Array[]): Promise<void> {
    this.#check();
    if (this.readOnly) throw Object.assign(new Error('the file is open for reading'), { code: 'EBADF' });
    let end = offset;
    for (const buffer of from) end += buffer.length;
    if (end > this.bytes.length) await this.truncate(end);
    let at = offset;
    for (const buffer of from) {
      this.bytes.set(buffer, at);
      at += buffer.length;
    }
  }

  async flush(): Promise<void> {
    this.#check();
  }

  async truncate(size: number): Promise<void> {
    const bytes = new Uint8Array(size);
    bytes.set(this.bytes.subarray(0, size));
    this.#content.bytes = bytes;
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #check(): void {
    if (this.#closed) throw Object.assign(new Error('the file is closed'), { code: 'EBADF' });
  }
}
