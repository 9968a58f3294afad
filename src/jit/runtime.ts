import type { Forms, Guest } from '../ir/guest.ts';
import { CODE_TLB_ENTRY_BYTES, CODE_TLB_RECORDS } from '../mem/tlb.ts';
import { Code } from '../wasm/code.ts';
import { ModuleBuilder } from '../wasm/module.ts';
import { ATOMIC, I32, I64, OP } from '../wasm/opcodes.ts';
import { LEFT, RETURNED, UNWIND, UNWOUND } from './outcome.ts';
import { buildArithmetic } from './arithmetic.ts';
import { buildFusedEmulation } from './fused-emulation.ts';
import { atomicSlow } from './atomics.ts';
import { CPU } from './locals.ts';
import { BUDGET_SLACK, buildInterpreter, type InterpreterImports } from './interpreter.ts';
import { fillJump, jumpSlot, probeJump } from './jump-cache.ts';
import type { StateLayout } from './layout.ts';
import { buildDecode } from './decode.ts';
import { countEntry } from './promotion.ts';
import { RECORD_LINK, type RecordLayout } from './record.ts';
import {
  addressType,
  importJavaScript,
  importRuntime,
  RUNTIME_FUNCTIONS,
  runtimeType,
  type CallTargets,
} from './runtime-imports.ts';
import type { Parallel } from './shared.ts';
import type { AccessWindow } from './window.ts';
import { refillFromSecond } from './refill.ts';
import { loadSlow, storeSlow } from './slow-paths.ts';

export interface RuntimeContext {
  readonly guest: Guest;
  readonly layout: StateLayout;
  readonly records: RecordLayout;
  readonly width: 32 | 64;
  /** Pages of the memory. */
  readonly pages: number;
  /** Address of the masks of 64-byte granules that hold code. */
  readonly granules: number;
  /** Address of the flags of host pages. */
  readonly pageFlags: number;
  /** See CallTargets. */
  readonly parallel: Parallel | undefined;
  /** See CallTargets. */
  readonly window: AccessWindow | undefined;
  /** Of the instruction TLB. */
  readonly codeTlbEntries: number;
  readonly hotPeriod: number;
  readonly noted: number | undefined;
  /** Address of the entry counts of slots. */
  readonly counts: number;
  readonly countsAreNear: boolean;
  /** Address of the JumpCache, from that of the CPU's state; undefined: there is none. */
  readonly jumps: number | undefined;
  /** Whether multiply-add is fused by the host. */
  readonly fuses: boolean;
}

/**
 * The module that all translated code leans on: the run loop, tier 0, slow paths of memory, and the
 * arithmetic that WebAssembly lacks. Built once for a machine.
 */
export function buildRuntime(context: RuntimeContext): Uint8Array<ArrayBuffer> {
  const { guest, layout, width, pages } = context;
  const builder = new ModuleBuilder();
  const imported = importJavaScript(builder, guest);
  const imports = importInterpreter(builder);
  const exact = builder.importFunction('js', 'exact', builder.type([], [I32]));
  builder.importMemory('env', 'memory', { pages, width });
  builder.importTable('env', 'table', 1);

  const blockType = builder.type([addressType(width)], [I32]);
  const surroundings = {
    layout,
    width,
    memory: imported.memory,
    granules: context.granules,
    pageFlags: context.pageFlags,
    parallel: context.parallel,
  };
  const refill = refillFromSecond(surroundings);
  const refillType = builder.type([addressType(width), I64, addressType(width)], []);
  const slow = { ...surroundings, refill: builder.function(refillType, refill.locals, refill.code) };
  const load = loadSlow(slow);
  const store = storeSlow(slow);
  const atomic = atomicSlow(slow);
  const jump = buildJump(builder, context, imported.promote, blockType);
  const runtime = {
    ...buildArithmetic(builder),
    ...buildFusedEmulation(builder),
    load: builder.function(runtimeType(builder, 'load', width), load.locals, load.code),
    store: builder.function(runtimeType(builder, 'store', width), store.locals, store.code),
    atomic: builder.function(runtimeType(builder, 'atomic', width), atomic.locals, atomic.code),
    soft: buildSoft(builder, context, imported.fp),
    jump,
    single: buildSingle(builder, context, exact),
    promoted: buildPromoted(builder, context, imported.promote),
    told: buildTold(builder, context, imported.told, jump),
    resume: buildResume(builder, context, jump),
  };
  const fast = addInterpreter(builder, context, { ...imported, runtime, blockType }, imports, false);
  for (const name of RUNTIME_FUNCTIONS) builder.exportFunction(name, runtime[name]);
  if (guest.forms !== undefined) exportDecode(builder, context, guest.forms);
  builder.exportFunction('run', buildRun(builder, context, fast, exact));
  builder.exportFunction('fast', fast);
  return builder.build();
}

