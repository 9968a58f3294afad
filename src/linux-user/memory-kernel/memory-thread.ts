import { ENOSYS } from '../errno.ts';
import { LINUX_CALLS, type LinuxCall } from '../../host/linux-calls.ts';
import { type CallNumbers, INTERRUPTED_BEFORE, type NativeThread, SCRATCH_BYTES } from '../../host/native.ts';

/** Where the shared memory and the scratch bytes lie, as upper halves of addresses. */
const MEMORY = 1;
const SCRATCH = 2;
const ATTENTION = 2 * 8;

/** Arguments of a call, as the kernel in memory gets them. */
export interface KernelArguments {
  int(index: number): number;
  /** Exact below 2^53. */
  long(index: number): number;
  /** Bytes at an address; undefined where there are none. */
  bytes(index: number, length: number): Uint8Array | undefined;
  /** A path, one character a byte; undefined where there is none. */
  path(index: number): string | undefined;
  /** Bytes at an address that is itself in memory. */
  bytesAt(low: number, high: number, length: number): Uint8Array | undefined;
}

/** Does a call: its result, or a negative errno. */
export type KernelCall = (args: KernelArguments) => number;

/** Calls of a "host" that is no operating system but a table: the kernel in memory. One thread. */
export class MemoryThread implements NativeThread, KernelArguments {
  readonly share: NativeThread['share'];
  // The generic layouts of structures are aarch64's.
  readonly processor = 'aarch64';
  readonly numbers: CallNumbers;
  readonly words: Int32Array;
  readonly attentionIndex = ATTENTION;
  readonly memoryLow = 0;
  readonly memoryHigh = MEMORY;
  readonly scratch: DataView;
  readonly #memory: Uint8Array;
  readonly #calls: readonly (KernelCall | undefined)[];
  #high = 0;
  /** For tests: a call reaches bytes of the shared memory. */
  onAccess: ((at: number, length: number) => void) | undefined;

  constructor(memory: WebAssembly.Memory, calls: Readonly<Partial<Record<LinuxCall, KernelCall>>>) {
    this.share = { memory, windows: new SharedArrayBuffer(8) };
    this.words = new Int32Array(new SharedArrayBuffer(4 * (ATTENTION + 1)));
    this.scratch = new DataView(new ArrayBuffer(SCRATCH_BYTES));
    this.#memory = new Uint8Array(memory.buffer);
    const names = Object.keys(LINUX_CALLS) as LinuxCall[];
    this.numbers = Object.fromEntries(names.map((name, index) => [name, index])) as Record<LinuxCall, number>;
    this.#calls = names.map((name) => calls[name]);
  }

  int(index: number, value: number): void;
  int(index: number): number;
  int(index: number, value?: number): number | void {
    if (value === undefined) return this.words[2 * index]!;
    this.words[2 * index] = value;
    this.words[2 * index + 1] = value >> 31;
  }
  word(index: number, low: number, high: number): void {
    this.words[2 * index] = low;
    this.words[2 * index + 1] = high;
  }
  at(index: number, offset: number): void {
    this.word(index, offset, MEMORY);
  }
  scratchAt(index: number, offset: number): void {
    this.word(index, offset, SCRATCH);
  }

  long(index: number): number {
    return this.words[2 * index + 1]! * 2 ** 32 + (this.words[2 * index]! >>> 0);
  }
  bytes(index: number, length: number): Uint8Array | undefined {
    return this.bytesAt(this.words[2 * index]!, this.words[2 * index + 1]!, length);
  }
  bytesAt(low: number, high: number, length: number): Uint8Array | undefined {
    const at = low >>> 0;
    if (high === MEMORY) this.onAccess?.(at, length);
    if (high === SCRATCH && at + length <= SCRATCH_BYTES) return new Uint8Array(this.scratch.buffer, at, length);
    return high === MEMORY && at + length <= this.#memory.length ? this.#memory.subarray(at, at + length) : undefined;
  }
  path(index: number): string | undefined {
    const LONGEST = 4096;
    const at = this.words[2 * index]! >>> 0;
    const room = this.bytes(index, 0);
    if (room === undefined) return undefined;
    const bytes = this.words[2 * index + 1] === SCRATCH ? new Uint8Array(this.scratch.buffer) : this.#memory;
    const end = bytes.subarray(at, at + LONGEST).indexOf(0);
    return end < 0 ? undefined : String.fromCharCode(...bytes.subarray(at, at + end));
  }

  call(number: number): number {
    const result = this.#calls[number]?.(this) ?? -ENOSYS;
    this.#high = Math.floor(result / 2 ** 32);
    return result | 0;
  }
  blocking(number: number): number {
    if (Atomics.load(this.words, ATTENTION) === 0) return this.call(number);
    this.#high = -1;
    return INTERRUPTED_BEFORE;
  }
  high(): number {
    return this.#high;
  }
}
