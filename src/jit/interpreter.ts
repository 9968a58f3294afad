import type { Guest } from '../ir/guest.ts';
import { CODE_TLB_ENTRY_BYTES, CODE_TLB_RECORDS } from '../mem/tlb.ts';
import { Code } from '../wasm/code.ts';
import { ATOMIC, I32, I64, OP } from '../wasm/opcodes.ts';
import { CPU, Locals } from './locals.ts';
import type { StateLayout } from './layout.ts';
import { UNWIND } from './outcome.ts';
import {
  FIRST_INSTRUCTION,
  HANDLER_PAGE_END,
  HANDLER_STRADDLE,
  HANDLER_UNDECODED,
  LONE,
  RECORD_BYTES,
  RECORD_LINK,
  RECORD_STEP,
  RECORD_WIDE,
  type RecordLayout,
} from './record.ts';
import { addressType, type CallTargets } from './runtime-imports.ts';
import { MOVED, RAISED } from '../mem/cpu.ts';

import { Tier0Emitter, type LoopLabels, type LoopLocals } from './tier0-emitter.ts';

/**
 * The interpreter looks at its budget only where control is transferred or a page ends. Between two
 * such places there are fewer instructions than this; the rest of a budget is run exactly.
 */
export const BUDGET_SLACK = 4096;

/** JavaScript that the interpreter calls: each takes and returns i32. */
export interface InterpreterImports {
  /** Records of the page at pc, with LONE or not; 0 if the fetch raised an exception. */
  readonly fetch: number;
  /** Decodes at a record; RAISED if that raised an exception. */
  readonly decode: number;
  /** Prepares the instruction at a record, which ends on the next page. */
  readonly straddle: number;
  /** Says that the block at a record has been entered another period; 1 if it is translated now. */
  readonly hot: number;
}

interface InterpreterContext {
  readonly guest: Guest;
  readonly records: RecordLayout;
  readonly layout: StateLayout;
  readonly width: 32 | 64;
  readonly targets: CallTargets;
  readonly imports: InterpreterImports;
  /** How often a record is entered before JavaScript is told, and told again: a power of two. */
  readonly hotPeriod: number;
  /** After so many entries, it is told as well. */
  readonly noted: number | undefined;
  /** Stops at exactly the budget and enters no translated code: for single steps and ends. */
  readonly isExact: boolean;
}

/**
 * Tier 0: runs records from pc until something needs the run loop. One br_table dispatch for each
 * guest instruction; the handlers are made from the instructions' IR.
 *
 *     lookup: find the records of the page at pc
 *     taken:  count the transfer; enter translated code; look at the exit word and the budget
 *     next:   dispatch
 */