function exportDecode(builder: ModuleBuilder, { records, width, granules }: RuntimeContext, forms: Forms): void {
  const { locals, code } = buildDecode({ forms, records, width, granules });
  builder.exportFunction('decode', builder.function(builder.type([I32, I32, I32, I32], [I32]), locals, code));
}

/**
 * The module of the interpreter that stops at exactly its budget. It is as large as the other and not wanted before
 * the first budget ends, so it is not a part of the runtime.
 */
export function buildExact(context: RuntimeContext): Uint8Array<ArrayBuffer> {
  const { guest, width, pages } = context;
  const builder = new ModuleBuilder();
  const imported = importJavaScript(builder, guest);
  const imports = importInterpreter(builder);
  const runtime = importRuntime(builder, width);
  builder.importMemory('env', 'memory', { pages, width });
  builder.importTable('env', 'table', 1);
  const blockType = builder.type([addressType(width)], [I32]);
  builder.exportFunction('exact', addInterpreter(builder, context, { ...imported, runtime, blockType }, imports, true));
  return builder.build();
}

function importInterpreter(builder: ModuleBuilder): InterpreterImports {
  const one = builder.type([I32], [I32]);
  return {
    fetch: builder.importFunction('js', 'fetch', builder.type([], [I32])),
    decode: builder.importFunction('js', 'decode', one),
    straddle: builder.importFunction('js', 'straddle', one),
    hot: builder.importFunction('js', 'hot', one),
  };
}

function addInterpreter(
  builder: ModuleBuilder,
  context: RuntimeContext,
  own: Pick<CallTargets, keyof ReturnType<typeof importJavaScript> | 'runtime' | 'blockType'>,
  imports: InterpreterImports,
  isExact: boolean,
): number {
  const { guest, records, layout, width, hotPeriod, noted, fuses } = context;
  const { counts, countsAreNear, parallel, codeTlbEntries } = context;
  // What may not be checked now may have to be later, and this code stays.
  const window = context.window && { ...context.window, isChecked: true };
  const targets = { ...own, regionType: -1, fuses, counts, countsAreNear, parallel, codeTlbEntries, window };
  const { locals, code } = buildInterpreter({
    guest,
    records,
    layout,
    width,
    targets,
    imports,
    hotPeriod,
    noted,
    isExact,
  });
  return builder.function(own.blockType, locals, code);
}

/** `soft(cpu, a, b, c, code, mode)`: a floating-point operation of softfloat, on encodings. */
function buildSoft(builder: ModuleBuilder, { layout, width }: RuntimeContext, fp: number): number {
  const [a, b, c, operation, mode] = [1, 2, 3, 4, 5];
  const window = layout.offset('fpWindow');
  const code = new Code();
  [a, b, c].forEach((operand, i) =>
    code
      .get(CPU)
      .get(operand)
      .memory(OP.i64_store, window + 8 * i),
  );
  code.get(operation).get(mode).call(fp).op(OP.drop);
  code.get(CPU).memory(OP.i64_load, window + 24);
  return builder.function(runtimeType(builder, 'soft', width), [], code);
}

/** Times in a row that the run loop goes round without an instruction being retired before it returns. */
const STORM = 10_000;

/**
 * `run(cpu)`: until the exit word is set, nothing remains of the budget, or nothing but exceptions happens. What is
 * left of a budget at its end is JavaScript's, which has the exact interpreter.
 */
