import type { Alignment } from '../ir/node.ts';
import { TLB_ADDEND, TLB_ENTRIES, TLB_ENTRY_BYTES } from '../mem/tlb.ts';
import { I64, OP } from '../wasm/opcodes.ts';
import type { Emitter } from './emitter.ts';

/** Ways from a guest address to a host address. */

const ENTRY_SHIFT = Math.log2(TLB_ENTRY_BYTES);

/** The segment in use, in locals: see mem/segment.ts. */
export interface SegmentLocals {
  readonly start: number;
  readonly limit: number;
  readonly groupLimit: number;
  readonly host: number;
  /** Address of the flags of host pages. */
  readonly pageFlags: number;
}

/** Bytes that are accessed, in one piece or several; a `natural` one must be aligned to its size. */
interface Probed {
  readonly size: number;
  readonly align: Alignment;
}

/**
 * Probes the data TLB for what is accessed from the address in local `va` on; leaves in `entry` the entry's address
 * and on the stack whether the access may go straight to memory. The entry is found by the first byte,
 * and the page compared is that of the last: across two pages they never agree.
 */
export function probe(emitter: Emitter, va: number, entry: number, { size, align }: Probed, tag: number): void {
  const { code, width } = emitter;
  emitter.tlb();
  code.get(va);
  if (width === 32) {
    code
      .op(OP.i32_wrap_i64)
      .i32(12 - ENTRY_SHIFT)
      .op(OP.i32_shr_u);
    code
      .i32((TLB_ENTRIES - 1) << ENTRY_SHIFT)
      .op(OP.i32_and)
      .op(OP.i32_add);
  } else {
    code.i64(12 - ENTRY_SHIFT).op(OP.i64_shr_u);
    code
      .i64((TLB_ENTRIES - 1) << ENTRY_SHIFT)
      .op(OP.i64_and)
      .op(OP.i64_add);
  }
  code.tee(entry).memory(OP.i64_load, tag);
  code.get(va);
  if (size === 1) code.i64(-4096);
  else if (align === 'natural') code.i64(-4096 | (size - 1));
  else
    code
      .i64(size - 1)
      .op(OP.i64_add)
      .i64(-4096);
  code.op(OP.i64_and).op(OP.i64_eq);
}

interface Reached {
  readonly size: number;
  readonly isStore: boolean;
}

/**
 * Leaves in `host` the host address of the address in local `va`, or branches to `miss` if it is not in
 * the segment, or a store there has to look for translated code. The flags of two pages are looked at:
 * what is stored may reach into the second.
 */
export function reachBySegment(
  emitter: Emitter,
  va: number,
  host: number,
  { size, isStore }: Reached,
  miss: number,
): void {
  const { code, width, locals } = emitter;
  const { start, limit, groupLimit, host: base, pageFlags } = emitter.segment!;
  const distance = locals.take(I64);
  code
    .get(va)
    .get(start)
    .op(OP.i64_sub)
    .tee(distance)
    .get(size <= 8 ? limit : groupLimit)
    .op(OP.i64_ge_u)
    .brIf(miss);
  code.get(distance);
  if (width === 32) code.op(OP.i32_wrap_i64).get(base).op(OP.i32_add).set(host);
  else code.get(base).op(OP.i64_add).set(host);
  locals.release(distance);
  if (!isStore) return;
  code.get(host);
  if (width === 32) code.i32(12).op(OP.i32_shr_u);
  else code.i64(12).op(OP.i64_shr_u);
  code.memory(OP.i32_load16_u, pageFlags).brIf(miss);
}
/** Pushes the host address of the address in local `va`, by its entry. */
export function host({ code, width }: Emitter, va: number, entry: number): void {
  code.get(va);
  if (width === 32) code.op(OP.i32_wrap_i64).get(entry).memory(OP.i32_load, TLB_ADDEND).op(OP.i32_add);
  else code.get(entry).memory(OP.i64_load, TLB_ADDEND).op(OP.i64_add);
}
