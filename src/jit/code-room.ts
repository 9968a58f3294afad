import type { Arena } from '../mem/arena.ts';

/** Memory for the records of code pages: stretches of one size, which are taken one at a time. */
export interface CodeRoom {
  /** Where the first stretch may lie: others are a multiple of `stretchBytes` from it. */
  readonly base: number;
  readonly stretchBytes: number;
  /** Address of another stretch, zeroed; -1 if there is none. */
  take(): number;
}

/** All the room that there is for one CPU, in one stretch. */
export function ownRoom(arena: Arena, bytes: number): CodeRoom {
  const base = arena.allocate(bytes);
  let isTaken = false;
  return {
    base,
    stretchBytes: bytes,
    take() {
      if (isTaken) return -1;
      isTaken = true;
      return base;
    },
  };
}

/**
 * Room that CPUs share, in memory that they share: each takes as much as its code needs, and keeps it. Who has
 * which stretch is a byte of shared memory, so that what a CPU had can be given back by another one.
 */
export class SharedCodeRoom {
  readonly #base: number;
  readonly #stretchBytes: number;
  readonly #bytes: Uint8Array;
  /** Of each stretch: who has it, + 1; 0: nobody. */
  readonly #owners: Uint16Array;

  constructor(arena: Arena, stretchBytes: number, stretches: number) {
    const { buffer } = arena.memory;
    this.#stretchBytes = stretchBytes;
    this.#base = arena.allocate(stretchBytes * stretches, 4096);
    this.#bytes = new Uint8Array(buffer, this.#base, stretchBytes * stretches);
    this.#owners = new Uint16Array(buffer, arena.allocate(2 * stretches), stretches);
  }

  /** Where all of it lies. */
  get range(): { readonly start: number; readonly length: number } {
    return { start: this.#base, length: this.#bytes.length };
  }

  /** What CPU `cpu` takes from; beyond its first stretch, `spare()` are left to others. */
  of(cpu: number, spare: () => number): CodeRoom {
    const owners = this.#owners;
    return {
      base: this.#base,
      stretchBytes: this.#stretchBytes,
      take: () => {
        const isFirst = !owners.includes(cpu + 1);
        if (!isFirst && this.free <= spare()) return -1;
        for (let stretch = 0; stretch < owners.length; stretch++) {
          if (Atomics.compareExchange(owners, stretch, 0, cpu + 1) === 0)
            return this.#base + stretch * this.#stretchBytes;
        }
        return -1;
      },
    };
  }

  /** Stretches that nobody has. */
  get free(): number {
    let free = 0;
    const owners = this.#owners;
    for (let stretch = 0; stretch < owners.length; stretch++) if (owners[stretch] === 0) free++;
    return free;
  }

  /** Takes all from those that run no more, but for one CPU. */
  keepOnly(cpu: number): void {
    const bytes = this.#stretchBytes;
    for (const [stretch, owner] of this.#owners.entries()) {
      if (owner === 0 || owner === cpu + 1) continue;
      this.#bytes.fill(0, stretch * bytes, (stretch + 1) * bytes);
      this.#owners[stretch] = 0;
    }
  }
}
