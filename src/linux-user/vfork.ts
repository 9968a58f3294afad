import { askInt } from './calls/ask.ts';
import type { Caller } from './calls/caller.ts';
import { PAGE, PROT_READ, PROT_WRITE } from './memory/pages.ts';

const O_CLOEXEC = 0o2000000;
const MAP_SHARED_ANONYMOUS_FIXED = 0x31;
/** Bytes of the stack, from the page that the stack pointer is in, that go back to the parent. */
const STACK_BYTES = 16 * PAGE;
/** A word that says whether the child left something, then the bytes of the stack. */
export const VFORK_BYTES = PAGE + STACK_BYTES;

/**
 * Between a parent and its child by vfork. The child has a copy of memory; what it does to the stack that both stand
 * on comes back when the parent goes on: that is how posix_spawn tells of an error. The parent waits at a pipe of which
 * only the child has the other end.
 */
export class Vfork {
  readonly #read: number;
  readonly #write: number;
  readonly #from: number;
  /** The stack as it was. */
  readonly #before: Uint8Array;

  private constructor(caller: Caller, read: number, write: number) {
    this.#read = read;
    this.#write = write;
    const { memory } = caller.process;
    const { stackPointer: pointer } = caller;
    this.#from = pointer - (pointer % PAGE);
    const length = memory.pages.reach(this.#from, STACK_BYTES, PROT_READ | PROT_WRITE);
    this.#before = memory.bytes.slice(this.#from, this.#from + length);
  }

  /** Before the process is copied; a negative errno. */
  static prepare(caller: Caller): Vfork | number {
    const { host, scratch } = caller;
    const ends = scratch.allocate(8);
    host.at(0, ends);
    host.int(1, O_CLOEXEC);
    const failure = host.call(host.numbers.pipe2);
    if (failure < 0) return failure;
    const vfork = new Vfork(caller, scratch.view.getInt32(ends, true), scratch.view.getInt32(ends + 4, true));
    host.at(0, caller.shared.vforkArea);
    host.int(1, VFORK_BYTES);
    host.int(2, PROT_READ | PROT_WRITE);
    host.int(3, MAP_SHARED_ANONYMOUS_FIXED);
    host.int(4, -1);
    host.int(5, 0);
    host.call(host.numbers.mmap);
    return vfork;
  }

  /** In the child. */
  begin(caller: Caller): void {
    askInt(caller, 'close', this.#read);
    caller.process.vfork = this;
  }

  /** In the child: the parent goes on. */
  release(caller: Caller): void {
    const { process, scratch } = caller;
    const { memory } = process;
    const { vforkArea } = caller.shared;
    const { length } = this.#before;
    if (memory.pages.permits(this.#from, length, PROT_READ)) {
      scratch.bytes.set(memory.bytes.subarray(this.#from, this.#from + length), vforkArea + PAGE);
      scratch.bytes[vforkArea] = 1;
    }
    this.abandon(caller);
  }

  /** In a child of the child, or when all is said. */
  abandon(caller: Caller): void {
    caller.process.vfork = undefined;
    askInt(caller, 'close', this.#write);
  }

  /** In the parent, at once: only the child has the other end of the pipe, if there is one. */
  hasChild(caller: Caller): void {
    askInt(caller, 'close', this.#write);
  }

  /** In the parent: waits for the child. */
  finish(caller: Caller): void {
    const { host, scratch, process } = caller;
    const { vforkArea } = caller.shared;
    const byte = scratch.allocate(1);
    do {
      host.int(0, this.#read);
      host.at(1, byte);
      host.int(2, 1);
      // Signals wait until this is over, as with vfork.
    } while (host.call(host.numbers.read) < 0);
    askInt(caller, 'close', this.#read);
    if (scratch.bytes[vforkArea] === 0) return;
    const after = vforkArea + PAGE;
    const { bytes } = process.memory;
    this.#before.forEach((before, at) => {
      const byte = scratch.bytes[after + at]!;
      if (byte !== before) bytes[this.#from + at] = byte;
    });
  }
}
