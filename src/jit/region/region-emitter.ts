import { BugError } from '../../base/errors.ts';
import type { HelperDefinition } from '../../ir/ops.ts';
import type { Node, StateRef, Unit } from '../../ir/node.ts';
import type { Type } from '../../ir/types.ts';
import { MOVED } from '../../mem/cpu.ts';
import { SEGMENT_GROUP_LIMIT, SEGMENT_HOST, SEGMENT_LIMIT, SEGMENT_START } from '../../mem/segment.ts';
import { Code } from '../../wasm/code.ts';
import { I32, I64, OP } from '../../wasm/opcodes.ts';
import { groupAccesses, type AccessGroups } from '../access-groups.ts';
import { Emitter } from '../emitter.ts';
import { loadOpcode, storeOpcode } from '../conversions.ts';
import { CPU, Locals, wasmType } from '../locals.ts';
import { BUDGET_SLACK } from '../interpreter.ts';
import type { StateLayout } from '../layout.ts';
import type { Optimizations } from '../optimizations.ts';
import { LEFT, UNWOUND } from '../outcome.ts';
import { emitTelling } from '../promotion.ts';
import { addressType, type CallTargets } from '../runtime-imports.ts';
import { emitCall } from './calls.ts';
import type { Region } from './discover.ts';
import type { Dispatch, RegionBlock, RegionNode } from './graph.ts';
import { RegionConstants } from './constants.ts';
import { RegionExits } from './exits.ts';
import { RegionRegisters, type RegisterSet } from './registers.ts';
import { route, structure } from './structure.ts';
import { emitCases, type Case } from './switches.ts';

/** Parameters after the CPU: address of the cluster's first page, what remains of the budget, depth of calls. */
export const BASE = 1;
export const REMAINING = 2;
export const DEPTH = 3;
/**
 * Instructions after which a loop leaves the region and is entered again: a wasm function that never
 * returns would stay in V8's baseline code. Each entry stays one part in STAY_GROWTH longer, up to about
 * MOST_STAY: by then V8 has long made better code. With limits of host results stays do not grow: what was
 * entered before `inexact` had accrued would compute in software for so long.
 */
const STAY = 200_000;
const STAY_GROWTH = 32;
const MOST_STAY = 16_000_000;

/** What all regions have in common. */
export interface RegionSettings {
  /** Register files that are kept in locals. */
  readonly files: ReadonlySet<string>;
  /** State that does not change in a region. */
  readonly steady: ReadonlySet<string>;
  readonly layout: StateLayout;
  readonly width: 32 | 64;
  /** Bytes of the guest's smallest instruction. */
  readonly parcel: number;
  /** Address of the flags of host pages. */
  readonly pageFlags: number;
  readonly optimizations: Optimizations;
}

export interface RegionContext extends RegionSettings {
  readonly region: Region;
  readonly targets: CallTargets;
  /** Address of the record of the instruction at an offset; undefined: the region stays as it is, whatever is seen of it. */
  readonly recordAt: ((offset: number) => number) | undefined;
  /** The function, in the same module, of the region that begins at an offset. */
  readonly functionAt: (offset: number) => number | undefined;
  /** Global: by how much the region's stays have grown; undefined: a loop may go on for as long as it likes. */
  readonly stayed: number | undefined;
  /** Address of the CPU's state; undefined: whatever the caller says. */
  readonly state: number | undefined;
}

/** Where a guest register is in a region. */
interface Home {
  readonly type: 'i64' | 'f64';
  readonly local: number;
}

function convert(code: Code, from: Type, to: Type): void {
  if (from === 'f64' && to === 'i64') code.op(OP.i64_reinterpret_f64);
  else if (from === 'i64' && to === 'f64') code.op(OP.f64_reinterpret_i64);
}

/**
 * Tier 2: one wasm function for a region, of `regionType`. Guest registers are locals; control flow is structured
 * from the dominator tree. pc and memory's copies of registers are out of date inside, and made
 * current wherever the region is left or something may look.
 */
