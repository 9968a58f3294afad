import { BugError } from '../../base/errors.ts';
import type { HelperDefinition } from '../../ir/ops.ts';
import type { Node, StateRef } from '../../ir/node.ts';
import { MOVED } from '../../mem/cpu.ts';
import { CODE_TLB_ENTRIES, CODE_TLB_ENTRY_BYTES, CODE_TLB_RECORDS } from '../../mem/tlb.ts';
import { Code } from '../../wasm/code.ts';
import { ATOMIC, I32, I64, OP } from '../../wasm/opcodes.ts';
import { Emitter } from '../emitter.ts';
import { CPU, Locals } from '../locals.ts';
import { BUDGET_SLACK } from '../interpreter.ts';
import type { StateLayout } from '../layout.ts';
import type { Optimizations } from '../optimizations.ts';
import { UNWIND } from '../outcome.ts';
import { returnIfCalled } from '../promotion.ts';
import { addressType, type CallTargets } from '../runtime-imports.ts';
import type { Region } from './discover.ts';
import type { RegionBlock, RegionNode } from './graph.ts';
import { RegionRegisters, type RegisterSet } from './registers.ts';
import { route, structure } from './structure.ts';

/** Deepest nesting of guest calls as wasm calls; beyond it calls are jumps. */
const CALL_DEPTH = 100;
/**
 * Instructions after which a loop leaves the region and is entered again: a wasm function that never
 * returns would stay in V8's baseline code.
 */
const STAY = 200_000;

export interface RegionContext {
  readonly region: Region;
  /** Register files that are kept in locals. */
  readonly files: ReadonlySet<string>;
  readonly layout: StateLayout;
  readonly targets: CallTargets;
  readonly width: 32 | 64;
  /** The slot that the region will be in. */
  readonly slot: number;
  readonly optimizations: Optimizations;
}

/**
 * Tier 2: one wasm function for a region. Guest registers are locals; control flow is structured
 * from the dominator tree. pc and memory's copies of registers are out of date inside, and made
 * current wherever the region is left or something may look.
 */
export class RegionEmitter extends Emitter {
  readonly #context: RegionContext;
  readonly #order: readonly RegionNode[];
  readonly #registers: RegionRegisters;
  readonly #homes: number[];
  /** Locals: pc of the first page, remaining when memory was last current, retired since, … */
  readonly #base: number;
  readonly #granted: number;
  readonly #count: number;
  readonly #limit: number;
  readonly #tlb: number;
  readonly #status: number;
  readonly #loops = new Map<RegionNode, number>();
  readonly #merges = new Map<RegionNode, number>();
  readonly #labels = new Map<RegionNode, number>();
  #node!: RegionNode;
  #block!: RegionBlock;
  #written: RegisterSet = 0n;
  #index = -1;
  #offset = 0;
  #length = 0;

  constructor(context: RegionContext) {
    super(new Code(4096), new Locals(1), context.layout, context.targets, context.width);
    this.#context = context;
    const { region, files, width } = context;
    this.#order = structure(region.entry, region.nodes);
    this.#registers = new RegionRegisters(this.#order, files);
    this.#homes = this.#registers.list.map(() => this.locals.take(I64));
    this.#base = this.locals.take(I64);
    this.#granted = this.locals.take(I32);
    this.#count = this.locals.take(I32);
    this.#limit = this.locals.take(I32);
    this.#tlb = this.locals.take(addressType(width));
    this.#status = this.locals.take(I32);
    for (const node of this.#order) {
      if (node.dispatch !== undefined) this.#labels.set(node, this.locals.take(I32));
    }
  }

  function(): { locals: number[]; code: Code } {
    const { code } = this;
    const entry = this.#context.region.entry;
    this.#prologue(entry);
    this.#tree(entry);
    code.op(OP.unreachable);
    return { locals: this.locals.types, code };
  }

