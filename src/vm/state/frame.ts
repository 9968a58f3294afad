import { UserError } from '../../base/errors.ts';
import { checksum } from './checksum.ts';

/**
 * The outer form of a saved machine, as it lies in a file or goes through a socket:
 *
 *     "TINAMOU STATE 1\n"
 *     frame, frame, ..., frame of kind END
 *
 * A frame is a header of five little-endian words (kind, number of the frame, bytes of the payload, checksum of
 * the payload, checksum of the four words before) and its payload. So every byte is compared or summed, and a
 * frame that is missing, doubled or moved is noticed.
 */
export const VERSION = 1;
const MAGIC = new TextEncoder().encode(`TINAMOU STATE ${VERSION}\n`);
const HEADER = 20;

export const HEAD = 1;
export const SECTION = 2;
export const PAGES = 3;
export const BLOCKS = 4;
export const END = 5;

/** Payloads are no longer than this. */
export const LONGEST = 4 << 20;

export interface Frame {
  readonly kind: number;
  readonly payload: Uint8Array;
}

/** What is wrong with a stream; nothing of it is used then. */
export const damaged = (what: string): UserError =>
  new UserError(`the saved machine is damaged: ${what}; save it again`);

/** Makes frames, in order. */
export class FrameWriter {
  #number = 0;

  /** What a stream begins with. */
  begin(): Uint8Array {
    return MAGIC.slice();
  }

  /** Header and payload of the next frame. */
  frame(kind: number, payload: Uint8Array): [Uint8Array, Uint8Array] {
    const header = new Uint8Array(HEADER);
    const view = new DataView(header.buffer);
    view.setUint32(0, kind, true);
    view.setUint32(4, this.#number++, true);
    view.setUint32(8, payload.length, true);
    view.setUint32(12, checksum(payload), true);
    view.setUint32(16, checksum(header.subarray(0, 16)), true);
    return [header, payload];
  }
}

/** Takes a stream apart, however it is cut into pieces. Throws a UserError where it is none of ours. */
export class FrameReader {
  /** Bytes of the stream that were taken. */
  taken = 0;
  readonly #each: (frame: Frame) => void;
  readonly #magic = new Uint8Array(MAGIC.length);
  readonly #header = new DataView(new ArrayBuffer(HEADER));
  /** What is being filled, and how far. */
  #target = this.#magic;
  #filled = 0;
  #number = 0;
  #ended = false;

  /** `each` is called for every frame whose checksums are right. */
  constructor(each: (frame: Frame) => void) {
    this.#each = each;
  }

  /** The last frame was read. */
  get ended(): boolean {
    return this.#ended;
  }

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#ended) throw damaged('something follows its end');
      const count = Math.min(bytes.length - at, this.#target.length - this.#filled);
      this.#target.set(bytes.subarray(at, at + count), this.#filled);
      at += count;
      this.#filled += count;
      this.taken += count;
      while (this.#filled === this.#target.length && !this.#ended) this.#complete();
    }
  }

  /** No more will come. */
  end(): void {
    if (this.#ended) return;
    if (this.taken === 0) throw damaged('it is empty');
    if (this.#target === this.#magic) throw notOurs(this.#magic.subarray(0, this.#filled));
    throw damaged(`it ends after ${this.taken} bytes, before its last part`);
  }

  #complete(): void {
    const header = this.#header;
    const headerBytes = new Uint8Array(header.buffer);
    const done = this.#target;
    this.#filled = 0;
    this.#target = headerBytes;
    if (done === this.#magic) {
      if (done.some((byte, i) => byte !== MAGIC[i])) throw notOurs(done);
      return;
    }
    if (done.length === HEADER && !this.#isPayload) {
      this.#checkHeader(headerBytes);
      this.#isPayload = true;
      this.#target = new Uint8Array(header.getUint32(8, true));
      return;
    }
    this.#isPayload = false;
    if (checksum(done) !== header.getUint32(12, true)) {
      throw damaged(`bytes before ${this.taken} are not those that were written`);
    }
    const kind = header.getUint32(0, true);
    if (kind === END) this.#ended = true;
    this.#each({ kind, payload: done });
  }
  #isPayload = false;

  #checkHeader(bytes: Uint8Array): void {
    const header = this.#header;
    const isRight =
      checksum(bytes.subarray(0, 16)) === header.getUint32(16, true) &&
      header.getUint32(4, true) === this.#number &&
      header.getUint32(8, true) <= LONGEST;
    if (!isRight) throw damaged(`part ${this.#number} does not begin before byte ${this.taken}`);
    this.#number++;
  }
}

/** What a stream is that does not begin as ours do. */
function notOurs(bytes: Uint8Array): UserError {
  const text = new TextDecoder('latin1').decode(bytes);
  const version = /^TINAMOU STATE (\d+)\n/.exec(text);
  if (version !== null) {
    return new UserError(
      `the saved machine has version ${version[1]} of the format, and this program reads version ${VERSION}; use the program that saved it`,
    );
  }
  if (text.startsWith('QEVM')) return new UserError('that is a stream of QEMU, which only QEMU can read');
  return new UserError('that is no saved machine; name a file or stream that savevm or migrate wrote');
}
