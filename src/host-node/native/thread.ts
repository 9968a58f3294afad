import { getRawPointer } from 'node:ffi';
import { type CallNumbers, type NativeShare, type NativeThread, SCRATCH_BYTES } from '../../host/native.ts';
import { FORK_BLOCK_AT, FORK_BLOCK_BYTES } from './fork-block.ts';
import { type NativeLibrary, nativeLibrary } from './library.ts';
import { WINDOW, WINDOW_BYTES } from './window.ts';

const HIGH = 2 ** 32;

/** An address has fewer than 53 bits. */
export const addressOf = (buffer: ArrayBufferLike): number => Number(getRawPointer(new Uint8Array(buffer)));

/** Host calls of the calling thread, through the window in slot `slot`. */
export class NodeNativeThread implements NativeThread {
  readonly share: NativeShare;
  readonly library: NativeLibrary;
  readonly processor: NativeThread['processor'];
  readonly numbers: CallNumbers;
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly attentionIndex = WINDOW.ATTENTION / 4;
  readonly memoryLow: number;
  readonly memoryHigh: number;
  readonly scratch: DataView<SharedArrayBuffer>;
  /** The window's address. */
  readonly window: number;
  readonly #call: (window: number) => number;
  readonly #blocking: (window: number) => number;

  constructor(share: NativeShare, slot: number, library: NativeLibrary) {
    this.share = share;
    this.library = library;
    this.processor = library.processor;
    this.numbers = library.numbers;
    this.#call = library.call;
    this.#blocking = library.blocking;
    const at = slot * WINDOW_BYTES;
    this.words = new Int32Array(share.windows, at, WINDOW_BYTES / 4);
    this.scratch = new DataView(share.windows, at + WINDOW.SCRATCH, SCRATCH_BYTES);
    this.window = addressOf(share.windows) + at;
    const memory = addressOf(share.memory.buffer);
    this.memoryLow = memory % HIGH;
    this.memoryHigh = Math.floor(memory / HIGH);
  }

  int(index: number, value: number): void {
    const { words } = this;
    words[2 + 2 * index] = value;
    words[3 + 2 * index] = value >> 31;
  }

  word(index: number, low: number, high: number): void {
    const { words } = this;
    words[2 + 2 * index] = low;
    words[3 + 2 * index] = high;
  }

  at(index: number, offset: number): void {
    const { words } = this;
    const low = this.memoryLow + offset;
    words[2 + 2 * index] = low;
    words[3 + 2 * index] = low < HIGH ? this.memoryHigh : this.memoryHigh + 1;
  }

  scratchAt(index: number, offset: number): void {
    const address = this.window + WINDOW.SCRATCH + offset;
    this.word(index, address, Math.floor(address / HIGH));
  }

  call(number: number): number {
    this.words[0] = number;
    return this.#call(this.window);
  }

  blocking(number: number): number {
    this.words[0] = number;
    return this.#blocking(this.window);
  }

  high(): number {
    return this.words[WINDOW.RESULT / 4 + 1]!;
  }
}

/** Host calls of a program's first thread. `memory` is what `at` points into; it must be shared. */
export function firstNativeThread(memory: WebAssembly.Memory): NodeNativeThread {
  const share = { memory, windows: new SharedArrayBuffer(FORK_BLOCK_AT + FORK_BLOCK_BYTES) };
  return new NodeNativeThread(share, 0, nativeLibrary(true));
}

/** Host calls of a further thread, with a slot of its own. */
export const furtherNativeThread = (share: NativeShare, slot: number): NodeNativeThread =>
  new NodeNativeThread(share, slot, nativeLibrary(false));
