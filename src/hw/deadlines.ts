/** Owner of the timers of devices. */
export const DEVICES = -1;

/** Where the deadlines of a machine's timers lie, and whose each is. */
export interface DeadlinesPlace {
  readonly address: number;
  /** Of each timer: the CPU that it belongs to, or DEVICES. */
  readonly owners: readonly number[];
}

/** Deadlines of timers in shared memory, as any thread sees them: nanoseconds of virtual time, Infinity: not armed. */
export class Deadlines {
  readonly #deadlines: Float64Array;
  readonly #owners: readonly number[];

  constructor(buffer: ArrayBufferLike, { address, owners }: DeadlinesPlace) {
    this.#deadlines = new Float64Array(buffer, address, owners.length);
    this.#owners = owners;
  }

  /** The earliest deadline after `after`; Infinity if no timer is armed. */
  next(after = -Infinity): number {
    let next = Infinity;
    for (const deadline of this.#deadlines) if (deadline < next && deadline > after) next = deadline;
    return next;
  }

  /** Calls `each` with the CPU whose thread has a timer to run that is due at `now`. */
  due(now: number, each: (cpu: number) => void): void {
    for (const [i, owner] of this.#owners.entries()) if (this.#deadlines[i]! <= now) each(Math.max(0, owner));
  }
}