export class RegionEmitter extends Emitter {
  readonly #context: RegionContext;
  readonly #order: readonly RegionNode[];
  readonly #registers: RegionRegisters;
  readonly #homes: readonly Home[];
  readonly #constants: RegionConstants;
  /**
   * Locals: what remains where a loop leaves the region, by which REMAINING is less than what remains, if there
   * is a loop; the data TLB; the outcome of an access.
   */
  readonly #floor: number | undefined;
  readonly #tlb: number;
  readonly #status: number;
  /** Where the jump goes that comes to the hub. */
  readonly #jumpTarget: number;
  readonly #loops = new Map<RegionNode, number>();
  readonly #merges = new Map<RegionNode, number>();
  readonly #labels = new Map<RegionNode, number>();
  #node!: RegionNode;
  #block!: RegionBlock;
  #written: RegisterSet = 0n;
  #index = -1;
  /** Registers are in memory, for the helper that is called. */
  #isSpilled = false;
  /** The instruction has changed nothing yet. */
  #isUntouched = true;
  #offset = 0;
  #length = 0;
  /** Where memory is a program's. */
  readonly #exits: RegionExits | undefined;

  constructor(context: RegionContext) {
    super(new Code(4096), new Locals(4), context.layout, context.targets, context.width);
    this.#context = context;
    const { region, files, width, optimizations, pageFlags } = context;
    const { nodes, hub } = region;
    this.#order = structure(region.entry, hub === undefined ? nodes : [...nodes, hub.node], optimizations.has('nests'));
    this.#registers = new RegionRegisters(this.#order, files, optimizations.has('loops'));
    const asFloats = context.optimizations.has('floats');
    this.#homes = this.#registers.list.map(({ floats }) => {
      const type = asFloats && floats > 0 ? 'f64' : 'i64';
      return { type, local: this.locals.take(wasmType(type)) };
    });
    this.#exits = this.targets.window === undefined ? undefined : new RegionExits(this);
    this.#constants = new RegionConstants(this, this.#order, context);
    this.#floor = this.#order.some(({ isLoop }) => isLoop) ? this.locals.take(I32) : undefined;
    this.#tlb = this.locals.take(addressType(width));
    this.#status = this.locals.take(I32);
    this.#jumpTarget = region.hub === undefined ? -1 : this.locals.take(I64);
    const hasSegments = optimizations.has('segment') && context.targets.window === undefined;
    if (hasSegments && region.nodes.some(touchesMemory) && this.#order.some(({ isLoop }) => isLoop)) {
      const types = [I64, I64, I64, addressType(width)];
      const [start, limit, groupLimit, host] = types.map((type) => this.locals.take(type));
      this.segment = { start: start!, limit: limit!, groupLimit: groupLimit!, host: host!, pageFlags };
    }
    for (const node of this.#order) {
      if (node.dispatch !== undefined && node.dispatch.entries.length > 1)
        this.#labels.set(node, this.locals.take(I32));
    }
  }

  function(): { locals: number[]; code: Code } {
    const { code } = this;
    const [root] = this.#order as [RegionNode];
    this.#prologue(root);
    const nodes = this.#order.filter(({ block }) => block !== undefined);
    const dirty = nodes.map((node) => this.#registers.of(node).dirty);
    if (this.#exits === undefined) this.#tree(root);
    else this.#exits.around(dirty, () => this.#tree(root));
    code.op(OP.unreachable);
    return { locals: this.locals.types, code };
  }

  /** Unwinds if somebody wants the CPU's attention, or the budget could be overrun. */
  #prologue(root: RegionNode): void {
    const { code, layout, width } = this;
    const { state } = this.#context;
    if (state !== undefined) (width === 32 ? code.i32(state) : code.i64(state)).set(CPU);
    code.get(REMAINING).i32(BUDGET_SLACK).op(OP.i32_lt_s);
    code.get(CPU).memory(OP.i32_load, layout.offset('exit')).tee(this.#status).op(OP.i32_or);
    code.if(0x40, false);
    this.storePc(this.#context.region.start);
    code.get(CPU).get(REMAINING).memory(OP.i32_store, layout.offset('remaining'));
    this.#interrupted();
    code.end();
    if (this.#floor !== undefined) this.#stay(this.#floor);
    if (this.targets.window === undefined || this.#context.region.nodes.some(needsTlb)) {
      code.get(CPU);
      code.memory(width === 64 ? OP.i64_load32_u : OP.i32_load, layout.offset('tlb')).set(this.#tlb);
    }
    this.#constants.load();
    this.#takeSegment();
    this.#load(this.#registers.of(root).live);
  }

  /** Sets the floor to max(slack, remaining - stay). */
  #stay(floor: number): void {
    const { code } = this;
    const { stayed } = this.#context;
    const longer = this.#status;
    if (stayed === undefined) {
      code.i32(BUDGET_SLACK).set(floor);
      code.get(REMAINING).get(floor).op(OP.i32_sub).set(REMAINING);
      return;
    }
    code.get(REMAINING).globalGet(stayed).i32(STAY).op(OP.i32_add).tee(longer).op(OP.i32_sub);
    code.tee(floor).i32(BUDGET_SLACK);
    code.get(floor).i32(BUDGET_SLACK).op(OP.i32_gt_s).op(OP.select).set(floor);
    code.get(REMAINING).get(floor).op(OP.i32_sub).set(REMAINING);
    if (this.#constants.hasLimits) return;
    code.globalGet(stayed).get(longer).i32(STAY_GROWTH).op(OP.i32_div_u);
    code.i32(0).get(longer).i32(MOST_STAY).op(OP.i32_lt_u).op(OP.select);
    code.op(OP.i32_add).globalSet(stayed);
  }

  /**
   * Reads the segment. It is right until the region is left: a slow access may make it longer or replace
   * it, but what changes a mapping unwinds.
   */
  #takeSegment(): void {
    const { code, layout, segment, width } = this;
    if (segment === undefined) return;
    const at = (word: number): number => layout.offset('segment', word);
    code.get(CPU).memory(OP.i64_load, at(SEGMENT_START)).set(segment.start);
    code.get(CPU).memory(OP.i64_load, at(SEGMENT_LIMIT)).set(segment.limit);
    if (this.#context.region.nodes.some(({ block }) => this.groupsOf(block!.unit).size > 0)) {
      code.get(CPU).memory(OP.i64_load, at(SEGMENT_GROUP_LIMIT)).set(segment.groupLimit);
    }
    code
      .get(CPU)
      .memory(width === 32 ? OP.i32_load : OP.i64_load, at(SEGMENT_HOST))
      .set(segment.host);
  }

  /** On a backward transfer: unwinds if the region's stay is over or the exit word is set. */
  #look(storePc: () => void, dirty: RegisterSet): void {
    const { code, layout } = this;
    const goOn = code.block();
    const leave = code.block();
    code.get(REMAINING).i32(0).op(OP.i32_lt_s).brIf(leave, false);
    code.get(CPU).memory(OP.i32_load, layout.offset('exit')).tee(this.#status).op(OP.i32_eqz).brIf(goOn, true);
    code.end();
    storePc();
    this.storeRemaining(0);
    this.spill(dirty);
    this.#interrupted();
    code.end();
  }
  #interrupted(): void {
    this.code.i32(UNWOUND).get(this.#status).op(OP.i64_extend_i32_u).op(OP.return);
  }

  #load(set: RegisterSet): void {
    for (const id of this.#registers.members(set)) {
      const { field, index } = this.#registers.list[id]!;
      const { type, local } = this.#homes[id]!;
      this.code
        .get(CPU)
        .memory(loadOpcode(type, 8, false), this.layout.offset(field, index))
        .set(local);
    }
  }
  spill(set: RegisterSet): void {
    for (const id of this.#registers.members(set)) {
      const { field, index } = this.#registers.list[id]!;
      const { type, local } = this.#homes[id]!;
      this.code.get(CPU).get(local).memory(storeOpcode(type, 8), this.layout.offset(field, index));
    }
  }
  /** Registers whose memory may be out of date here. */
  get dirty(): RegisterSet {
    return this.#registers.of(this.#node).dirty | this.#written;
  }

  /** A node and everything that only it leads to. */
  #tree(node: RegionNode): void {
    const { code } = this;
    this.#before(node.exits, () => {
      if (node.isLoop) this.#loops.set(node, code.loop());
      const merges = node.children.filter((child) => child.isPlace && !this.#merges.has(child));
      this.#before(merges, () => this.#body(node));
      if (node.isLoop) code.end();
    });
  }
  /** Emits something, and behind it places that it may branch to. */
  #before(places: readonly RegionNode[], emit: () => void): void {
    const sorted = places.toSorted((a, b) => b.order - a.order);
    for (const place of sorted) this.#merges.set(place, this.code.block());
    emit();
    for (const place of sorted.reverse()) {
      this.code.end();
      this.#tree(place);
    }
  }

  #body(node: RegionNode): void {
    const outer = [this.#node, this.#block, this.#written, this.#index, this.#offset, this.#length] as const;
    this.#node = node;
    this.#written = 0n;
    this.#index = -1;
    const { hub } = this.#context.region;
    if (node.dispatch !== undefined) this.#dispatch(node, node.dispatch);
    else if (node === hub?.node) this.#jump(hub.cases, this.#jumpTarget);
    else {
      this.#block = node.block!;
      const emit = (): void => this.#emitBlock(this.#block);
      if (this.#exits === undefined) emit();
      else this.#exits.aroundNode(accessesOf(node), this.#registers.of(node).dirty, emit);
    }
    [this.#node, this.#block, this.#written, this.#index, this.#offset, this.#length] = outer;
  }
  #emitBlock({ unit, ending, count }: RegionBlock): void {
    this.unit(unit);
    if (ending.kind === 'fall' || ending.kind === 'branch') this.#goTo(ending.next, count);
  }

  #dispatch(node: RegionNode, { entries }: Dispatch): void {
    if (entries.length === 1) return this.#branch(entries[0]!, this.dirty);
    const labels = entries.map((entry) =>
      entry.order <= node.order ? this.#loops.get(entry)! : this.#merges.get(entry)!,
    );
    this.code.get(this.#labels.get(node)!).brTable(labels.slice(0, -1), labels.at(-1)!);
  }

  /** Goes on at an offset in the same copy, `retired` instructions of the block being done. */
  #goTo(offset: number, retired: number, context = this.#block.context): void {
    const target = this.#context.region.at(offset, context);
    if (target === undefined) return this.#leaveFor(offset, retired);
    this.advance(retired);
    this.transfer(target, () => this.storePc(offset));
  }

  /** Goes on in a node; `storePc` stores where that is. */
  transfer(wanted: RegionNode, storePc: () => void, dirty = this.dirty): void {
    const { code } = this;
    const { target, labels } = route(this.#node, wanted);
    if (target.order <= this.#node.order) this.#look(storePc, dirty);
    for (const [dispatch, index] of labels) code.i32(index).set(this.#labels.get(dispatch)!);
    this.#branch(target, dirty);
  }

  /** Branches to a node that needs no dispatch. */
  #branch(target: RegionNode, dirty: RegisterSet): void {
    const { code } = this;
    this.spill(this.#registers.storedBefore(this.#node, target, dirty));
    if (target.order <= this.#node.order) code.br(this.#loops.get(target)!);
    else if (target.isPlace) code.br(this.#merges.get(target)!);
    else this.#tree(target);
  }

  /** The label of a node that can be branched to without further ado. */
  labelOf(wanted: RegionNode): number | undefined {
    const { target, labels } = route(this.#node, wanted);
    const stored = this.#registers.storedBefore(this.#node, target, this.dirty);
    const isReady = labels.length === 0 && stored === 0n && target.order > this.#node.order && target.isPlace;
    return isReady ? this.#merges.get(target) : undefined;
  }

  /** Goes to the address in a local, which is one of the cases or outside the region. */
  #jump(cases: readonly Case[], target: number): void {
    emitCases(this, cases, target, this.#context.parcel);
    this.storeTarget(target);
    this.spill(this.dirty);
    this.storeRemaining(0);
    this.tellSurprise();
    this.result(LEFT);
  }
  /**
   * Tells of one in so many jumps that went where none was seen to go before; everything is in memory.
   * Unwinds if that gave the region up, to be made anew.
   */
  tellSurprise(): void {
    const { code } = this;
    const at = this.#node.block === undefined ? undefined : this.#block.offset + this.#offset;
    // At the hub it is not known which jump it was.
    const { recordAt } = this.#context;
    if (at === undefined || recordAt === undefined) return;
    emitTelling(this, this.#status);
    code.i32(recordAt(at));
    this.address(at);
    code.op(OP.i32_wrap_i64).call(this.targets.surprised);
    code.if();
    this.unwind();
    code.end();
    code.end();
  }
  storeTarget(target: number): void {
    this.code.get(CPU).get(target).memory(OP.i64_store, this.layout.offset('pc'));
  }

  advance(retired: number): void {
    if (retired > 0) this.code.get(REMAINING).i32(retired).op(OP.i32_sub).set(REMAINING);
  }

  /** Pushes what remains. */
  remaining(): void {
    this.code.get(REMAINING);
    if (this.#floor !== undefined) this.code.get(this.#floor).op(OP.i32_add);
  }
  /** Takes what remains from REMAINING, where a call has left it. */
  takeRemaining(): void {
    if (this.#floor !== undefined) this.code.get(REMAINING).get(this.#floor).op(OP.i32_sub).set(REMAINING);
  }

  address(offset: number): void {
    this.code.get(BASE);
    if (offset !== 0) this.code.i64(offset).op(OP.i64_add);
  }
  storePc(offset: number): void {
    this.code.get(CPU);
    this.address(offset);
    this.code.memory(OP.i64_store, this.layout.offset('pc'));
  }
  /** Stores what remains, `retired` instructions of the current block being done. */
  storeRemaining(retired: number): void {
    const { code } = this;
    code.get(CPU);
    this.remaining();
    if (retired !== 0) code.i32(retired).op(OP.i32_sub);
    code.memory(OP.i32_store, this.layout.offset('remaining'));
  }
  /** Leaves the region for code outside it. */
  #leaveFor(offset: number, retired: number): void {
    if (this.#exits !== undefined) return this.#exits.leave(this.#written, offset, retired, false);
    this.storePc(offset);
    this.storeRemaining(retired);
    this.spill(this.dirty);
    this.result(LEFT);
  }
  /** Leaves for pc: it and registers are in memory, what remains is not. */
  leave(): void {
    this.storeRemaining(0);
    this.result(LEFT);
  }
  /** Leaves for an offset, the block being done; registers are in memory. */
  leaveSpilled(offset: number): void {
    if (this.#exits !== undefined) return this.#exits.leaveStored(offset);
    this.storePc(offset);
    this.leave();
  }
  /** Unwinds all wasm frames; everything is in memory. */
  unwind(): void {
    this.result(UNWOUND);
  }
  /** Returns an outcome below 0. */
  result(outcome: number): void {
    this.code.i32(outcome).i64(0).op(OP.return);
  }

  /** Whether the region that begins at an offset can be called as it is. */
  isRegion(offset: number): boolean {
    return this.#context.functionAt(offset) !== undefined;
  }
  /** Calls that region; `pushRest` pushes what remains and the depth of the call. */
  callRegion(offset: number, pushRest: () => void): void {
    this.code.get(CPU).get(BASE);
    pushRest();
    this.code.call(this.#context.functionAt(offset)!);
  }
  nodeAt(offset: number, context: readonly number[]): RegionNode | undefined {
    return this.#context.region.at(offset, context);
  }
  /** Goes on in a node after a call: registers are in memory. */
  goOn(node: RegionNode, offset: number): void {
    this.#load(this.#registers.of(node).live);
    this.transfer(node, () => this.storePc(offset), 0n);
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
    const constant = this.#constants.localOf(node);
    if (constant !== undefined) this.code.get(constant);
    else if (id === undefined) super.readState(node);
    else {
      const { type, local } = this.#homes[id]!;
      this.code.get(local);
      convert(this.code, type, node.type!);
    }
  }
  protected override writeState(node: Node): void {
    this.#isUntouched = false;
    const id = this.#registers.idOf(node);
    if (id === undefined) {
      super.writeState(node);
      return;
    }
    const { type, local } = this.#homes[id]!;
    const value = node.args[0]!;
    this.use(value);
    convert(this.code, value.type!, type);
    this.code.set(local);
    this.#written |= 1n << BigInt(id);
  }
  override limit(mode: Node, local: number): void {
    const limit = this.#constants.limitOf(mode);
    if (limit === undefined) super.limit(mode, local);
    else this.code.get(limit);
  }
  protected override pc(node: Node): void {
    this.address(this.#block.offset + (node.attributes.value as number));
  }
  protected override nextPc(): void {
    this.address(this.#block.offset + this.#offset + this.#length);
  }
  protected override groupsOf(unit: Unit): AccessGroups {
    return this.#context.optimizations.has('groups') ? groupAccesses(unit) : super.groupsOf(unit);
  }
  override tlb(): void {
    this.code.get(this.#tlb);
  }
  override get leavesAlone(): boolean {
    return this.#exits !== undefined && this.#isUntouched;
  }
  override leaveAlone(): void {
    this.#exits!.leave(this.#written, this.#block.offset + this.#offset, this.#index, true);
  }

  protected override startInstruction(node: Node): void {
    this.#index++;
    this.#isUntouched = true;
    this.#offset = node.attributes.value as number;
    this.#length = node.attributes.length!;
  }

  protected override leaveTo(node: Node): void {
    const { ending, context, count, offset } = this.#block;
    const target = offset + (node.attributes.target as number);
    if (node.op === 'branch') {
      // To what comes next, either way: that is one edge of the graph.
      if (ending.kind === 'branch' && ending.next === target) return;
      return this.#goTo(target, count);
    }
    if (ending.kind !== 'call') return this.#goTo(target, count);
    const inlined = this.#context.region.at(target, [...context, ending.next]);
    if (inlined !== undefined) return this.#goTo(target, count, [...context, ending.next]);
    emitCall(this, this.#block, undefined);
  }

  protected override leaveForRegister(local: number): void {
    const { code } = this;
    const { ending, count, context } = this.#block;
    if (ending.kind === 'call') return emitCall(this, this.#block, local);
    if (ending.kind === 'return' && ending.inlined !== undefined) {
      // Almost always back to where it was called.
      code.get(local);
      this.address(ending.inlined);
      code.op(OP.i64_eq);
      code.if(0x40, true);
      this.#goTo(ending.inlined, count, context.slice(0, -1));
      code.end();
    }
    this.advance(count);
    if (ending.kind === 'computed') {
      const { hub, at } = this.#context.region;
      if (hub?.from.has(this.#node) === true) {
        code.get(local).set(this.#jumpTarget);
        return this.transfer(hub.node, () => this.storeTarget(local));
      }
      const cases = ending.seen.map((offset) => [offset, at(offset, context)] as const);
      return this.#jump(
        cases.filter((one): one is Case => one[1] !== undefined),
        local,
      );
    }
    this.spill(this.dirty);
    this.remaining();
    code.get(local).op(OP.return);
  }

  protected override leaveThroughRunLoop(): void {
    this.storePc(this.#block.offset + this.#offset + this.#length);
    this.storeRemaining(this.#index + 1);
    this.spill(this.dirty);
    this.unwind();
  }

  override sync(before: 'access' | 'call', helper?: HelperDefinition): void {
    this.#isUntouched = false;
    this.storePc(this.#block.offset + this.#offset);
    this.storeRemaining(this.#index);
    this.#isSpilled = before === 'call' && this.#registers.concerns(helper!.reads);
    if (this.#isSpilled) this.spill(this.dirty);
  }

  override settle(after: 'load' | 'store' | 'atomic' | 'call'): void {
    const { code } = this;
    code.tee(this.#status);
    code.if(0x40, false);
    if (after === 'call') {
      code.get(this.#status).i32(MOVED).op(OP.i32_eq);
      code.if();
      this.storeRemaining(this.#index + 1);
      code.end();
    }
    // A helper that had them in memory may have written there.
    if (after !== 'call' || !this.#isSpilled) this.spill(this.dirty);
    this.unwind();
    code.end();
  }

  protected override raised(): void {
    this.code.op(OP.drop);
    this.spill(this.dirty);
    this.unwind();
  }

  override position(): { length: number; offset: number; retired: number } {
    return { length: this.#length, offset: 0, retired: 0 };
  }
}

const needsTlb = ({ block }: RegionNode): boolean =>
  block!.unit.nodes.some(({ attributes }) => attributes.access?.align === 'natural');
const accessesOf = ({ block }: RegionNode): number =>
  block!.unit.nodes.filter(({ op }) => op === 'load' || op === 'store').length;
const touchesMemory = (node: RegionNode): boolean => accessesOf(node) > 0;
