import type { Arena } from './arena.ts';
import type { CpuRequests } from './cpu-requests.ts';
import { Lock } from './lock.ts';

/** In the flag byte of a page. */
export const PAGE_CODE = 1;

/**
 * Which CPUs keep code of which pages of the shared memory. A page's flag PAGE_CODE is set while there is one.
 *
 * Who stores to a page with the flag looks whether the 64-byte granule that it changed holds code, of whatever
 * CPU: it stores, then reads the granules' mask by an atomic operation; who makes code marks the granule by an
 * atomic operation, then reads the code. Whichever comes second sees the other. Before the first code of a
 * page is made, every CPU must have heard of the flag: none has stored to the page without a look since.
 */
export class CodeClaims {
  /** Of each page, the CPUs that keep code of it, a bit each: `#bytes` bytes a page. */
  readonly #owners: Uint8Array;
  readonly #bytes: number;
  readonly #pageFlags: Uint8Array;
  readonly #granules: Int32Array;
  readonly #lock: Lock;

  /** `granules`: address of a u64 for each page; `cpus`: how many there may be. */
  constructor(arena: Arena, pageFlags: Uint8Array, granules: number, cpus = 8) {
    const { memory } = arena;
    this.#pageFlags = pageFlags;
    this.#granules = new Int32Array(memory.buffer, granules, pageFlags.length * 2);
    this.#bytes = Math.ceil(cpus / 8);
    const size = pageFlags.length * this.#bytes;
    this.#owners = new Uint8Array(memory.buffer, arena.allocate(size), size);
    this.#lock = new Lock(memory, arena.allocate(8));
  }

  /** Nobody keeps any code, and no CPU runs. */
  forget(): void {
    this.#owners.fill(0);
    this.#granules.fill(0);
    for (let page = 0; page < this.#pageFlags.length; page++) this.#pageFlags[page]! &= ~PAGE_CODE;
  }

  /** The claims of one CPU; `all`: the requests to each, if there are others. `peers`: which of them there are now. */
  of(cpu: number, all: readonly CpuRequests[] = [], peers: Peers = { count: all.length, runs: () => true }): CpuClaims {
    const own = 1 << (cpu & 7);
    const owners = this.#owners;
    const bytes = this.#bytes;
    const byteOf = (hostPage: number): number => hostPage * bytes + (cpu >> 3);
    const isOwned = (hostPage: number): boolean => {
      for (let at = hostPage * bytes; at < (hostPage + 1) * bytes; at++) if (owners[at] !== 0) return true;
      return false;
    };
    const tickets = new Int32Array(all.length);
    // Who waits for the lock, or for others to hear, must not be waited for.
    const alone = (act: () => void): void => {
      const requests = all[cpu];
      if (requests === undefined) this.#lock.with(act);
      else requests.whileAway(() => this.#lock.with(act));
    };
    return {
      claim: (hostPage) => {
        let isFirst = false;
        alone(() => {
          isFirst = !isOwned(hostPage);
          Atomics.or(owners, byteOf(hostPage), own);
          if (!isFirst) return;
          Atomics.or(this.#pageFlags, hostPage, PAGE_CODE);
          const { count } = peers;
          for (let other = 0; other < count; other++) {
            tickets[other] = -1;
            if (other !== cpu && peers.runs(other)) tickets[other] = all[other]!.post('watchPage', hostPage);
          }
          for (let other = 0; other < count; other++) if (tickets[other] !== -1) all[other]!.waitFor(tickets[other]!);
        });
        return isFirst;
      },
      release: (hostPage) => {
        alone(() => {
          Atomics.and(owners, byteOf(hostPage), ~own & 0xff);
          if (isOwned(hostPage)) return;
          Atomics.and(this.#pageFlags, hostPage, ~PAGE_CODE & 0xff);
          this.#granules.fill(0, hostPage * 2, hostPage * 2 + 2);
        });
      },
      written: (hostPage, first, last) => {
        const { count } = peers;
        for (let other = 0; other < count; other++) {
          if (other === cpu || (Atomics.load(owners, hostPage * bytes + (other >> 3)) & (1 << (other & 7))) === 0)
            continue;
          all[other]!.post('codeWritten', hostPage, first, last);
        }
      },
    };
  }
}

/** The CPUs that there may be at the moment. */
export interface Peers {
  /** All that have ever been started: those with lower numbers. */
  readonly count: number;
  /** Whether one may run now. Who may not forgets its TLBs before it runs again. */
  runs(cpu: number): boolean;
}

/** What a CPU tells of the code that it keeps. */
export interface CpuClaims {
  /** It is about to make code of a page; true if nobody had any. Waits until the others know. */
  claim(hostPage: number): boolean;
  /** It keeps no code of the page any more. */
  release(hostPage: number): void;
  /** Bytes `first` to `last` - 1 of a page, which held code, were written: the others drop theirs. */
  written(hostPage: number, first: number, last: number): void;
}