  #prologue(entry: RegionNode): void {
    const { code, layout, width } = this;
    const { region } = this.#context;
    code.get(CPU).memory(OP.i64_load, layout.offset('pc')).i64(-4096).op(OP.i64_and).set(this.#base);
    for (const [delta, page] of region.pages) this.#checkPage(delta, page.records);
    this.#takeCount();
    code.get(CPU);
    code.memory(width === 64 ? OP.i64_load32_u : OP.i32_load, layout.offset('tlb')).set(this.#tlb);
    this.#load(this.#registers.of(entry).live);
  }

  /** Unwinds unless the page at a distance is mapped as it was when the region was made. */
  #checkPage(delta: number, records: number): void {
    const { code, layout, width } = this;
    const wide = width === 64;
    code
      .get(this.#base)
      .i64(delta * 4096)
      .op(OP.i64_add);
    const va = this.locals.take(I64);
    const entry = this.locals.take(addressType(width));
    code.set(va);
    code.get(CPU).memory(wide ? OP.i64_load32_u : OP.i32_load, layout.offset('codeTlb'));
    code
      .get(va)
      .i64(12)
      .op(OP.i64_shr_u)
      .i64(CODE_TLB_ENTRIES - 1)
      .op(OP.i64_and);
    code.i64(Math.log2(CODE_TLB_ENTRY_BYTES)).op(OP.i64_shl);
    if (!wide) code.op(OP.i32_wrap_i64);
    code.op(wide ? OP.i64_add : OP.i32_add).tee(entry);
    code.memory(OP.i64_load).get(va).op(OP.i64_ne);
    code.get(entry).memory(OP.i32_load, CODE_TLB_RECORDS).i32(records).op(OP.i32_ne).op(OP.i32_or);
    code.if(0x40, false);
    code.i32(this.#context.slot).call(this.targets.verify).op(OP.i32_eqz);
    code.if(0x40, false);
    code.i32(UNWIND).op(OP.return);
    code.end();
    code.end();
    this.locals.release(va);
    this.locals.release(entry);
  }

  /** Reads what remains of the budget; unwinds where a region could overrun it. */
  #takeCount(): void {
    const { code, layout } = this;
    code.get(CPU).memory(OP.i32_load, layout.offset('remaining')).tee(this.#granted);
    code.i32(BUDGET_SLACK).op(OP.i32_lt_s);
    code.if(0x40, false);
    code.i32(UNWIND).op(OP.return);
    code.end();
    code.i32(0).set(this.#count);
    // min(granted - slack, STAY)
    code.get(this.#granted).i32(BUDGET_SLACK).op(OP.i32_sub).tee(this.#limit).i32(STAY);
    code.get(this.#limit).i32(STAY).op(OP.i32_lt_s).op(OP.select).set(this.#limit);
  }

  #load(set: RegisterSet): void {
    for (const id of this.#registers.members(set)) {
      const { field, index } = this.#registers.list[id]!;
      this.code.get(CPU).memory(OP.i64_load, this.layout.offset(field, index)).set(this.#homes[id]!);
    }
  }
  #spill(set: RegisterSet): void {
    for (const id of this.#registers.members(set)) {
      const { field, index } = this.#registers.list[id]!;
      this.code.get(CPU).get(this.#homes[id]!).memory(OP.i64_store, this.layout.offset(field, index));
    }
  }
  /** Registers whose memory may be out of date here. */
  get #dirty(): RegisterSet {
    return this.#registers.of(this.#node).dirty | this.#written;
  }

  /** A node and everything that only it leads to. */
  #tree(node: RegionNode): void {
    const { code } = this;
    if (node.isLoop) this.#loops.set(node, code.loop());
    const merges = node.children.filter(({ forward }) => forward > 1).sort((a, b) => b.order - a.order);
    for (const merge of merges) this.#merges.set(merge, code.block());
    this.#body(node);
    for (const merge of merges.reverse()) {
      code.end();
      this.#tree(merge);
    }
    if (node.isLoop) code.end();
  }

  #body(node: RegionNode): void {
    const outer = [this.#node, this.#block, this.#written, this.#index, this.#offset, this.#length] as const;
    this.#node = node;
    this.#written = 0n;
    this.#index = -1;
    if (node.dispatch !== undefined) this.#dispatch(node);
    else {
      this.#block = node.block!;
      this.unit(this.#block.unit);
      const { ending } = this.#block;
      if (ending.kind === 'fall' || ending.kind === 'branch') this.#goTo(ending.next, this.#block.count);
    }
    [this.#node, this.#block, this.#written, this.#index, this.#offset, this.#length] = outer;
  }

  #dispatch(node: RegionNode): void {
    const labels = node.dispatch!.entries.map((entry) =>
      entry.order <= node.order ? this.#loops.get(entry)! : this.#merges.get(entry)!,
    );
    this.code.get(this.#labels.get(node)!).brTable(labels.slice(0, -1), labels.at(-1)!);
  }

  /** Goes on at an offset in the same copy, `retired` instructions of the block being done. */
  #goTo(offset: number, retired: number, context = this.#block.context): void {
    const target = this.#context.region.at(offset, context);
    if (target === undefined) return this.#leaveFor(offset, retired);
    this.#advance(retired);
    this.#transfer(target, offset, this.#dirty);
  }

  #transfer(wanted: RegionNode, offset: number, dirty: RegisterSet): void {
    const { code, layout } = this;
    const { target, labels } = route(this.#node, wanted);
    const isBackward = target.order <= this.#node.order;
    if (isBackward) {
      code.get(this.#count).get(this.#limit).op(OP.i32_gt_s);
      code.get(CPU).atomic(ATOMIC.i32_load, layout.offset('exit'), 2).op(OP.i32_or);
      code.if(0x40, false);
      this.#storePc(offset);
      this.#storeRemaining(0);
      this.#spill(dirty);
      code.i32(UNWIND).op(OP.return);
      code.end();
    }
    for (const [dispatch, index] of labels) code.i32(index).set(this.#labels.get(dispatch)!);
    if (isBackward) code.br(this.#loops.get(target)!);
    else if (target.forward > 1) code.br(this.#merges.get(target)!);
    else this.#tree(target);
  }

  #advance(retired: number): void {
    if (retired > 0) this.code.get(this.#count).i32(retired).op(OP.i32_add).set(this.#count);
  }

  #address(offset: number): void {
    this.code.get(this.#base);
    if (offset !== 0) this.code.i64(offset).op(OP.i64_add);
  }
  #storePc(offset: number): void {
    this.code.get(CPU);
    this.#address(offset);
    this.code.memory(OP.i64_store, this.layout.offset('pc'));
  }
  /** Stores what remains, `retired` instructions of the current block being done. */
  #storeRemaining(retired: number): void {
    const { code } = this;
    code.get(CPU).get(this.#granted).get(this.#count).op(OP.i32_sub);
    if (retired !== 0) code.i32(retired).op(OP.i32_sub);
    code.memory(OP.i32_store, this.layout.offset('remaining'));
  }
  /** Leaves the region for code outside it. */
  #leaveFor(offset: number, retired: number): void {
    this.#storePc(offset);
    this.#storeRemaining(retired);
    this.#spill(this.#dirty);
    this.code.get(CPU).returnCall(this.targets.runtime.jump);
  }

  protected override operand(name: string): void {
    throw new BugError(`operand ${name} of a decoded instruction has a value`);
  }
  protected override stateBase(state: StateRef): number {
    this.code.get(CPU);
    return this.layout.offset(state.field, state.index);
  }
  protected override readState(node: Node): void {
    const id = this.#registers.idOf(node);
    if (id === undefined) super.readState(node);
    else this.code.get(this.#homes[id]!);
  }
  protected override writeState(node: Node): void {
    const id = this.#registers.idOf(node);
    if (id === undefined) {
      super.writeState(node);
      return;
    }
    this.use(node.args[0]!);
    this.code.set(this.#homes[id]!);
    this.#written |= 1n << BigInt(id);
  }
  protected override pc(node: Node): void {
    this.#address(this.#block.offset + (node.attributes.value as number));
  }
  protected override nextPc(): void {
    this.#address(this.#block.offset + this.#offset + this.#length);
  }
  override tlb(): void {
    this.code.get(this.#tlb);
  }
  protected override startInstruction(node: Node): void {
    this.#index++;
    this.#offset = node.attributes.value as number;
    this.#length = node.attributes.length!;
  }

  protected override leaveTo(node: Node): void {
    const { ending, context, count, offset } = this.#block;
    const target = offset + (node.attributes.target as number);
    if (node.op === 'branch') return this.#goTo(target, count);
    if (ending.kind !== 'call') return this.#goTo(target, count);
    const inlined = this.#context.region.at(target, [...context, ending.next]);
    if (inlined !== undefined) return this.#goTo(target, count, [...context, ending.next]);
    this.#call(() => this.#storePc(target), ending.next);
  }

  protected override leaveForRegister(local: number): void {
    const { code, layout } = this;
    const { ending, count, context } = this.#block;
    const storeTarget = (): void => {
      code.get(CPU).get(local).memory(OP.i64_store, layout.offset('pc'));
    };
    if (ending.kind === 'call') return this.#call(storeTarget, ending.next);
    if (ending.kind === 'return' && ending.inlined !== undefined) {
      // Almost always back to where it was called.
      code.get(local);
      this.#address(ending.inlined);
      code.op(OP.i64_eq);
      code.if(0x40, true);
      this.#goTo(ending.inlined, count, context.slice(0, -1));
      code.end();
    }
    storeTarget();
    this.#storeRemaining(count);
    this.#spill(this.#dirty);
    if (ending.kind === 'return') returnIfCalled(this);
    code.get(CPU).returnCall(this.targets.runtime.jump);
  }

  /**
   * A guest call as a wasm call. Nothing is assumed of it but that, if it returns here with RETURNED,
   * the guest goes on at `next` in the same mode and mapping.
   */
  #call(storeTarget: () => void, next: number): void {
    const { code, layout, targets } = this;
    const depth = this.locals.take(I32);
    storeTarget();
    this.#storeRemaining(this.#block.count);
    this.#spill(this.#dirty);
    const continuation = this.#context.region.at(next, this.#block.context);
    if (continuation === undefined) {
      code.get(CPU).returnCall(targets.runtime.jump);
      this.locals.release(depth);
      return;
    }
    code.get(CPU).memory(OP.i32_load, layout.offset('callDepth')).tee(depth).i32(CALL_DEPTH).op(OP.i32_ge_s);
    code.if(0x40, false);
    code.get(CPU).returnCall(targets.runtime.jump);
    code.end();
    code.get(CPU).get(depth).i32(1).op(OP.i32_add).memory(OP.i32_store, layout.offset('callDepth'));
    code.get(CPU).call(targets.runtime.jump).set(this.#status);
    // A callee in another tier may come back somewhere else first: go on from there.
    const again = code.loop();
    code.get(this.#status);
    code.if(0x40, false);
    code.i32(UNWIND).op(OP.return);
    code.end();
    code.get(CPU).memory(OP.i64_load, layout.offset('pc'));
    this.#address(next);
    code.op(OP.i64_ne);
    code.if(0x40, false);
    code.get(CPU).call(targets.runtime.jump).set(this.#status).br(again);
    code.end();
    code.end();
    code.get(CPU).get(depth).memory(OP.i32_store, layout.offset('callDepth'));
    this.locals.release(depth);
    this.#takeCount();
    this.#load(this.#registers.of(continuation).live);
    this.#transfer(continuation, next, 0n);
  }

  protected override leaveThroughRunLoop(): void {
    this.#storePc(this.#block.offset + this.#offset + this.#length);
    this.#storeRemaining(this.#index + 1);
    this.#spill(this.#dirty);
    this.code.i32(UNWIND).op(OP.return);
  }

  override sync(before: 'access' | 'call', helper?: HelperDefinition): void {
    this.#storePc(this.#block.offset + this.#offset);
    this.#storeRemaining(this.#index);
    if (before === 'call' && this.#registers.concerns(helper!.reads)) this.#spill(this.#dirty);
  }

  override settle(after: 'load' | 'store' | 'atomic' | 'call'): void {
    const { code } = this;
    code.tee(this.#status);
    code.if(0x40, false);
    if (after === 'call') {
      code.get(this.#status).i32(MOVED).op(OP.i32_eq);
      code.if();
      this.#storeRemaining(this.#index + 1);
      code.end();
    }
    this.#spill(this.#dirty);
    code.i32(UNWIND).op(OP.return);
    code.end();
  }

  override position(): { length: number; offset: number; retired: number } {
    return { length: this.#length, offset: 0, retired: 0 };
  }
}
