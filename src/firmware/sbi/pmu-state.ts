import { structSection, type Section } from '../../mem/section.ts';
import { array, struct, type StructView } from '../../mem/struct.ts';
import { eventCode, eventType, HW_CPU_CYCLES, HW_INSTRUCTIONS, TYPE_FIRMWARE } from './pmu-events.ts';

/** As many as OpenSBI has. */
export const FIRMWARE_COUNTERS = 16;
const HARDWARE_COUNTERS_MAX = 32;
export const NO_EVENT = 0xffff_ffff;

/** What the PMU extension remembers of a hart. */
const FIELDS = {
  /** The event that each counter counts, or NO_EVENT. Hardware counters come first. */
  events: array('u32', HARDWARE_COUNTERS_MAX + FIRMWARE_COUNTERS),
  /** Bit n: firmware counter n counts. */
  started: 'u32',
  values: array('u64', FIRMWARE_COUNTERS),
} as const;
const HartPmu = struct(FIELDS);

/** The state of every hart, in the machine's shared memory: any thread may count for any hart. */
export class FirmwareCounters {
  readonly #harts: readonly StructView<typeof FIELDS>[];
  /** Number of hardware counters, counted to the highest there is; firmware counters follow. */
  readonly hardware: number;
  readonly total: number;

  /** Bytes to allocate for a machine. */
  static sizeFor(harts: number): number {
    return harts * HartPmu.size;
  }

  /** What is saved of a hart. */
  static section(memory: WebAssembly.Memory, address: number, hart: number): Section {
    return structSection('sbi', 1, { fields: HartPmu.fields, memory, address: address + hart * HartPmu.size });
  }

  constructor(memory: WebAssembly.Memory, address: number, harts: number, counterMask: number) {
    this.#harts = Array.from({ length: harts }, (_, hart) => HartPmu.at(memory, address + hart * HartPmu.size));
    this.hardware = Math.max(3, 32 - Math.clz32(counterMask));
    this.total = this.hardware + FIRMWARE_COUNTERS;
  }

  /** As after power-on: the fixed counters count what they always count, the rest is free. */
  reset(): void {
    for (const state of this.#harts) {
      state.events.fill(NO_EVENT);
      state.events[0] = HW_CPU_CYCLES;
      state.events[2] = HW_INSTRUCTIONS;
      state.values.fill(0n);
      state.started = 0;
    }
  }

  event(hart: number, counter: number): number {
    return this.#harts[hart]!.events[counter]!;
  }

  setEvent(hart: number, counter: number, event: number): void {
    this.#harts[hart]!.events[counter] = event;
  }

  value(hart: number, counter: number): bigint {
    return this.#harts[hart]!.values[counter - this.hardware]!;
  }

  setValue(hart: number, counter: number, value: bigint): void {
    this.#harts[hart]!.values[counter - this.hardware] = value;
  }

  setRunning(hart: number, counter: number, running: boolean): void {
    const state = this.#harts[hart]!;
    const bit = 1 << (counter - this.hardware);
    state.started = running ? state.started | bit : state.started & ~bit;
  }

  /** A firmware event happened on the hart. The first running counter of the event counts it. */
  count(hart: number, code: number): void {
    const state = this.#harts[hart]!;
    if (state.started === 0) return;
    for (let i = 0; i < FIRMWARE_COUNTERS; i++) {
      const event = state.events[this.hardware + i]!;
      if ((state.started & (1 << i)) === 0 || eventType(event) !== TYPE_FIRMWARE || eventCode(event) !== code) continue;
      Atomics.add(state.values, i, 1n);
      return;
    }
  }
}
