import type { Arena } from '../mem/arena.ts';

/** Resources with limits (asm-generic/resource.h). */
export const RLIMIT_DATA = 2;
export const RLIMIT_STACK = 3;
export const RLIMIT_NOFILE = 7;
export const RLIMIT_AS = 9;
export const RLIM_NLIMITS = 16;

/** Those that are about the program's memory and descriptors, which are not the host's. */
export const OWN_LIMITS: ReadonlySet<number> = new Set([RLIMIT_DATA, RLIMIT_STACK, RLIMIT_NOFILE, RLIMIT_AS]);

/** RLIM_INFINITY, or a number. */
export interface Limit {
  readonly soft: number;
  readonly hard: number;
}

/** Words of one: whether it is known, and the two as doubles. */
const WORDS = 3;

/** Limits of the process that are its own, in memory that threads share. */
export class Limits {
  readonly #words: Float64Array;

  constructor(arena: Arena) {
    const count = WORDS * RLIM_NLIMITS;
    this.#words = new Float64Array(arena.memory.buffer, arena.allocate(8 * count), count);
  }

  /** Undefined as long as nobody asked. */
  get(resource: number): Limit | undefined {
    const at = WORDS * resource;
    return this.#words[at] === 0 ? undefined : { soft: this.#words[at + 1]!, hard: this.#words[at + 2]! };
  }

  set(resource: number, { soft, hard }: Limit): void {
    this.#words.set([1, soft, hard], WORDS * resource);
  }
}
