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
  /** Of each page, the CPUs that keep code of it, a bit each. */
  readonly #owners: Uint8Array;
  readonly #pageFlags: Uint8Array;
  readonly #granules: Int32Array;
  readonly #lock: Lock;

  /** `granules`: address of a u64 for each page. */
  constructor(arena: Arena, pageFlags: Uint8Array, granules: number) {
    const { memory } = arena;
    this.#pageFlags = pageFlags;
    this.#granules = new Int32Array(memory.buffer, granules, pageFlags.length * 2);
    this.#owners = new Uint8Array(memory.buffer, arena.allocate(pageFlags.length), pageFlags.length);
    this.#lock = new Lock(memory, arena.allocate(8));
  }

  /** Nobody keeps any code, and no CPU runs. */
  forget(): void {
    this.#owners.fill(0);
    this.#granules.fill(0);
    for (let page = 0; page < this.#pageFlags.length; page++) this.#pageFlags[page]! &= ~PAGE_CODE;
  }

  /** The claims of one CPU; `all`: the requests to each, if there are others. */
  of(cpu: number, all: readonly CpuRequests[] = []): CpuClaims {
    const own = 1 << cpu;
    // Who waits for the lock, or for others to hear, must not be waited for.
    const alone = (act: () => void): void => {
      const requests = all[cpu];
      if (requests === undefined) this.#lock.with(act);
      else requests.whileAway(() => this.#lock.with(act));
    };
    const isOther = (owners: number, other: number): boolean => other !== cpu && (owners & (1 << other)) !== 0;
    return {
      claim: (hostPage) => {
        let before = 0;
        alone(() => {
          before = Atomics.or(this.#owners, hostPage, own);
          if (before !== 0) return;
          Atomics.or(this.#pageFlags, hostPage, PAGE_CODE);
          const tickets = all.map((requests, other) => (other === cpu ? 0 : requests.post('watchPage', hostPage)));
          for (const [other, requests] of all.entries()) if (other !== cpu) requests.waitFor(tickets[other]!);
        });
        return before === 0;
      },
      release: (hostPage) => {
        alone(() => {
          if (Atomics.and(this.#owners, hostPage, ~own & 0xff) !== own) return;
          Atomics.and(this.#pageFlags, hostPage, ~PAGE_CODE & 0xff);
          this.#granules.fill(0, hostPage * 2, hostPage * 2 + 2);
        });
      },
      written: (hostPage, first, last) => {
        const owners = Atomics.load(this.#owners, hostPage);
        for (const [other, requests] of all.entries()) {
          if (isOther(owners, other)) requests.post('codeWritten', hostPage, first, last);
        }
      },
    };
  }
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
