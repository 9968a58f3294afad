import { UserError } from '../base/errors.ts';
import type { Tty } from '../host/tty.ts';
import { Chardev } from './chardev.ts';
import type { CharKind } from './kind.ts';

/** Terminals that a back end holds: a process has one standard input. */
const taken = new WeakSet<Tty>();

class StdioChardev extends Chardev {
  readonly filename = 'stdio';
  readonly #tty: Tty;

  constructor(label: string, tty: Tty, signals: boolean) {
    super(label);
    this.#tty = tty;
    tty.setRaw(true, { signals });
    tty.listen({
      data: (bytes) => this.receive(bytes),
      drain: () => this.drained(),
      closed: () => this.setOpen(false),
    });
    tty.pause();
    this.setOpen(true);
  }

  protected send(bytes: Uint8Array): boolean {
    return this.#tty.write(bytes);
  }

  protected override pauseInput(): void {
    this.#tty.pause();
  }

  protected override resumeInput(): void {
    this.#tty.resume();
  }

  protected async end(): Promise<void> {
    taken.delete(this.#tty);
    await this.#tty.close();
  }
}

export const stdioKind: CharKind = {
  name: 'stdio',
  doc: 'Standard input and output. With `signal=off` the interrupt keys go to the guest.',
  async open(label, options, { host }) {
    const signals = options.flag('signal', true);
    options.finish();
    if (taken.has(host.tty)) {
      throw new UserError('cannot use stdio by multiple character devices; use mux=on to share it, or another backend');
    }
    taken.add(host.tty);
    return new StdioChardev(label, host.tty, signals);
  },
};
