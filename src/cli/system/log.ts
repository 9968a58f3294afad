import { UserError } from '../../base/errors.ts';
import type { AppendFile } from '../../host/file.ts';
import type { Host } from '../../host/host.ts';

/** Where `-d` reports to: standard error, or the file of `-D`. */
export class Log implements AsyncDisposable {
  readonly #files: Host['files'];
  #file: AppendFile | undefined;
  #written: Promise<void> = Promise.resolve();

  constructor({ files }: Pick<Host, 'files'>) {
    this.#files = files;
  }

  /** Goes on in a file, which is emptied; `%d` in its name is the process's number. */
  async open(template: string): Promise<void> {
    const file = await this.#files.append(fileName(template, process.pid), { truncate: true });
    await this.#afterWrites(() => this.#change(file));
  }

  /** Resolves once it is written. */
  write(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    return this.#afterWrites(() => this.#append(bytes));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#afterWrites(() => this.#change(undefined));
  }

  /** Whatever became of what was written before. */
  #afterWrites(act: () => Promise<void>): Promise<void> {
    this.#written = this.#written.catch(() => {}).then(act);
    return this.#written;
  }

  async #change(file: AppendFile | undefined): Promise<void> {
    await this.#file?.close();
    this.#file = file;
  }

  async #append(bytes: Uint8Array): Promise<void> {
    if (this.#file === undefined) {
      if (!process.stderr.write(bytes)) await new Promise((resolve) => process.stderr.once('drain', resolve));
      return;
    }
    try {
      await this.#file.append(bytes);
    } catch (error) {
      throw new UserError(
        `-D: cannot write to '${this.#file.path}': ${(error as Error).message}; free some space or name another file`,
      );
    }
  }
}

/** The name that a template with at most one `%d` stands for. */
export function fileName(template: string, pid: number): string {
  const parts = template.split('%d');
  if (parts.length > 2 || parts.some((part) => part.includes('%'))) {
    throw new UserError(`Bad logfile template: ${template}; it may have one %d, for the number of the process`);
  }
  return parts.join(String(pid));
}
