import { CODE_TLB_ENTRY_BYTES, CODE_TLB_RECORDS } from '../../mem/tlb.ts';
import { Code } from '../../wasm/code.ts';
import type { ModuleBuilder } from '../../wasm/module.ts';
import { I32, I64, OP } from '../../wasm/opcodes.ts';
import type { CodePage } from '../code-pages.ts';
import type { StateLayout } from '../layout.ts';
import { CPU, Locals } from '../locals.ts';
import { LEFT, RETURNED, UNWIND } from '../outcome.ts';
import { addressType, type CallTargets } from '../runtime-imports.ts';

const PAGE = 4096;

/** What a cluster remembers of having looked at its pages: where it was, and in which mappings. */
export interface Stamp {
  /** Globals: address of the first page, and the generation of the instruction mappings. */
  readonly base: number;
  readonly generation: number;
}

export interface EntranceContext {
  readonly builder: ModuleBuilder;
  readonly layout: StateLayout;
  readonly targets: CallTargets;
  readonly width: 32 | 64;
  /** The pages that the cluster was made from, by their distance from the first. */
  readonly pages: ReadonlyMap<number, CodePage>;
  readonly stamp: Stamp;
}

/**
 * The function by which a region is entered from outside its module, as a block is: it makes sure
 * that all pages of the cluster are mapped as they were, so that no region has to, and brings what
 * regions hold in registers back to memory.
 */
export function buildEntrance(context: EntranceContext, region: number, slot: number, delta: number): number {
  const { builder, layout, targets, pages } = context;
  const code = new Code();
  const locals = new Locals(1);
  const base = locals.take(I64);
  const pc = locals.take(I64);
  const remaining = locals.take(I32);
  const depth = locals.take(I32);
  const granted = locals.take(I32);
  /** Counts, for the statistics, what was retired. */
  const count = (pushRemaining: () => void): void => {
    code.get(CPU).get(CPU).memory(OP.i32_load, layout.offset('inRegions')).get(granted).op(OP.i32_add);
    pushRemaining();
    code.op(OP.i32_sub).memory(OP.i32_store, layout.offset('inRegions'));
  };
  code.get(CPU).memory(OP.i64_load, layout.offset('pc')).i64(-PAGE).op(OP.i64_and);
  if (delta !== 0) code.i64(delta * PAGE).op(OP.i64_sub);
  code.set(base);
  if (pages.size > 1) checkPages(context, code, locals, base, slot, delta);
  code.get(CPU).get(base).get(CPU).memory(OP.i32_load, layout.offset('remaining')).tee(granted);
  code.get(CPU).memory(OP.i32_load, layout.offset('callDepth')).tee(depth);
  code.call(region).set(pc).tee(remaining).i32(0).op(OP.i32_ge_s);
  code.if();
  count(() => code.get(remaining));
  code.get(CPU).get(pc).memory(OP.i64_store, layout.offset('pc'));
  code.get(CPU).get(remaining).memory(OP.i32_store, layout.offset('remaining'));
  code.get(depth);
  code.if();
  code.i32(RETURNED).op(OP.return);
  code.end();
  code.else();
  count(() => code.get(CPU).memory(OP.i32_load, layout.offset('remaining')));
  code.get(remaining).i32(LEFT).op(OP.i32_ne);
  code.if();
  code.i32(UNWIND).op(OP.return);
  code.end();
  code.end();
  code.get(CPU).get(depth).memory(OP.i32_store, layout.offset('callDepth'));
  code.get(CPU).returnCall(targets.runtime.jump);
  return builder.function(targets.blockType, locals.types, code);
}

/** Unwinds unless all pages are mapped as they were when the cluster was made. */
function checkPages(
  { layout, targets, width, pages, stamp }: EntranceContext,
  code: Code,
  locals: Locals,
  base: number,
  slot: number,
  delta: number,
): void {
  const wide = width === 64;
  code.globalGet(stamp.base).get(base).op(OP.i64_ne);
  code.globalGet(stamp.generation).get(CPU).memory(OP.i32_load, layout.offset('codeGeneration'));
  code.op(OP.i32_ne).op(OP.i32_or);
  code.if(0x40, false);
  const va = locals.take(I64);
  const entry = locals.take(addressType(width));
  const checked = code.block();
  const missing = code.block();
  for (const [distance, { records }] of pages) {
    if (distance === delta) continue;
    code
      .get(base)
      .i64(distance * PAGE)
      .op(OP.i64_add)
      .set(va);
    code.get(CPU).memory(wide ? OP.i64_load32_u : OP.i32_load, layout.offset('codeTlb'));
    code
      .get(va)
      .i64(12)
      .op(OP.i64_shr_u)
      .i64(targets.codeTlbEntries - 1)
      .op(OP.i64_and);
    code.i64(Math.log2(CODE_TLB_ENTRY_BYTES)).op(OP.i64_shl);
    if (!wide) code.op(OP.i32_wrap_i64);
    code.op(wide ? OP.i64_add : OP.i32_add).tee(entry);
    code.memory(OP.i64_load).get(va).op(OP.i64_ne);
    code.get(entry).memory(OP.i32_load, CODE_TLB_RECORDS).i32(records).op(OP.i32_ne).op(OP.i32_or);
    code.brIf(missing, false);
  }
  code.br(checked);
  code.end();
  // Not in the instruction TLB, or not what it was.
  code.i32(slot).call(targets.verify).op(OP.i32_eqz);
  code.if(0x40, false);
  code.i32(UNWIND).op(OP.return);
  code.end();
  code.end();
  code.get(base).globalSet(stamp.base);
  code.get(CPU).memory(OP.i32_load, layout.offset('codeGeneration')).globalSet(stamp.generation);
  code.end();
}
