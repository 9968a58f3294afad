import type { Arena } from '../mem/arena.ts';

/** What is counted of a vCPU besides what the translator counts itself. */
export const VCPU_COUNTERS = [
  'instructions',
  'tlbMisses',
  'deviceAccesses',
  'slowLoads',
  'slowStores',
  'slowAtomics',
  'slowMisaligned',
  'codeStores',
  'softFloats',
  'keptBlocks',
  'keptRegions',
  'keptBytes',
  'evictions',
  'tlbFlushes',
  'tlbPageFlushes',
  'codeInvalidations',
  'codeResets',
  'exitsInterrupt',
  'exitsTimer',
  'exitsWork',
  'exitsStop',
  'exitsBudget',
  'halts',
  'interrupts',
] as const;
export type VcpuCounter = (typeof VCPU_COUNTERS)[number];

/** In shared memory, one f64 each, so that reading stops nothing. Only the vCPU's thread writes. */
export class VcpuCounters {
  readonly #values: Float64Array;

  constructor(arena: Arena) {
    const address = arena.allocate(VCPU_COUNTERS.length * 8);
    this.#values = new Float64Array(arena.memory.buffer, address, VCPU_COUNTERS.length);
  }

  get(counter: VcpuCounter): number {
    return this.#values[INDEX[counter]]!;
  }
  set(counter: VcpuCounter, value: number): void {
    this.#values[INDEX[counter]] = value;
  }
  add(counter: VcpuCounter, amount = 1): void {
    this.#values[INDEX[counter]]! += amount;
  }
}

const INDEX = Object.fromEntries(VCPU_COUNTERS.map((name, index) => [name, index])) as Record<VcpuCounter, number>;
