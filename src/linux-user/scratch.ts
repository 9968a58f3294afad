import { BugError } from '../base/errors.ts';
import type { NativeThread } from '../host/native.ts';

/** Room for the arguments of one system call: the longest list of poll, or control data of a message, and some paths. */
export const SCRATCH_BYTES = 192 << 10;

/**
 * Memory of a thread for what it makes out of arguments of one system call: structures as the host lays them out,
 * vectors with the host's addresses, other paths. Offsets are those of the shared memory.
 */
export class Scratch {
  /** All of the shared memory. */
  readonly view: DataView;
  readonly bytes: Uint8Array;
  /** Where the host's form of an argument was put, by the argument's index. */
  readonly places = new Float64Array(6);
  readonly #from: number;
  #used = 0;

  constructor(memory: WebAssembly.Memory, from: number) {
    this.view = new DataView(memory.buffer);
    this.bytes = new Uint8Array(memory.buffer);
    this.#from = from;
  }

  /** Everything is free again: a call begins. */
  reset(): void {
    this.#used = 0;
  }

  /** Bytes at a multiple of 8, with whatever was left in them. Who asks has made sure that they fit. */
  allocate(size: number): number {
    const at = this.#used;
    this.#used = Math.ceil((at + size) / 8) * 8;
    if (this.#used > SCRATCH_BYTES) throw new BugError(`a system call wants ${size} bytes of scratch memory`);
    return this.#from + at;
  }

  zeroed(size: number): number {
    const at = this.allocate(size);
    this.bytes.fill(0, at, at + size);
    return at;
  }

  /** A path or a name, with its zero byte. */
  string(text: string): number {
    const bytes = bytesOf(text);
    const at = this.allocate(bytes.length + 1);
    this.bytes.set(bytes, at);
    this.bytes[at + bytes.length] = 0;
    return at;
  }

  /** Bytes as one character each; up to a zero byte if there is one. */
  text(at: number, length: number): string {
    let text = '';
    for (let i = at; i < at + length; i++) {
      const byte = this.bytes[i]!;
      if (byte === 0) break;
      text += String.fromCharCode(byte);
    }
    return text;
  }

  /** Writes the host's address of an offset of the shared memory. */
  setAddress(at: number, host: NativeThread, offset: number): void {
    const low = host.memoryLow + offset;
    this.view.setUint32(at, low, true);
    this.view.setUint32(at + 4, low < 2 ** 32 ? host.memoryHigh : host.memoryHigh + 1, true);
  }

  setU64(at: number, value: number): void {
    this.view.setUint32(at, value, true);
    this.view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
  }

  u64(at: number): number {
    return this.view.getUint32(at + 4, true) * 2 ** 32 + this.view.getUint32(at, true);
  }
}

/** The bytes of a path: texts of paths have one character for each. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
