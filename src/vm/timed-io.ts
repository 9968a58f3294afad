import type { CharLink } from '../host/char-link.ts';
import type { RequestRing } from '../host/request-ring.ts';
import type { DiskFacts } from '../host/ring-block-port.ts';
import type { Arena } from '../mem/arena.ts';
import type { Completion } from '../host/request-ring.ts';
import type { Clock } from '../mem/clock.ts';
import type { Section } from '../mem/section.ts';
import type { Journal } from './replay/journal.ts';
import { TimedBlockPort } from './timed-block-port.ts';
import { TimedCharPort, type Arrival } from './timed-char-port.ts';

/** Something that arrived at a port, by the port's place in the configuration. */
export interface PortArrival {
  readonly port: number;
  readonly arrival: Arrival;
}

export interface TimedIoSite {
  readonly arena: Arena;
  readonly clock: Clock;
  readonly links: ReadonlyMap<string, CharLink>;
  readonly rings: ReadonlyMap<string, RequestRing>;
  readonly disks: ReadonlyMap<string, DiskFacts>;
  /** Makes the CPU come back after the present instruction. */
  readonly kick: () => void;
}

/** All that a machine exchanges with the world while time is counted in instructions. */
export class TimedIo implements Journal {
  readonly instructionsLeft = Infinity;
  readonly nextTime = Infinity;
  readonly chars: ReadonlyMap<string, TimedCharPort>;
  readonly blocks: ReadonlyMap<string, TimedBlockPort>;
  readonly #chars: readonly TimedCharPort[];
  readonly #blocks: readonly TimedBlockPort[];
  readonly #clock: Clock;

  constructor({ arena, clock, links, rings, disks, kick }: TimedIoSite) {
    this.#clock = clock;
    this.chars = new Map([...links].map(([name, link]) => [name, new TimedCharPort(link, arena, kick)]));
    const now = (): number => clock.now();
    this.blocks = new Map(
      [...rings].map(([name, ring]) => [name, new TimedBlockPort(ring, disks.get(name)!, arena, now, kick)]),
    );
    this.#chars = [...this.chars.values()];
    this.#blocks = [...this.blocks.values()];
  }

  /** What is saved of it. */
  get sections(): readonly Section[] {
    return [...this.#chars, ...this.#blocks].map(({ section }) => section);
  }

  /** The CPU stands still until the host has done its part, which kicks. */
  isBlocked(): boolean {
    for (const port of this.#blocks) if (port.isBusy()) return true;
    for (const port of this.#chars) if (port.isCrowded()) return true;
    return false;
  }

  /** When the next request is done, in virtual time. */
  next(): number {
    let next = Infinity;
    for (const port of this.#blocks) next = Math.min(next, port.next());
    return next;
  }

  /** Devices have something to look at. */
  get isDue(): boolean {
    return this.next() <= this.#clock.now();
  }

  /** Something came that can be let in between two instructions. */
  get hasArrival(): boolean {
    for (const port of this.#chars) if (port.hasArrival) return true;
    return false;
  }

  takeArrival(): PortArrival | undefined {
    for (const [port, each] of this.#chars.entries()) {
      const arrival = each.takeArrival();
      if (arrival !== undefined) return { port, arrival };
    }
    return undefined;
  }

  done(_disk: number, { error }: Completion): number {
    return error;
  }

  /** What is carried out goes through a journal. */
  keep(journal: Journal): void {
    for (const [disk, port] of this.#blocks.entries()) {
      port.onDone = (completion) => journal.done(disk, completion);
    }
  }

  admit({ port, arrival }: PortArrival): void {
    this.#chars[port]!.admit(arrival);
  }

  /** Whether what the guest sends was sent before. */
  mute(isMuted: boolean): void {
    for (const port of this.#chars) port.isMuted = isMuted;
  }
}
