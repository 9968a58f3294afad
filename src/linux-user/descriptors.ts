import { EBADF, EMFILE } from './errno.ts';
import type { Arena } from '../mem/arena.ts';
import { Lock } from '../mem/lock.ts';

/** Most descriptors that a process may have, whatever RLIMIT_NOFILE says. */
export const MOST_DESCRIPTORS = 65_536;

/** Flags of an entry: it is closed on execve; it is a directory of /proc with names of the process's own. */
const CLOSES = 0x4000_0000;
const OWN = 0x2000_0000;
const FLAGS = CLOSES | OWN;

/** Words besides the table: RLIMIT_NOFILE, a number below which none is free, and how many the host has for the program. */
const LIMIT = 0;
const LOWEST_FREE = 1;
const MOST = 2;

/**
 * The descriptors of a process: its own numbers for the host's, which it shares with the emulator. All of the
 * host's are closed on execve there; what the guest wants of its own is noted here. In memory that threads share.
 */
export class Descriptors {
  /** Per descriptor: the host's + 1, with flags; 0: free. */
  readonly #table: Int32Array;
  readonly #words: Int32Array;
  readonly #lock: Lock;

  constructor(arena: Arena) {
    const { buffer } = arena.memory;
    this.#table = new Int32Array(buffer, arena.allocate(4 * MOST_DESCRIPTORS), MOST_DESCRIPTORS);
    this.#words = new Int32Array(buffer, arena.allocate(12), 3);
    this.#words[MOST] ||= MOST_DESCRIPTORS;
    this.#lock = new Lock(arena.memory, arena.allocate(8));
  }

  /** The host has no more for the program. */
  set most(most: number) {
    this.#words[MOST] = Math.min(most, MOST_DESCRIPTORS);
  }

  /** Numbers that the guest may have: RLIMIT_NOFILE, as far as there is room. */
  get limit(): number {
    return this.#words[LIMIT] === 0 ? this.#words[MOST]! : this.#words[LIMIT]! - 1;
  }

  set limit(limit: number) {
    this.#words[LIMIT] = Math.min(limit, this.#words[MOST]!) + 1;
  }

  /** The host's descriptor; -1 if it is not open. */
  hostOf(fd: number): number {
    if (fd >>> 0 >= MOST_DESCRIPTORS) return -1;
    return (Atomics.load(this.#table, fd) & ~FLAGS) - 1;
  }

  /** The lowest free number from `least` on, or -EMFILE. The caller closes the host's if there is none. */
  add(host: number, closes: boolean, least = 0, most = MOST_DESCRIPTORS): number {
    const table = this.#table;
    const words = this.#words;
    return this.#lock.with(() => {
      const end = Math.min(most, this.limit);
      const hint = words[LOWEST_FREE]!;
      for (let fd = Math.max(least, hint); fd < end; fd++) {
        if (table[fd] !== 0) continue;
        Atomics.store(table, fd, entryOf(host, closes));
        if (least <= hint) words[LOWEST_FREE] = fd + 1;
        return fd;
      }
      return -EMFILE;
    });
  }

  /** Puts a host's descriptor in a place; gives the one that was there, or -1. */
  replace(fd: number, host: number, closes: boolean): number {
    const before = this.#lock.with(() => Atomics.exchange(this.#table, fd, entryOf(host, closes)));
    return (before & ~FLAGS) - 1;
  }

  /** Frees a number; gives the host's descriptor, or -EBADF. */
  remove(fd: number): number {
    if (fd >>> 0 >= MOST_DESCRIPTORS) return -EBADF;
    const before = this.#lock.with(() => {
      if (fd < this.#words[LOWEST_FREE]!) this.#words[LOWEST_FREE] = fd;
      return Atomics.exchange(this.#table, fd, 0);
    });
    return before === 0 ? -EBADF : (before & ~FLAGS) - 1;
  }

  closesOnExec(fd: number): boolean {
    return (this.#table[fd]! & CLOSES) !== 0;
  }

  setClosesOnExec(fd: number, closes: boolean): void {
    this.#setFlag(fd, CLOSES, closes);
  }

  /** Whether names below a directory may be of the process's own in /proc (proc/own-path.ts). */
  listsOwn(fd: number): boolean {
    return fd >>> 0 < MOST_DESCRIPTORS && (this.#table[fd]! & OWN) !== 0;
  }

  setListsOwn(fd: number): void {
    this.#setFlag(fd, OWN, true);
  }

  #setFlag(fd: number, flag: number, isSet: boolean): void {
    this.#lock.with(() => {
      const entry = this.#table[fd]!;
      if (entry !== 0) Atomics.store(this.#table, fd, isSet ? entry | flag : entry & ~flag);
    });
  }

  /** The number under which a host's descriptor is open, or -1. */
  guestOf(host: number): number {
    return this.#table.findIndex((entry) => entry !== 0 && (entry & ~FLAGS) - 1 === host);
  }

  /** All that are open: numbers of the guest, ascending, from `least` on. */
  *open(least = 0): Generator<number> {
    for (let fd = least; fd < MOST_DESCRIPTORS; fd++) if (this.#table[fd] !== 0) yield fd;
  }
}

const entryOf = (host: number, closes: boolean): number => (host + 1) | (closes ? CLOSES : 0);
