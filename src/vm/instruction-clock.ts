import type { Arena } from '../mem/arena.ts';
import { CPU_HEADER } from '../mem/cpu.ts';
import type { SavedNumber } from '../mem/section.ts';
import { struct } from '../mem/struct.ts';
import type { InstructionClockConfig, RtcConfig } from './config.ts';
import type { MachineClock } from './machine-clock.ts';

/** Longest stretch of virtual time without a look at the host's clock, and how far they may be apart. */
const LOOK = 10e6;
const TOLERANCE = 3e6;
/** Powers of two that an instruction's time adapts between: from 1 ns to 1,024 ns. */
const LONGEST = 2 ** 10;
/** Of the host's time, between two adaptations; and how far the clocks may be apart without one. */
const PERIOD = 50e6;
const WOBBLE = 20e6;

const Header = struct(CPU_HEADER);
const RETIRED = Header.offsetOf.retired / 4;
const GRANTED = Header.offsetOf.granted / 4;
const REMAINING = Header.offsetOf.remaining / 4;

/**
 * Virtual time by retired instructions: so many nanoseconds each, and what was skipped while the CPU
 * had nothing to do. It is exact inside a run, too, for whatever is not in the middle of a block.
 *
 * In shared memory, f64 each: what time is ahead of the instructions; nanoseconds of an instruction.
 */
export class InstructionClock implements MachineClock {
  readonly #config: InstructionClockConfig;
  readonly #rtc: RtcConfig;
  /** The host's time while the machine runs. */
  readonly #real: MachineClock;
  readonly #memory: WebAssembly.Memory;
  readonly #state: Float64Array;
  readonly #states: () => readonly number[];
  #words: readonly Int32Array[] = [];
  #adapted = 0;

  constructor(
    config: InstructionClockConfig,
    rtc: RtcConfig,
    real: MachineClock,
    arena: Arena,
    states: () => readonly number[],
  ) {
    this.#config = config;
    this.#rtc = rtc;
    this.#real = real;
    this.#memory = arena.memory;
    this.#state = new Float64Array(arena.memory.buffer, arena.allocate(16), 2);
    if (this.#state[LENGTH] === 0) this.#state[LENGTH] = config.nanoseconds;
    this.#states = states;
  }

  /** Instructions that all CPUs have retired since the machine was made. */
  get retired(): number {
    if (this.#words.length === 0) {
      const { buffer } = this.#memory;
      this.#words = this.#states().map((state) => new Int32Array(buffer, state, Header.size / 4));
    }
    let retired = 0;
    for (const words of this.#words) {
      retired += words[RETIRED + 1]! * 2 ** 32 + (words[RETIRED]! >>> 0) + words[GRANTED]! - words[REMAINING]!;
    }
    return retired;
  }

  /** Nanoseconds that time is ahead of what the instructions took. */
  get skipped(): number {
    return this.#state[AHEAD]!;
  }

  now(): number {
    return this.retired * this.#state[LENGTH]! + this.#state[AHEAD]!;
  }
  wallSeconds(): number {
    return this.#rtc.clock === 'host' ? this.#real.wallSeconds() : this.#rtc.base + this.now() / 1e9;
  }

  instructionsUntil(deadline: number): number {
    const { adapts = false, aligns = false } = this.#config;
    const wait = deadline - this.now();
    return Math.max(1, Math.ceil((adapts || aligns ? Math.min(wait, LOOK) : wait) / this.#state[LENGTH]!));
  }

  skipTo(deadline: number): boolean {
    if (this.#config.sleeps === true || deadline === Infinity) return false;
    this.#goOn(deadline - this.now());
    return true;
  }

  /** Without a deadline time stands still: it goes on when something happens. */
  waited(nanoseconds: number, deadline: number): void {
    if (deadline !== Infinity) this.#goOn(Math.min(Math.floor(nanoseconds), deadline - this.now()));
  }

  #goOn(nanoseconds: number): void {
    if (nanoseconds > 0) this.#state[AHEAD]! += nanoseconds;
  }

  ahead(): number {
    const { adapts = false, aligns = false } = this.#config;
    if (adapts) this.#adapt();
    if (!aligns) return 0;
    const ahead = this.now() - this.#real.now();
    return ahead > TOLERANCE ? ahead : 0;
  }

  /** Makes an instruction shorter if time is ahead of the host's, longer if it is behind. */
  #adapt(): void {
    const real = this.#real.now();
    if (real - this.#adapted < PERIOD) return;
    this.#adapted = real;
    const now = this.now();
    const [, length] = this.#state as unknown as readonly [number, number];
    if (now - real > WOBBLE && length > 1) this.#state[LENGTH] = length / 2;
    else if (real - now > WOBBLE && length < LONGEST) this.#state[LENGTH] = length * 2;
    this.#state[AHEAD] = now - this.retired * this.#state[LENGTH]!;
  }

  get saved(): readonly SavedNumber[] {
    const state = this.#state;
    const isTime = (value: number): boolean => value > -(2 ** 53) && value < 2 ** 53;
    return [
      { name: 'ahead', get: () => state[AHEAD]!, set: (ahead) => void (state[AHEAD] = isTime(ahead) ? ahead : 0) },
      {
        name: 'nanoseconds',
        get: () => state[LENGTH]!,
        set: (length) => void (state[LENGTH] = length > 0 && length <= LONGEST ? length : this.#config.nanoseconds),
      },
    ];
  }
  start(): void {
    this.#real.start();
  }
  stop(): void {
    this.#real.stop();
  }
}

const AHEAD = 0;
const LENGTH = 1;
