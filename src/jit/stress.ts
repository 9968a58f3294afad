import type { SoftTlb } from '../mem/tlb.ts';
import type { CodePages } from './code-pages.ts';
import type { LiveCode } from './live-code.ts';
import { NEVER, type Policy } from './policy.ts';

/**
 * What tests do to a translator that would otherwise be rare: none of it may change what the guest sees.
 * `-accel tcg,x-stress=NAME+NAME`.
 */
export const STRESSES = {
  thresholds: 'code is translated after random numbers of entries',
  eviction: 'all translated code is given up after every few regions',
  flushes: 'the TLBs are emptied again and again',
  writes: 'code is written again and again, with what is there',
} as const satisfies Readonly<Record<string, string>>;

export type StressName = keyof typeof STRESSES;

export function isStress(name: string): name is StressName {
  return Object.hasOwn(STRESSES, name);
}

export interface Stress {
  readonly names: readonly StressName[];
  readonly seed: number;
  /** Regions after which all code is given up. */
  readonly regions?: number;
}

/** In the exit word: the storm wants to strike. */
const EXIT_STORM = 1 << 30;
/** Calls of JavaScript between two strikes, at most, and instructions. */
const CALLS = 60;
const INSTRUCTIONS = 200_000;
const REGIONS = 50;

/** The parts of an engine that a storm strikes. */
export interface Exposed {
  readonly live: LiveCode;
  readonly codePages: CodePages;
  readonly tlb: SoftTlb;
  /** The exit word, and its index. */
  readonly words: Int32Array;
  readonly exit: number;
}

/** Carries out a stress: strikes between stretches of a run, which it cuts short at random. */
export class Storm {
  readonly #names: ReadonlySet<StressName>;
  readonly #regions: number;
  #random: number;
  #calls = 1;

  constructor({ names, seed, regions = REGIONS }: Stress) {
    this.#names = new Set(names);
    this.#regions = regions;
    this.#random = Math.imul(seed, 0x9e37_79b1) | 1;
  }

  /** A policy with other thresholds, if they are to be random. */
  policy(policy: Policy): Policy {
    if (!this.#names.has('thresholds')) return policy;
    return {
      ...policy,
      period: 2 ** this.#below(7),
      batch: 1 + this.#below(20),
      urgent: 2 ** this.#below(10),
      promotion: policy.promotion === NEVER ? NEVER : 1 + this.#below(300),
      regions: 1 + this.#below(5),
    };
  }

  /** The same functions; every now and then one asks for a strike. */
  watch<T extends Readonly<Record<string, (...operands: number[]) => number>>>(functions: T, at: Exposed): T {
    return Object.fromEntries(
      Object.entries(functions).map(([name, call]) => [
        name,
        (...operands: number[]): number => {
          const result = call(...operands);
          if (--this.#calls <= 0) Atomics.or(at.words, at.exit, EXIT_STORM);
          return result;
        },
      ]),
    ) as unknown as T;
  }

  /** Runs in stretches, with a strike after each. */
  run(instructions: number, at: Exposed, stretch: (instructions: number) => number): number {
    let left = instructions;
    for (;;) {
      const most = Math.min(left, 10_000 + this.#below(INSTRUCTIONS));
      const retired = stretch(most);
      left -= retired;
      const exits = Atomics.and(at.words, at.exit, ~EXIT_STORM);
      this.#strike(at);
      // Nothing retired and nobody asked to stop: exceptions without end.
      if (left <= 0 || (exits & ~EXIT_STORM) !== 0 || (retired === 0 && exits === 0)) return instructions - left;
    }
  }

  #strike({ live, codePages, tlb }: Exposed): void {
    this.#calls = 1 + this.#below(CALLS);
    if (this.#names.has('eviction') && live.regions >= this.#regions) live.clear();
    if (this.#names.has('flushes')) {
      if (this.#below(2) === 0) tlb.dropCode();
      else tlb.flushAll();
    }
    if (this.#names.has('writes') && codePages.size > 0) {
      for (let i = this.#below(4); i > 0; i--) {
        const page = codePages.page(this.#below(codePages.size));
        const from = this.#below(4096);
        if (page !== undefined)
          codePages.written(page.hostPage * 4096 + from, 1 + this.#below(Math.min(256, 4096 - from)));
      }
    }
  }

  #below(end: number): number {
    // The last bits of a linear congruence repeat: the first are taken.
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) | 0;
    return Math.floor(((this.#random >>> 0) / 2 ** 32) * end);
  }
}
