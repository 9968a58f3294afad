import { UserError } from '../base/errors.ts';
import type { AppendFile } from '../host/file.ts';
import { Chardev } from './chardev.ts';
import type { CharEnv, CharKind } from './kind.ts';

/** How much output may wait for the disk. */
const LIMIT = 1 << 16;

class FileChardev extends Chardev {
  readonly filename = 'file';
  readonly #file: AppendFile;
  readonly #env: CharEnv;
  #waiting = 0;
  #blocked = false;
  #failed = false;
  #last: Promise<void> = Promise.resolve();

  constructor(label: string, file: AppendFile, env: CharEnv) {
    super(label);
    this.#file = file;
    this.#env = env;
    this.setOpen(true);
  }

  protected send(bytes: Uint8Array): boolean {
    const copy = bytes.slice();
    this.#waiting += copy.length;
    this.#blocked = this.#waiting > LIMIT;
    this.#last = this.#last.then(() => this.#append(copy));
    return !this.#blocked;
  }

  protected async end(): Promise<void> {
    await this.#last;
    await this.#file.close();
  }

  async #append(bytes: Uint8Array): Promise<void> {
    try {
      if (!this.#failed) await this.#file.append(bytes);
    } catch (error) {
      this.#failed = true;
      const why = error instanceof Error ? error.message : String(error);
      this.#env.notify(`chardev '${this.label}': output to '${this.#file.path}' is lost from here on: ${why}`);
    }
    this.#waiting -= bytes.length;
    if (this.#blocked && this.#waiting <= LIMIT / 2) {
      this.#blocked = false;
      this.drained();
    }
  }
}

export const fileKind: CharKind = {
  name: 'file',
  doc: 'Writes output to the file `path`, over what it held or, with `append=on`, after it. No input.',
  async open(label, options, env) {
    const path = options.string('path');
    if (path === undefined) throw new UserError('chardev: file: no filename given; add path=FILE');
    const append = options.flag('append', false);
    options.refuse('input-path');
    options.finish();
    return new FileChardev(label, await env.host.files.append(path, { truncate: !append }), env);
  },
};
