import type { Code } from '../wasm/code.ts';
import { OP } from '../wasm/opcodes.ts';

/** What code has to know where several CPUs run at the same time. */
export interface Parallel {
  /**
   * Address of an i32 that says how many CPUs are started. While it is not above 1 nobody sees in which order
   * memory is accessed.
   */
  readonly startedCpus: number;
  /** The host shows stores in order, and loads what they find in order: only a load may overtake a store (x86). */
  readonly ordersStores: boolean;
}

/** Pushes whether more than one CPU is started. */
export function pushIsShared(code: Code, width: 32 | 64, { startedCpus }: Parallel): void {
  if (width === 64) code.i64(startedCpus);
  else code.i32(startedCpus);
  code.memory(OP.i32_load, 0, 2).i32(1).op(OP.i32_gt_s);
}
