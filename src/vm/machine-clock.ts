import type { HostClock } from '../host/clock.ts';
import { VirtualClock } from '../host/virtual-clock.ts';
import type { Arena } from '../mem/arena.ts';
import type { Clock } from '../mem/clock.ts';
import { CPU_HEADER } from '../mem/cpu.ts';
import { struct } from '../mem/struct.ts';
import type { ClockConfig, RtcConfig } from './config.ts';

/** The time of a machine; it stands still while the machine is stopped. */
export interface MachineClock extends Clock {
  /** Instructions until `deadline`; Infinity if instructions have nothing to do with it. */
  instructionsUntil(deadline: number): number;
  /** Goes on to `deadline` at once because nothing happens before it; false: wait instead. */
  skipTo(deadline: number): boolean;
  start(): void;
  stop(): void;
  /** Nanoseconds that it shows from now on; of instructions, those that are retired until now are part of it. */
  set(now: number): void;
}

export function machineClock(
  config: ClockConfig,
  rtc: RtcConfig,
  host: HostClock,
  arena: Arena,
  states: () => readonly number[],
): MachineClock {
  const address = arena.allocate(VirtualClock.bytes);
  return config.kind === 'host'
    ? new RealClock(new VirtualClock(host, arena.memory.buffer, address), host, rtc)
    : new InstructionClock(config.nanoseconds, rtc, arena.memory, address, states);
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
  start(): void {
    this.#clock.start();
  }
  stop(): void {
    this.#clock.stop();
  }
  set(now: number): void {
    this.#clock.set(now);
  }
}

const Header = struct(CPU_HEADER);

/** Time is what the first CPU has retired, plus what was skipped while it waited. */
class InstructionClock implements MachineClock {
  readonly #nanoseconds: number;
  readonly #rtc: RtcConfig;
  readonly #memory: WebAssembly.Memory;
  readonly #skipped: Float64Array;
  readonly #states: () => readonly number[];
  #words = new Int32Array(0);

  constructor(
    nanoseconds: number,
    rtc: RtcConfig,
    memory: WebAssembly.Memory,
    address: number,
    states: () => readonly number[],
  ) {
    this.#nanoseconds = nanoseconds;
    this.#rtc = rtc;
    this.#memory = memory;
    this.#skipped = new Float64Array(memory.buffer, address, 1);
    this.#states = states;
  }

  #retired(): number {
    if (this.#words.length === 0) {
      this.#words = new Int32Array(this.#memory.buffer, this.#states()[0]!, Header.size / 4);
    }
    const words = this.#words;
    const before = words[RETIRED + 1]! * 2 ** 32 + (words[RETIRED]! >>> 0);
    return before + words[GRANTED]! - words[REMAINING]!;
  }

  now(): number {
    return this.#retired() * this.#nanoseconds + this.#skipped[0]!;
  }
  wallSeconds(): number {
    return this.#rtc.base + this.now() / 1e9;
  }
  instructionsUntil(deadline: number): number {
    return Math.max(1, Math.ceil((deadline - this.now()) / this.#nanoseconds));
  }
  skipTo(deadline: number): boolean {
    const wait = deadline - this.now();
    if (wait === Infinity) return false;
    if (wait > 0) this.#skipped[0]! += wait;
    return true;
  }
  start(): void {}
  stop(): void {}
  set(now: number): void {
    this.#skipped[0] = now - this.#retired() * this.#nanoseconds;
  }
}

const RETIRED = Header.offsetOf.retired / 4;
const GRANTED = Header.offsetOf.granted / 4;
const REMAINING = Header.offsetOf.remaining / 4;
