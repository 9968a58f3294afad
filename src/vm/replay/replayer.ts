import type { Completion } from '../../host/request-ring.ts';
import type { Cause } from '../run-state.ts';
import type { InstructionClock } from '../instruction-clock.ts';
import type { PortArrival } from '../timed-io.ts';
import type { Event } from './event.ts';
import type { Journal } from './journal.ts';

/** What a recording does to a machine besides letting something in; the CPU stands still after it. */
export type Replayed =
  | { readonly kind: 'reset' }
  | { readonly kind: 'end'; readonly cause: Cause }
  /** The machine did something else than the recorded one. */
  | { readonly kind: 'strayed'; readonly instruction: number };

/** Lets in what a recording says, at the instants that it says. */
export class Replayer implements Journal {
  readonly hasArrival = false;
  /** The number of the next event. */
  next = 0;
  readonly #events: readonly Event[];
  readonly #clock: InstructionClock;
  /** Character ports of the machine. */
  readonly #ports: number;
  readonly #replayed: (happening: Replayed) => void;

  constructor(
    events: readonly Event[],
    clock: InstructionClock,
    ports: number,
    replayed: (happening: Replayed) => void,
  ) {
    this.#events = events;
    this.#clock = clock;
    this.#ports = ports;
    this.#replayed = replayed;
  }

  get instructionsLeft(): number {
    const event = this.#events[this.next];
    const left = (event?.count ?? Infinity) - this.#clock.retired;
    return left > 0 ? left : Infinity;
  }

  get nextTime(): number {
    const event = this.#events[this.next];
    const clock = this.#clock;
    if (event === undefined || event.count !== clock.retired) return Infinity;
    return clock.now() + event.ahead - clock.skipped;
  }

  takeArrival(): PortArrival | undefined {
    const event = this.#events[this.next];
    if (event === undefined || !this.#isNow(event)) return undefined;
    this.next++;
    switch (event.kind) {
      case 'reset':
      case 'end':
        this.#replayed(event);
        return undefined;
      case 'done':
        return this.#stray();
      default:
        return event.port < this.#ports ? { port: event.port, arrival: event } : this.#stray();
    }
  }

  done(disk: number, { id, error }: Completion): number {
    const event = this.#events[this.next];
    const isIt = event?.kind === 'done' && event.disk === disk && event.id === id && this.#isNow(event);
    if (!isIt) {
      this.#stray();
      return error;
    }
    this.next++;
    return event.error;
  }

  #isNow({ count, ahead }: Event): boolean {
    const { retired, skipped } = this.#clock;
    if (count < retired || (count === retired && ahead < skipped)) this.#stray();
    return count === retired && ahead === skipped;
  }

  #stray(): undefined {
    this.#replayed({ kind: 'strayed', instruction: this.#clock.retired });
  }
}
