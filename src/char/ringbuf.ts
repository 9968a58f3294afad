import { UserError } from '../base/errors.ts';
import { Chardev } from './chardev.ts';
import type { CharKind } from './kind.ts';

/** Output kept in memory, the newest `size` bytes of it, for ringbuf-read. */
export class RingbufChardev extends Chardev {
  readonly filename = 'ringbuf';
  readonly #bytes: Uint8Array;
  #written = 0;
  #read = 0;

  constructor(label: string, size: number) {
    super(label);
    this.#bytes = new Uint8Array(size);
  }

  /** Takes out the oldest `count` bytes, or fewer if there are fewer. */
  take(count: number): Uint8Array {
    const taken = new Uint8Array(Math.min(count, this.#written - this.#read));
    for (let i = 0; i < taken.length; i++) taken[i] = this.#bytes[this.#read++ % this.#bytes.length]!;
    return taken;
  }

  /** Input from ringbuf-write: QEMU puts it where output goes, so that it can be read back. */
  put(bytes: Uint8Array): void {
    this.send(bytes);
  }

  protected send(bytes: Uint8Array): boolean {
    for (const byte of bytes) this.#bytes[this.#written++ % this.#bytes.length] = byte;
    this.#read = Math.max(this.#read, this.#written - this.#bytes.length);
    return true;
  }

  protected async end(): Promise<void> {}
}

export const ringbufKind: CharKind = {
  name: 'ringbuf',
  doc: 'Keeps the newest `size` bytes of output (64k if not given) for the monitor to read.',
  async open(label, options) {
    const size = options.number('size') ?? 65536;
    options.finish();
    if (size < 1 || size > 2 ** 30 || (size & (size - 1)) !== 0) {
      throw new UserError('size of ringbuf chardev must be power of two, at most 1G');
    }
    return new RingbufChardev(label, size);
  },
};
