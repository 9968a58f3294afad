import { EBADF, EMFILE } from './errno.ts';
import type { Arena } from '../mem/arena.ts';
import { Lock } from '../mem/lock.ts';

/** Most descriptors that a process may have: what RLIMIT_NOFILE says. */
export const MOST_DESCRIPTORS = 65_536;
const CLOSES = 0x4000_0000;

/**
 * The descriptors of a process: its own numbers for the host's, which it shares with the emulator. All of the
 * host's are closed on execve there; what the guest wants of its own is noted here. In memory that threads share.
 */
export class Descriptors {
  /** Per descriptor: the host's + 1, with CLOSES; 0: free. */
  readonly #table: Int32Array;
  readonly #lock: Lock;

  constructor(arena: Arena) {
    this.#table = new Int32Array(arena.memory.buffer, arena.allocate(4 * MOST_DESCRIPTORS), MOST_DESCRIPTORS);
    this.#lock = new Lock(arena.memory, arena.allocate(8));
  }

  /** The host's descriptor; -1 if it is not open. */
  hostOf(fd: number): number {
    if (fd >>> 0 >= MOST_DESCRIPTORS) return -1;
    return (Atomics.load(this.#table, fd) & ~CLOSES) - 1;
  }

  /** The lowest free number from `least` on, or -EMFILE. The caller closes the host's if there is none. */
  add(host: number, closes: boolean, least = 0, most = MOST_DESCRIPTORS): number {
    return this.#lock.with(() => {
      for (let fd = least; fd < most; fd++) {
        if (this.#table[fd] !== 0) continue;
        this.#table[fd] = (host + 1) | (closes ? CLOSES : 0);
        return fd;
      }
      return -EMFILE;
    });
  }

  /** Puts a host's descriptor in a place; gives the one that was there, or -1. */
  replace(fd: number, host: number, closes: boolean): number {
    const before = Atomics.exchange(this.#table, fd, (host + 1) | (closes ? CLOSES : 0));
    return (before & ~CLOSES) - 1;
  }

  /** Frees a number; gives the host's descriptor, or -EBADF. */
  remove(fd: number): number {
    if (fd >>> 0 >= MOST_DESCRIPTORS) return -EBADF;
    const before = Atomics.exchange(this.#table, fd, 0);
    return before === 0 ? -EBADF : (before & ~CLOSES) - 1;
  }

  closesOnExec(fd: number): boolean {
    return (this.#table[fd]! & CLOSES) !== 0;
  }

  setClosesOnExec(fd: number, closes: boolean): void {
    if (closes) Atomics.or(this.#table, fd, CLOSES);
    else Atomics.and(this.#table, fd, ~CLOSES);
  }

  /** The number under which a host's descriptor is open, or -1. */
  guestOf(host: number): number {
    return this.#table.findIndex((entry) => entry !== 0 && (entry & ~CLOSES) - 1 === host);
  }

  /** All that are open: numbers of the guest, ascending. */
  *open(): Generator<number> {
    for (let fd = 0; fd < MOST_DESCRIPTORS; fd++) if (this.#table[fd] !== 0) yield fd;
  }
}
