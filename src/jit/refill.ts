import {
  SECOND_TLB_ENTRIES,
  SECOND_TLB_FOLD,
  TLB_ADDEND,
  TLB_ENTRY_BYTES,
  TLB_GENERATION,
  TLB_HOLDS_CODE,
  TLB_HOST_PAGE,
  TLB_READ_TAG,
  TLB_WRITE_TAG,
} from '../mem/tlb.ts';
import { Code } from '../wasm/code.ts';
import { I64, OP } from '../wasm/opcodes.ts';
import { addressType } from './runtime-imports.ts';
import type { SlowPathContext } from './slow-paths.ts';

const [CPU, VA, ENTRY] = [0, 1, 2];

/**
 * Body of `refill(cpu, va, entry)`: copies what the second-level TLB knows of the page at `va` to the
 * first level's entry at address `entry`, so that pages which compete for one entry cost no walk.
 */
export function refillFromSecond(context: Omit<SlowPathContext, 'refill'>): { locals: number[]; code: Code } {
  const { layout, width, pageFlags } = context;
  const wide = width === 64;
  const [from, tag, page] = [3, 4, 5];
  const c = new Code();
  const loadAddress = wide ? OP.i64_load32_u : OP.i32_load;
  c.get(CPU).memory(loadAddress, layout.offset('secondTlb'));
  c.get(VA).i64(12).op(OP.i64_shr_u).get(VA).i64(SECOND_TLB_FOLD).op(OP.i64_shr_u).op(OP.i64_xor);
  c.i64(SECOND_TLB_ENTRIES - 1)
    .op(OP.i64_and)
    .i64(Math.log2(TLB_ENTRY_BYTES))
    .op(OP.i64_shl);
  if (!wide) c.op(OP.i32_wrap_i64);
  c.op(wide ? OP.i64_add : OP.i32_add).set(from);

  c.get(VA).i64(-4096).op(OP.i64_and).set(page);
  c.get(from).memory(OP.i32_load, TLB_GENERATION);
  c.get(CPU).memory(OP.i32_load, layout.offset('secondTlbGeneration')).op(OP.i32_ne);
  c.get(from).memory(OP.i64_load, TLB_READ_TAG).get(page).op(OP.i64_ne);
  c.get(from).memory(OP.i64_load, TLB_WRITE_TAG).get(page).op(OP.i64_ne).op(OP.i32_and);
  c.op(OP.i32_or);
  c.if(0x40, false);
  c.op(OP.return);
  c.end();

  c.get(ENTRY).get(from).memory(OP.i64_load, TLB_READ_TAG).memory(OP.i64_store, TLB_READ_TAG);
  c.get(ENTRY).get(from).memory(OP.i64_load, TLB_ADDEND).memory(OP.i64_store, TLB_ADDEND);
  c.get(ENTRY).get(from).memory(OP.i32_load, TLB_HOST_PAGE).memory(OP.i32_store, TLB_HOST_PAGE);
  // The second level does not hear of pages that come to hold code.
  c.get(from).memory(OP.i64_load, TLB_WRITE_TAG).tee(tag).i64(-1).op(OP.i64_ne);
  c.get(from).memory(loadAddress, TLB_HOST_PAGE).memory(OP.i32_load8_u, pageFlags).i32(1).op(OP.i32_and);
  c.op(OP.i32_and);
  c.if(0x40, false);
  c.get(tag).i64(TLB_HOLDS_CODE).op(OP.i64_or).set(tag);
  c.end();
  c.get(ENTRY).get(tag).memory(OP.i64_store, TLB_WRITE_TAG);
  return { locals: [addressType(width), I64, I64], code: c };
}
