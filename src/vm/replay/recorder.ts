import type { Completion } from '../../host/request-ring.ts';
import type { InstructionClock } from '../instruction-clock.ts';
import type { PortArrival, TimedIo } from '../timed-io.ts';
import type { Happening } from './event.ts';
import type { Journal } from './journal.ts';
import type { Tape } from './tape.ts';

/** Lets in what comes from the world, and writes it down. */
export class Recorder implements Journal {
  readonly instructionsLeft = Infinity;
  readonly nextTime = Infinity;
  readonly #timed: TimedIo;
  readonly #clock: InstructionClock;
  readonly #tape: Tape;

  constructor(timed: TimedIo, clock: InstructionClock, tape: Tape) {
    this.#timed = timed;
    this.#clock = clock;
    this.#tape = tape;
  }

  /** Something happens now. */
  note(happening: Happening): void {
    this.#tape.write({ count: this.#clock.retired, ahead: this.#clock.skipped, ...happening });
  }

  get hasArrival(): boolean {
    return this.#timed.hasArrival;
  }

  takeArrival(): PortArrival | undefined {
    const next = this.#timed.takeArrival();
    if (next !== undefined) this.note({ port: next.port, ...next.arrival });
    return next;
  }

  done(disk: number, { id, error }: Completion): number {
    this.note({ kind: 'done', disk, id, error });
    return error;
  }
}
