/**
 * Timers of the machine's virtual time. Deadlines live in shared memory, so any thread sees when
 * the next one is due; callbacks run under the machine lock on the thread that calls `run`.
 */

import { BugError } from '../base/errors.ts';
import type { Arena } from '../mem/arena.ts';
import type { SavedNumber } from '../mem/section.ts';
import { log2Bucket } from '../stats/histogram.ts';

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
/** Buckets of how late callbacks are, in nanoseconds. */
const LATENESS_BUCKETS = 32;

export class Timers {
  /** Called after a deadline changed, so that whoever waits for the next one looks again. */
  onChange: (() => void) | undefined;

  readonly #deadlines: Float64Array;
  /** How often a timer was armed and expired, and how late it was then. */
  readonly #counts: Float64Array;
  readonly #lateness: Float64Array;
  readonly #callbacks: (() => void)[] = [];
  readonly #names: string[] = [];

  /** Takes room from the arena; only the first thread to make the machine calls `reset`. */
  constructor(arena: Arena) {
    const address = arena.allocate(CAPACITY * 8);
    this.#deadlines = new Float64Array(arena.memory.buffer, address, CAPACITY);
    const counts = arena.allocate(8 * (2 + LATENESS_BUCKETS));
    this.#counts = new Float64Array(arena.memory.buffer, counts, 2);
    this.#lateness = new Float64Array(arena.memory.buffer, counts + 16, LATENESS_BUCKETS);
  }

  /** Disarms all: memory starts as zeroes, which would be deadlines. */
  reset(): void {
    this.#deadlines.fill(Infinity);
  }

  /** Adds a timer: in the same order on every thread. */
  create(name: string, callback: () => void): Timer {
    const index = this.#callbacks.length;
    if (index === CAPACITY) throw new BugError('too many timers');
    this.#callbacks.push(callback);
    this.#names.push(name);
    const deadlines = this.#deadlines;
    const counts = this.#counts;
    const changed = (): void => this.onChange?.();
    return {
      name,
      arm(deadline) {
        if (deadlines[index] === deadline) return;
        deadlines[index] = deadline;
        counts[ARMED]!++;
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

  /** The earliest deadline; Infinity if no timer is armed. */
  next(): number {
    let next = Infinity;
    for (let i = 0; i < this.#callbacks.length; i++) next = Math.min(next, this.#deadlines[i]!);
    return next;
  }

  /** Runs, earliest first, the callbacks of timers due at `now`. */
  run(now: number): void {
    // A callback that re-arms itself in the past waits for the next call, so this ends.
    for (let left = this.#callbacks.length; left > 0; left--) {
      let due = -1;
      for (let i = 0; i < this.#callbacks.length; i++) {
        if (this.#deadlines[i]! <= now && (due < 0 || this.#deadlines[i]! < this.#deadlines[due]!)) {
          due = i;
        }
      }
      if (due < 0) return;
      this.#counts[EXPIRED]!++;
      this.#lateness[log2Bucket(Math.floor(now - this.#deadlines[due]!), LATENESS_BUCKETS)]!++;
      this.#deadlines[due] = Infinity;
      this.#callbacks[due]!();
    }
  }

  /** What was counted since the machine was made. */
  get counts(): { readonly armed: number; readonly expired: number; readonly lateness: readonly number[] } {
    return { armed: this.#counts[ARMED]!, expired: this.#counts[EXPIRED]!, lateness: [...this.#lateness] };
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
