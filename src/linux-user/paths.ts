import type { Caller } from './calls/caller.ts';
import { ownPath } from './proc/own-path.ts';
import { bytesOf } from './scratch.ts';

const SLASH = 0x2f;
const LETTER_D = 0x64;
const LETTER_P = 0x70;
const LETTER_X = 0x78;
const AT_FDCWD = -100;

/**
 * Paths of the guest that mean others of the host: those of files that are below the prefix (-L), and those of
 * /proc and /dev that name the process itself or its descriptors.
 */
export class Paths {
  readonly prefix: string | undefined;
  readonly #prefix: Uint8Array;

  constructor(prefix: string | undefined) {
    this.prefix = prefix === '' || prefix === '/' ? undefined : prefix;
    this.#prefix = bytesOf(this.prefix ?? '');
  }

  /**
   * Where in the shared memory the path is that the host gets for the one at `address`. `directory`: the guest's
   * descriptor that it is relative to, or AT_FDCWD. `isLookup`: the prefix counts; `follows`: what a link at the
   * end of it points to is meant.
   */
  resolve(caller: Caller, address: number, length: number, { directory, isLookup, follows }: PathUse): number {
    const { bytes, base } = caller.process.memory;
    if (bytes[address] !== SLASH) {
      if (mayBeOwn(bytes, address, length, caller, directory)) {
        const other = ownPath(caller, directory, caller.scratch.text(base + address, length), follows);
        if (other !== undefined) return caller.scratch.string(other);
      }
      return base + address;
    }
    const second = bytes[address + 1];
    // /proc/…, /dev/…
    if (second === LETTER_P || second === LETTER_D) {
      const other = ownPath(caller, directory, caller.scratch.text(base + address, length), follows);
      if (other !== undefined) return caller.scratch.string(other);
    }
    return isLookup && this.prefix !== undefined ? this.#below(caller, base + address, length) : base + address;
  }

  /** The path below the prefix if there is such a file, else the path. */
  #below(caller: Caller, path: number, length: number): number {
    const { scratch, host } = caller;
    const prefix = this.#prefix;
    const at = scratch.allocate(prefix.length + length + 1);
    scratch.bytes.set(prefix, at);
    scratch.bytes.copyWithin(at + prefix.length, path, path + length + 1);
    host.int(0, AT_FDCWD);
    host.at(1, at);
    host.int(2, 0);
    return host.call(host.numbers.faccessat) === 0 ? at : path;
  }

  /** The same for a path as text, one character a byte. */
  find(caller: Caller, path: string): string {
    if (this.prefix === undefined || !path.startsWith('/')) return path;
    const { scratch, host } = caller;
    const other = this.prefix + path;
    host.int(0, AT_FDCWD);
    host.at(1, scratch.string(other));
    host.int(2, 0);
    return host.call(host.numbers.faccessat) === 0 ? other : path;
  }
}

export interface PathUse {
  readonly directory: number;
  readonly isLookup: boolean;
  readonly follows: boolean;
}

/** Whether a relative path may be a name of the process's own: `exe`, or the number of a descriptor. */
function mayBeOwn(bytes: Uint8Array, address: number, length: number, caller: Caller, directory: number): boolean {
  if (length === 0) return false;
  const last = bytes[address + length - 1]!;
  if (last >= 0x30 && last <= 0x39) return directory !== AT_FDCWD && caller.process.descriptors.listsOwn(directory);
  return (
    last === 0x65 && length >= 3 && bytes[address + length - 2] === LETTER_X && bytes[address + length - 3] === 0x65
  );
}
