import type { HostClock } from '../host/clock.ts';
import type { VirtualClock } from '../host/virtual-clock.ts';
import type { Arena } from '../mem/arena.ts';
import type { Clock } from '../mem/clock.ts';
import type { SavedNumber } from '../mem/section.ts';
import type { ClockConfig, RtcConfig } from './config.ts';
import { InstructionClock } from './instruction-clock.ts';

/** The time of a machine; it stands still while the machine is stopped. */
export interface MachineClock extends Clock {
  /** Instructions until `deadline`; Infinity if instructions have nothing to do with it. */
  instructionsUntil(deadline: number): number;
  /** Goes on to `deadline` at once because nothing happens before it; false: wait instead. */
  skipTo(deadline: number): boolean;
  /** A CPU that had nothing to do until `deadline` has waited so many nanoseconds of the host's time. */
  waited(nanoseconds: number, deadline: number): void;
  /** Nanoseconds that the guest is to stand still now, since it is ahead of the host's time. */
  ahead(): number;
  start(): void;
  stop(): void;
  /** What of it is saved with the machine. */
  readonly saved: readonly SavedNumber[];
}

interface MachineClockSite {
  readonly host: HostClock;
  /** The host's time while the machine runs. */
  readonly clock: VirtualClock;
  readonly arena: Arena;
  /** Where the states of CPUs lie. */
  readonly states: () => readonly number[];
}

export function machineClock(
  { clock: config, rtc }: { readonly clock: ClockConfig; readonly rtc: RtcConfig },
  { host, clock, arena, states }: MachineClockSite,
): MachineClock {
  const real = new RealClock(clock, host, rtc);
  return config.kind === 'host' ? real : new InstructionClock(config, rtc, real, arena, states);
}

class RealClock implements MachineClock {
  readonly #clock: VirtualClock;
  readonly #host: HostClock;
  readonly #rtc: RtcConfig;
  /** Seconds that the calendar is ahead of the host's. */
  readonly #ahead: number;

  constructor(clock: VirtualClock, host: HostClock, rtc: RtcConfig) {
    this.#clock = clock;
    this.#host = host;
    this.#rtc = rtc;
    this.#ahead = rtc.base - rtc.hostBase;
  }

  now(): number {
    return this.#clock.now();
  }
  wallSeconds(): number {
    return this.#rtc.clock === 'host' ? this.#host.wall() + this.#ahead : this.#rtc.base + this.now() / 1e9;
  }
  instructionsUntil(): number {
    return Infinity;
  }
  skipTo(): boolean {
    return false;
  }
  waited(): void {}
  ahead(): number {
    return 0;
  }
  start(): void {
    this.#clock.start();
  }
  stop(): void {
    this.#clock.stop();
  }
  readonly saved: readonly SavedNumber[] = [
    {
      name: 'cpu_clock_offset',
      get: () => this.now(),
      set: (now) => this.#clock.set(now >= 0 && now < 2 ** 53 ? now : 0),
    },
  ];
}
