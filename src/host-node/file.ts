import type { FileHandle } from 'node:fs/promises';
import type { File } from '../host/file.ts';

/** Random access through Node's thread pool, straight into and out of the caller's buffers. */
export class NodeFile implements File {
  readonly path: string;
  readonly readOnly: boolean;
  readonly #handle: FileHandle;
  /** Of a block device, whose size the file system does not tell. */
  readonly #fixedSize: number | undefined;

  constructor(handle: FileHandle, path: string, readOnly: boolean, fixedSize?: number) {
    this.#handle = handle;
    this.path = path;
    this.readOnly = readOnly;
    this.#fixedSize = fixedSize;
  }

  async size(): Promise<number> {
    return this.#fixedSize ?? (await this.#handle.stat()).size;
  }

  async allocated(): Promise<number> {
    return (await this.#handle.stat()).blocks * 512;
  }

  async read(offset: number, ...into: Uint8Array[]): Promise<number> {
    let rest = into;
    let done = 0;
    while (rest.length > 0) {
      const { bytesRead } = await this.#handle.readv(rest, offset + done);
      if (bytesRead === 0) break;
      done += bytesRead;
      rest = after(rest, bytesRead);
    }
    return done;
  }

  async write(offset: number, ...from: Uint8Array[]): Promise<void> {
    let rest = after(from, 0);
    let done = 0;
    while (rest.length > 0) {
      const { bytesWritten } = await this.#handle.writev(rest, offset + done);
      done += bytesWritten;
      rest = after(rest, bytesWritten);
    }
  }

  async flush(): Promise<void> {
    try {
      await this.#handle.datasync();
    } catch (error) {
      // fdatasync(2): what is behind a special file such as /dev/null cannot be synchronized; there is nothing to wait for.
      if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
    }
  }

  async truncate(size: number): Promise<void> {
    await this.#handle.truncate(size);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** What of `buffers` is left after their first `count` bytes; empty ones go. */
function after(buffers: readonly Uint8Array[], count: number): Uint8Array[] {
  const rest: Uint8Array[] = [];
  let skip = count;
  for (const buffer of buffers) {
    if (buffer.length > skip) rest.push(skip === 0 ? buffer : buffer.subarray(skip));
    skip = Math.max(0, skip - buffer.length);
  }
  return rest;
}
