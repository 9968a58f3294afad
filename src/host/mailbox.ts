import { BugError } from '../base/errors.ts';

/**
 * One message at a time for a thread that never comes to its event loop. The sender waits for the
 * answer, which comes another way, before it posts again. Messages are JSON, and bigints.
 *
 * Layout in bytes: 0 length of the message, 0 if there is none (32 bits); 4 the message.
 */
export class Mailbox {
  static readonly bytes = 0x10000;
  readonly #length: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(buffer: ArrayBufferLike, address: number) {
    this.#length = new Int32Array(buffer, address, 1);
    this.#bytes = new Uint8Array(buffer, address + 4, Mailbox.bytes - 4);
  }

  get isFull(): boolean {
    return Atomics.load(this.#length, 0) !== 0;
  }

  /** Does not ring: the receiver is woken by whoever knows where it sleeps. */
  post(message: unknown): void {
    if (this.isFull) throw new BugError('a message before the last one was taken');
    const bytes = new TextEncoder().encode(JSON.stringify(message, bigintAsText));
    if (bytes.length > this.#bytes.length) throw new BugError(`a message of ${bytes.length} bytes`);
    this.#bytes.set(bytes);
    Atomics.store(this.#length, 0, bytes.length);
  }

  /** The message, or undefined. */
  take(): unknown {
    const length = Atomics.load(this.#length, 0);
    if (length === 0) return undefined;
    // A copy: text is not decoded from shared memory.
    const text = new TextDecoder().decode(this.#bytes.slice(0, length));
    Atomics.store(this.#length, 0, 0);
    return JSON.parse(text, textAsBigint);
  }
}

const bigintAsText = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value);
const textAsBigint = (_key: string, value: unknown): unknown =>
  typeof value === 'string' && /^-?\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value;