export function buildInterpreter(context: InterpreterContext): { locals: number[]; code: Code } {
  const { guest, records, layout, width, targets, imports, hotPeriod, noted, isExact } = context;
  const address = addressType(width);
  const code = new Code(65536);
  const locals = new Locals(1);
  const loop: LoopLocals = {
    record: locals.take(address),
    page: locals.take(address),
    base: locals.take(I64),
    span: locals.take(I32),
    count: locals.take(I32),
    budget: locals.take(I32),
    tlb: locals.take(address),
    status: locals.take(I32),
  };
  const limit = locals.take(I32);
  const link = locals.take(I32);
  const pc = locals.take(I64);
  const entry = locals.take(address);
  const { record, page, base, span, count, budget, tlb, status } = loop;

  const wide = width === 64;
  const loadAddress = wide ? OP.i64_load32_u : OP.i32_load;
  const sum = wide ? OP.i64_add : OP.i32_add;
  const extend = (): void => void (wide && code.op(OP.i64_extend_i32_u));
  const wrap = (): void => void (wide && code.op(OP.i32_wrap_i64));
  const constant = (value: number): Code => (wide ? code.i64(value) : code.i32(value));
  const offset = (): void => {
    code
      .get(record)
      .get(page)
      .op(wide ? OP.i64_sub : OP.i32_sub);
    wrap();
    code.i32(records.shift).op(OP.i32_shr_u);
  };
  const storePc = (): void => {
    code.get(CPU).get(base);
    offset();
    code.op(OP.i64_extend_i32_u).op(OP.i64_add).memory(OP.i64_store, layout.offset('pc'));
  };
  const storeRemaining = (): void => {
    code.get(CPU).get(budget).get(count).op(OP.i32_sub);
    code.memory(OP.i32_store, layout.offset('remaining'));
  };
  /** Pushes the CPU and, for the statistics, what was retired in tier 0 with what was counted here. */
  const interpreted = (): void => {
    code.get(CPU).get(CPU).memory(OP.i32_load, layout.offset('interpreted')).get(count).op(OP.i32_add);
  };
  /** Sets `entry` to the instruction TLB's entry for the page address in i64 local `va`. */
  const probe = (va: number): void => {
    code.get(CPU).memory(loadAddress, layout.offset('codeTlb'));
    code
      .get(va)
      .i64(12)
      .op(OP.i64_shr_u)
      .i64(targets.codeTlbEntries - 1)
      .op(OP.i64_and);
    code.i64(CODE_TLB_ENTRY_BYTES).op(OP.i64_mul);
    if (!wide) code.op(OP.i32_wrap_i64);
    code.op(sum).set(entry);
  };

  code.get(CPU).memory(OP.i32_load, layout.offset('remaining')).tee(budget);
  code
    .i32(isExact ? 0 : BUDGET_SLACK)
    .op(OP.i32_sub)
    .set(limit);
  code.get(CPU).memory(loadAddress, layout.offset('tlb')).set(tlb);
  const left = code.block();
  const lookup = code.loop();
  if (isExact) {
    // Not a step further, not even into an exception of the next fetch.
    code.i32(RAISED).set(status).get(count).get(limit).op(OP.i32_ge_s).brIf(left, false);
  }

  // The records of the page at pc.
  code.i32(4096).set(span);
  code.get(CPU).memory(OP.i64_load, layout.offset('pc')).tee(pc).i64(-4096).op(OP.i64_and).set(base);
  probe(pc);
  code.get(entry).memory(OP.i64_load).get(base).op(OP.i64_eq);
  code.if(0x40, true);
  code.get(entry).memory(loadAddress, CODE_TLB_RECORDS).set(page);
  code.else();
  storeRemaining();
  code.call(imports.fetch).tee(status).op(OP.i32_eqz);
  code.if(0x40, false);
  code.i32(RAISED).set(status).br(left);
  code.end();
  code.get(status).i32(LONE).op(OP.i32_and);
  code.if(0x40, false);
  code.i32(0).set(span);
  code.end();
  code.get(status).i32(~LONE).op(OP.i32_and);
  extend();
  code.set(page);
  code.end();
  code.get(page).get(pc).i64(4095).op(OP.i64_and);
  if (!wide) code.op(OP.i32_wrap_i64);
  constant(records.shift)
    .op(wide ? OP.i64_shl : OP.i32_shl)
    .op(sum)
    .set(record);

  const taken = code.loop();
  if (!isExact) {
    code.get(count).get(limit).op(OP.i32_gt_s);
    code.get(CPU).atomic(ATOMIC.i32_load, layout.offset('exit'), 2).op(OP.i32_or);
    code.if(0x40, false);
    storePc();
    code.i32(RAISED).set(status).br(left);
    code.end();
    code.get(record).memory(OP.i32_load, RECORD_LINK).tee(link).i32(0).op(OP.i32_gt_s);
    code.if(0x40);
    storePc();
    storeRemaining();
    interpreted();
    code.memory(OP.i32_store, layout.offset('interpreted'));
    code.get(CPU).get(link).returnCallIndirect(targets.blockType);
    code.end();
    code.get(record).get(link).i32(1).op(OP.i32_sub).tee(link).memory(OP.i32_store, RECORD_LINK);
    code
      .get(link)
      .i32(hotPeriod - 1)
      .op(OP.i32_and)
      .op(OP.i32_eqz);
    if (noted !== undefined) code.get(link).i32(-noted).op(OP.i32_eq).op(OP.i32_or);
    code.if(0x40, false);
    code.get(record);
    wrap();
    code.call(imports.hot).brIf(taken);
    code.end();
  }

  const next = code.loop();
  if (isExact) {
    code.get(count).get(limit).op(OP.i32_ge_s);
    code.get(CPU).atomic(ATOMIC.i32_load, layout.offset('exit'), 2).op(OP.i32_or);
    code.if(0x40, false);
    storePc();
    code.i32(RAISED).set(status).br(left);
    code.end();
  }
  const handlers = FIRST_INSTRUCTION + guest.instructions.length;
  const labels: number[] = [];
  for (let i = handlers - 1; i >= 0; i--) labels[i] = code.block();
  code.get(record).memory(OP.i32_load16_u).brTable(labels.slice(0, -1), labels.at(-1)!);

  const emitter = new Tier0Emitter(
    code,
    locals,
    layout,
    targets,
    width,
    loop,
    { taken, lookup, left } satisfies LoopLabels,
    records,
  );
  for (let handler = 0; handler < handlers; handler++) {
    code.end();
    switch (handler) {
      case HANDLER_UNDECODED:
        storePc();
        storeRemaining();
        code.get(record);
        wrap();
        code.call(imports.decode).tee(status).brIf(left, false).br(next);
        break;
      case HANDLER_PAGE_END:
        storePc();
        code.br(lookup);
        break;
      case HANDLER_STRADDLE: {
        // Good while the next page is the one that the instruction was put together from.
        code.get(base).i64(4096).op(OP.i64_add).set(pc);
        probe(pc);
        code.get(entry).memory(OP.i64_load).get(pc).op(OP.i64_ne);
        code.get(entry).memory(OP.i32_load, CODE_TLB_RECORDS);
        code.get(record).memory(loadAddress, RECORD_WIDE).memory(OP.i32_load).op(OP.i32_ne);
        code.op(OP.i32_or);
        code.if(0x40, false);
        storePc();
        storeRemaining();
        code.get(record);
        wrap();
        code.call(imports.straddle).tee(status).brIf(left, false);
        code.end();
        code.get(base);
        offset();
        code.op(OP.i64_extend_i32_u).op(OP.i64_add).set(base);
        code.get(record).memory(loadAddress, RECORD_WIDE);
        constant(RECORD_BYTES).op(sum).tee(record).set(page);
        code.i32(0).set(span).br(next);
        break;
      }
      default: {
        const index = handler - FIRST_INSTRUCTION;
        emitter.handler(guest.instructions[index]!, index);
        if (!emitter.continues) break;
        code.get(count).i32(1).op(OP.i32_add).set(count);
        code
          .get(record)
          .get(record)
          .memory(wide ? OP.i64_load8_u : OP.i32_load8_u, RECORD_STEP);
        code.op(sum).set(record).br(next);
      }
    }
  }
  code.end().end().end();
  code.op(OP.unreachable);
  code.end();
  // Left: pc is current.
  code.get(CPU).get(budget).get(count).op(OP.i32_sub);
  code.get(status).i32(MOVED).op(OP.i32_eq).op(OP.i32_sub);
  code.memory(OP.i32_store, layout.offset('remaining'));
  interpreted();
  code.get(status).i32(MOVED).op(OP.i32_eq).op(OP.i32_add);
  code.memory(OP.i32_store, layout.offset('interpreted'));
  code.i32(UNWIND);
  return { locals: locals.types, code };
}
