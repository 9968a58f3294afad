import { UserError } from '../base/errors.ts';
import type { AppendFile } from '../host/file.ts';
import type { MonitorTarget } from './target.ts';

/** What clients know errors of files by. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  EISDIR: 'Is a directory',
  ENOENT: 'No such file or directory',
  ENOTDIR: 'Not a directory',
  ENOSPC: 'No space left on device',
  EROFS: 'Read-only file system',
};

/** A file of the host that a command writes, emptied. Closed when its scope is left. */
export async function outputFile({ files }: MonitorTarget, path: string): Promise<OutputFile> {
  try {
    return new OutputFile(await files.append(path, { truncate: true }));
  } catch (error) {
    const reason = error instanceof UserError && error.code !== undefined ? REASONS[error.code] : undefined;
    if (reason === undefined) throw error;
    throw new UserError(`Could not open '${path}': ${reason}`, { cause: error });
  }
}

export class OutputFile implements AsyncDisposable {
  readonly #file: AppendFile;

  constructor(file: AppendFile) {
    this.#file = file;
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#file.append(bytes);
    } catch (error) {
      throw new UserError(`writing memory to '${this.#file.path}' failed: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}
