import type { Code } from '../wasm/code.ts';
import { OP } from '../wasm/opcodes.ts';

/** Pushes whether more than one CPU is started, of which the word at an address tells. */
export function pushIsShared(code: Code, width: 32 | 64, startedCpus: number): void {
  if (width === 64) code.i64(startedCpus);
  else code.i32(startedCpus);
  code.memory(OP.i32_load, 0, 2).i32(1).op(OP.i32_gt_s);
}
