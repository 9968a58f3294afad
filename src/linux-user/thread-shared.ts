import { JitCounters } from '../jit/counters.ts';
import type { Arena } from '../mem/arena.ts';
import { SCRATCH_BYTES } from './scratch.ts';

/** Bytes for what only the thread itself makes, records of code and TLBs, and pages of code that fit. */
const FIRST = { bytes: 72 << 20, codePages: 1280 };
const OTHER = { bytes: 24 << 20, codePages: 384 };

/** What of a thread lies in shared memory, whether there is one now or not. */
export class ThreadShared {
  /** Where the CPU's state lies. */
  readonly state: number;
  readonly counters: JitCounters;
  /** Where its Scratch lies. */
  readonly scratch: number;
  readonly own: Arena;
  readonly codePages: number;

  constructor(arena: Arena, stateSize: number, index: number) {
    const { bytes, codePages } = index === 0 ? FIRST : OTHER;
    this.state = arena.allocate(stateSize, 4096);
    this.counters = new JitCounters(arena);
    this.scratch = arena.allocate(SCRATCH_BYTES);
    this.own = arena.part(bytes);
    this.codePages = codePages;
  }
}
