import { ByteRing } from './byte-ring.ts';

/**
 * The shared memory between a character device of the guest and its back end on the host: two rings
 * and what the back end has to say besides. Zeroed memory is an idle link to a closed peer.
 *
 * Layout in bytes: 0 open (1: a peer is there), 4 breaks (line breaks ever received), 8 wantsSpace
 * (1: the device found `output` full and asks for a kick), 12 breaksSeen (those the device knows of), 64 input ring, then output ring.
 */
export class CharLink {
  static readonly capacity = 4096;
  static readonly bytes = 64 + 2 * ByteRing.bytes(CharLink.capacity);
  /** To the guest. */
  readonly input: ByteRing;
  /** From the guest. */
  readonly output: ByteRing;
  readonly #words: Int32Array;

  /** `address` is a multiple of 64. */
  constructor(buffer: ArrayBufferLike, address: number) {
    this.#words = new Int32Array(buffer, address, 4);
    this.input = new ByteRing(buffer, address + 64, CharLink.capacity);
    const output = address + 64 + ByteRing.bytes(CharLink.capacity);
    this.output = new ByteRing(buffer, output, CharLink.capacity);
  }

  get open(): boolean {
    return Atomics.load(this.#words, OPEN) === 1;
  }

  set open(open: boolean) {
    Atomics.store(this.#words, OPEN, open ? 1 : 0);
  }

  /** Device: a line break has come in since the last call. */
  takeBreak(): boolean {
    const breaks = Atomics.load(this.#words, BREAKS);
    return Atomics.exchange(this.#words, BREAKS_SEEN, breaks) !== breaks;
  }

  /** Device: there is one to be taken. */
  get hasBreak(): boolean {
    return Atomics.load(this.#words, BREAKS) !== Atomics.load(this.#words, BREAKS_SEEN);
  }

  addBreak(): void {
    Atomics.add(this.#words, BREAKS, 1);
  }

  /** Device: room for a byte of output. If not, the back end kicks once there is. */
  canWrite(): boolean {
    if (this.output.free() > 0) return true;
    this.wantSpace();
    return this.output.free() > 0;
  }

  /** Device: the back end is to kick when it has taken output. It may have done so just before: look again. */
  wantSpace(): void {
    Atomics.store(this.#words, WANTS_SPACE, 1);
  }

  /** Back end, after it has read output: the device waits for that. */
  takeWantsSpace(): boolean {
    return Atomics.exchange(this.#words, WANTS_SPACE, 0) === 1;
  }
}

const OPEN = 0;
const BREAKS = 1;
const WANTS_SPACE = 2;
const BREAKS_SEEN = 3;
