import { UserError } from '../base/errors.ts';
import type { AppendFile, File, Files } from './file.ts';
import type { MemoryContent } from './memory-file.ts';
import { MemoryFile } from './memory-file.ts';

/** A file system of one flat directory in memory. */
export class MemoryFiles implements Files {
  readonly #files = new Map<string, MemoryContent>();

  /** Puts a file there, for later to be opened. */
  put(path: string, bytes: Uint8Array): void {
    this.#files.set(path, { bytes });
  }

  /** What is in a file now; undefined if there is none. */
  get(path: string): Uint8Array | undefined {
    return this.#files.get(path)?.bytes;
  }

  async open(path: string, mode: 'read' | 'write' | 'create'): Promise<File> {
    let content = this.#files.get(path);
    if (content === undefined) {
      if (mode !== 'create') throw new UserError(`cannot open '${path}': no such file; check the path`);
      content = { bytes: new Uint8Array(0) };
      this.#files.set(path, content);
    }
    return new MemoryFile(path, content, mode === 'read');
  }

  async append(path: string, { truncate }: { truncate: boolean }): Promise<AppendFile> {
    const file = await this.open(path, 'create');
    if (truncate) await file.truncate(0);
    return {
      path,
      append: async (bytes) => file.write(await file.size(), bytes),
      close: () => file.close(),
    };
  }

  async temporary(): Promise<File> {
    return new MemoryFile('temporary');
  }

  async list(prefix: string): Promise<readonly string[]> {
    return [...this.#files.keys()].filter((path) => path.startsWith(prefix)).toSorted();
  }

  async rename(from: string, to: string): Promise<void> {
    this.#files.set(to, this.#existing(`rename '${from}'`, from));
    this.#files.delete(from);
  }

  async remove(path: string): Promise<void> {
    this.#existing(`remove '${path}'`, path);
    this.#files.delete(path);
  }

  #existing(doing: string, path: string): MemoryContent {
    const content = this.#files.get(path);
    if (content === undefined) throw new UserError(`cannot ${doing}: no such file; check the path`);
    return content;
  }

  async readAll(path: string): Promise<Uint8Array> {
    const file = await this.open(path, 'read');
    const bytes = new Uint8Array(await file.size());
    await file.read(0, bytes);
    return bytes;
  }
}