function buildRun(builder: ModuleBuilder, { layout, width }: RuntimeContext, fast: number, exact: number): number {
  const [remaining, before, raised, rounds] = [1, 2, 3, 4];
  const c = new Code();
  const leave = (): void => {
    c.get(CPU).get(rounds).memory(OP.i32_store, layout.offset('rounds'));
    c.op(OP.return);
  };
  const again = c.loop();
  c.get(CPU).i32(0).memory(OP.i32_store, layout.offset('callDepth'));
  c.get(CPU).atomic(ATOMIC.i32_load, layout.offset('exit'), 2);
  c.get(CPU).memory(OP.i32_load, layout.offset('remaining')).tee(remaining);
  c.i32(0).op(OP.i32_le_s).op(OP.i32_or);
  c.if(0x40, false);
  leave();
  c.end();
  c.get(raised).i32(1).op(OP.i32_add).i32(0).get(remaining).get(before).op(OP.i32_eq).op(OP.select).tee(raised);
  c.i32(STORM).op(OP.i32_eq);
  c.if(0x40, false);
  leave();
  c.end();
  c.get(rounds).i32(1).op(OP.i32_add).set(rounds);
  c.get(remaining).set(before);
  c.get(remaining)
    .i32(2 * BUDGET_SLACK)
    .op(OP.i32_lt_s);
  c.if(0x40, false);
  c.call(exact).op(OP.drop);
  c.else();
  c.get(CPU).call(fast).op(OP.drop);
  c.end();
  c.br(again);
  c.end();
  return builder.function(builder.type([addressType(width)], []), [I32, I32, I32, I32], c);
}

/** `jump(cpu)`: goes on at pc in translated code if there is some, else back to the run loop. */
function buildJump(builder: ModuleBuilder, context: RuntimeContext, promote: number, blockType: number): number {
  const { layout, width, records, counts, countsAreNear, jumps } = context;
  const wide = width === 64;
  const loadAddress = wide ? OP.i64_load32_u : OP.i32_load;
  const [pc, entry, link, count, known] = [1, 2, 3, 4, 5];
  const c = new Code();
  const unwindIf = (): void => {
    c.if(0x40, false);
    c.i32(UNWIND).op(OP.return);
    c.end();
  };
  // A plain load, which has no check of its alignment: each computed jump calls this function, and V8 lets no load pass
  // a call, nor is there a loop here. What a thread sees too late it sees at the next one.
  c.get(CPU).memory(OP.i32_load, layout.offset('exit'));
  unwindIf();
  c.get(CPU).memory(OP.i64_load, layout.offset('pc')).set(pc);
  const cache = jumps === undefined ? undefined : { code: c, width, distance: jumps, pc, entry: known };
  if (cache !== undefined) {
    probeJump(cache);
    c.if(I32, true);
    jumpSlot(cache);
    c.else();
  }
  c.get(CPU).memory(loadAddress, layout.offset('codeTlb'));
  c.get(pc)
    .i64(12)
    .op(OP.i64_shr_u)
    .i64(context.codeTlbEntries - 1)
    .op(OP.i64_and);
  c.i64(Math.log2(CODE_TLB_ENTRY_BYTES)).op(OP.i64_shl);
  if (!wide) c.op(OP.i32_wrap_i64);
  c.op(wide ? OP.i64_add : OP.i32_add).tee(entry);
  c.memory(OP.i64_load).get(pc).i64(-4096).op(OP.i64_and).op(OP.i64_ne);
  unwindIf();
  c.get(entry).memory(loadAddress, CODE_TLB_RECORDS);
  c.get(pc).i64(4095).op(OP.i64_and).i64(records.shift).op(OP.i64_shl);
  if (!wide) c.op(OP.i32_wrap_i64);
  c.op(wide ? OP.i64_add : OP.i32_add)
    .memory(OP.i32_load, RECORD_LINK)
    .tee(link);
  c.i32(0).op(OP.i32_le_s);
  unwindIf();
  if (cache !== undefined) {
    fillJump(cache, link);
    c.get(link).end();
  } else c.get(link);
  c.set(link);
  countEntry({ code: c, width, targets: { promote, counts, countsAreNear } }, link, count);
  c.get(CPU).get(link).returnCallIndirect(blockType);
  const address = addressType(width);
  return builder.function(blockType, [I64, address, I32, I32, address], c);
}

