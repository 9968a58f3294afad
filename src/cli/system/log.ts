import type { AppendFile } from '../../host/file.ts';
import type { Host } from '../../host/host.ts';
import { locatedError } from '../options/option.ts';
import type { Settings } from '../options/settings.ts';

/** Where `-d` reports to: standard error, or the file of `-D`. */
export class Log {
  readonly #file: AppendFile | undefined;
  #written: Promise<void> = Promise.resolve();

  static async open({ logFile }: Settings, host: Host): Promise<Log> {
    if (logFile === undefined) return new Log(undefined);
    try {
      return new Log(await host.files.append(logFile, { truncate: true }));
    } catch (error) {
      throw locatedError('-D', error);
    }
  }

  private constructor(file: AppendFile | undefined) {
    this.#file = file;
  }

  write(line: string): void {
    const bytes = new TextEncoder().encode(`${line}\n`);
    const file = this.#file;
    if (file === undefined) process.stderr.write(bytes);
    else this.#written = this.#written.then(() => file.append(bytes));
  }

  async close(): Promise<void> {
    await this.#written;
    await this.#file?.close();
  }
}
