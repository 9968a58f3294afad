/**
 * Timers of the machine's virtual time. Deadlines live in shared memory, so any thread sees when
 * the next one is due. A timer belongs to a CPU, whose thread alone arms it and runs its callback, or to
 * the devices: those run under the machine lock, on the thread of the first CPU.
 */

import { BugError } from '../base/errors.ts';
import type { Arena } from '../mem/arena.ts';
import type { SavedNumber } from '../mem/section.ts';
import { log2Bucket } from '../stats/histogram.ts';
import { DEVICES, type DeadlinesPlace } from './deadlines.ts';

export interface Timer {
  readonly name: string;
  /** Due once, at `deadline` nanoseconds of virtual time; replaces an earlier deadline. */
  arm(deadline: number): void;
  disarm(): void;
  /** The deadline; Infinity if not armed. */
  readonly deadline: number;
}

/** A timer's deadline as part of a saved state. One that makes no sense is none. */
export function savedDeadline(timer: Timer): SavedNumber {
  return {
    name: `deadline of ${timer.name.slice(timer.name.lastIndexOf('.') + 1)}`,
    get: () => timer.deadline,
    set(deadline) {
      if (deadline >= 0 && deadline < Infinity) timer.arm(deadline);
      else timer.disarm();
    },
  };
}

const CAPACITY = 256;
/** For `run`: the thread runs all CPUs. */
export const EVERY_CPU = -2;
/** Buckets of how late callbacks are, in nanoseconds. */
const LATENESS_BUCKETS = 32;

export class Timers {
  /** Called after a deadline changed, with its owner, so that whoever waits for the next one looks again. */
  onChange: ((owner: number) => void) | undefined;

  readonly #address: number;
  readonly #deadlines: Float64Array;
  /** Of each timer: how often it was armed and expired, and how late it was then. */
  readonly #counts: Float64Array;
  readonly #callbacks: (() => void)[] = [];
  readonly #names: string[] = [];
  readonly #owners: number[] = [];

  /** Takes room from the arena; only the first thread to make the machine calls `reset`. */
  constructor(arena: Arena) {
    this.#address = arena.allocate(CAPACITY * 8);
    this.#deadlines = new Float64Array(arena.memory.buffer, this.#address, CAPACITY);
    const counts = CAPACITY * COUNTS;
    this.#counts = new Float64Array(arena.memory.buffer, arena.allocate(8 * counts), counts);
  }

  /** Disarms all: memory starts as zeroes, which would be deadlines. */
  reset(): void {
    this.#deadlines.fill(Infinity);
  }

  /** Adds a timer: in the same order on every thread. */
  create(name: string, callback: () => void, owner = DEVICES): Timer {
    const index = this.#callbacks.length;
    if (index === CAPACITY) throw new BugError('too many timers');
    this.#callbacks.push(callback);
    this.#names.push(name);
    this.#owners.push(owner);
    const deadlines = this.#deadlines;
    const counts = this.#counts;
    const changed = (): void => this.onChange?.(owner);
    return {
      name,
      arm(deadline) {
        if (deadlines[index] === deadline) return;
        deadlines[index] = deadline;
        counts[index * COUNTS + ARMED]!++;
        changed();
      },
      disarm() {
        if (deadlines[index] === Infinity) return;
        deadlines[index] = Infinity;
        changed();
      },
      get deadline() {
        return deadlines[index]!;
      },
    };
  }

  /** For a thread that has no timers but wants to know when one is due. All timers have been created. */
  get place(): DeadlinesPlace {
    return { address: this.#address, owners: this.#owners };
  }

  /** The earliest deadline; Infinity if no timer is armed. */
  next(): number {
    let next = Infinity;
    for (let i = 0; i < this.#callbacks.length; i++) if (this.#deadlines[i]! < next) next = this.#deadlines[i]!;
    return next;
  }

  /** The earliest of what the thread of a CPU runs. */
  nextOf(cpu: number): number {
    let next = Infinity;
    for (let i = 0; i < this.#callbacks.length; i++) {
      if (this.#deadlines[i]! < next && this.#isRunBy(cpu, i)) next = this.#deadlines[i]!;
    }
    return next;
  }

  #isRunBy(cpu: number, timer: number): boolean {
    return cpu === EVERY_CPU || this.#owners[timer] === cpu || (cpu === 0 && this.#owners[timer] === DEVICES);
  }

  /** On the thread of a CPU, or of all: runs, earliest first, the callbacks of their timers due at `now`. */
  run(now: number, cpu = 0): void {
    // A callback that re-arms itself in the past waits for the next call, so this ends.
    for (let left = this.#callbacks.length; left > 0; left--) {
      let due = -1;
      for (let i = 0; i < this.#callbacks.length; i++) {
        if (this.#deadlines[i]! <= now && (due < 0 || this.#deadlines[i]! < this.#deadlines[due]!)) {
          if (this.#isRunBy(cpu, i)) due = i;
        }
      }
      if (due < 0) return;
      const counts = due * COUNTS;
      this.#counts[counts + EXPIRED]!++;
      this.#counts[counts + LATENESS + log2Bucket(Math.floor(now - this.#deadlines[due]!), LATENESS_BUCKETS)]!++;
      this.#deadlines[due] = Infinity;
      this.#callbacks[due]!();
    }
  }

  /** What was counted since the machine was made. */
  get counts(): { readonly armed: number; readonly expired: number; readonly lateness: readonly number[] } {
    const sums = Array.from({ length: COUNTS }, () => 0);
    for (let i = 0; i < this.#callbacks.length * COUNTS; i++) sums[i % COUNTS]! += this.#counts[i]!;
    return { armed: sums[ARMED]!, expired: sums[EXPIRED]!, lateness: sums.slice(LATENESS) };
  }

  /** How many wait for their time. */
  get waiting(): number {
    let waiting = 0;
    for (let i = 0; i < this.#callbacks.length; i++) if (this.#deadlines[i]! < Infinity) waiting++;
    return waiting;
  }

  /** Name and deadline of each timer, for `info` commands and statistics. */
  list(): { name: string; deadline: number }[] {
    return this.#names.map((name, i) => ({ name, deadline: this.#deadlines[i]! }));
  }
}

const ARMED = 0;
const EXPIRED = 1;
const LATENESS = 2;
const COUNTS = LATENESS + LATENESS_BUCKETS;