/**
 * `promoted(cpu, slot)`: asks for a region where the slot is entered, and goes back to the run loop. A block that ends in
 * this and has no other calls is a leaf to V8, which then needs no look at its stack.
 */
function buildPromoted(builder: ModuleBuilder, { width }: RuntimeContext, promote: number): number {
  const slot = 1;
  const code = new Code().get(slot).call(promote).op(OP.drop).i32(UNWIND);
  return builder.function(runtimeType(builder, 'promoted', width), [], code);
}

/** `told(cpu, record, va)`: a computed jump that JavaScript is told of. */
function buildTold(builder: ModuleBuilder, { width }: RuntimeContext, told: number, jump: number): number {
  const [record, va] = [1, 2];
  const code = new Code().get(record).get(va).call(told).op(OP.drop).get(CPU).returnCall(jump);
  return builder.function(runtimeType(builder, 'told', width), [], code);
}

/**
 * `single(cpu)`: a block was left before the instruction at pc, which tier 0 executes, or raises its exception. Back to
 * the run loop.
 */
function buildSingle(builder: ModuleBuilder, { layout, width }: RuntimeContext, exact: number): number {
  const before = 1;
  const remaining = layout.offset('remaining');
  const c = new Code();
  c.get(CPU).memory(OP.i32_load, remaining).set(before);
  c.get(CPU).i32(1).memory(OP.i32_store, remaining);
  c.call(exact).op(OP.drop);
  c.get(CPU).get(before).i32(1).op(OP.i32_sub).get(CPU).memory(OP.i32_load, remaining).op(OP.i32_add);
  c.memory(OP.i32_store, remaining);
  c.i32(UNWIND);
  return builder.function(runtimeType(builder, 'single', width), [I32], c);
}

/**
 * `resume(cpu, remaining, pc, next, depth)`: a callee came back otherwise than straight to `next` with
 * some of the budget left. Goes on until it does, in calls of that depth: what remains, or UNWOUND.
 */
function buildResume(builder: ModuleBuilder, { layout, width }: RuntimeContext, jump: number): number {
  const [REMAINING, PC, NEXT, DEPTH] = [1, 2, 3, 4];
  const c = new Code();
  const unwound = c.block();
  c.get(REMAINING).i32(UNWOUND).op(OP.i32_eq).brIf(unwound, false);
  c.get(REMAINING).i32(LEFT).op(OP.i32_ne);
  c.if();
  c.get(CPU).get(PC).memory(OP.i64_store, layout.offset('pc'));
  c.get(CPU).get(REMAINING).memory(OP.i32_store, layout.offset('remaining'));
  c.end();
  const again = c.loop();
  c.get(CPU).memory(OP.i64_load, layout.offset('pc')).get(NEXT).op(OP.i64_ne);
  c.if();
  c.get(CPU).get(DEPTH).memory(OP.i32_store, layout.offset('callDepth'));
  // What other tiers retire meanwhile is not the region's.
  const leaveOut = (operation: number): void => {
    c.get(CPU).get(CPU).memory(OP.i32_load, layout.offset('inRegions'));
    c.get(CPU).memory(OP.i32_load, layout.offset('remaining')).op(operation);
    c.memory(OP.i32_store, layout.offset('inRegions'));
  };
  leaveOut(OP.i32_sub);
  c.get(CPU).call(jump);
  leaveOut(OP.i32_add);
  c.i32(RETURNED).op(OP.i32_ne).brIf(unwound, false);
  c.br(again);
  c.end();
  c.end();
  c.get(CPU).memory(OP.i32_load, layout.offset('remaining')).tee(REMAINING);
  c.i32(BUDGET_SLACK).op(OP.i32_lt_s).brIf(unwound, false);
  c.get(REMAINING).op(OP.return);
  c.end();
  c.i32(UNWOUND);
  return builder.function(runtimeType(builder, 'resume', width), [], c);
}
