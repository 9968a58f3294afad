import type { Transfer } from '../ir/builder.ts';
import type { Node, StateRef, Unit } from '../ir/node.ts';
import { BugError } from '../base/errors.ts';
import { ATOMIC, I32, I64, OP } from '../wasm/opcodes.ts';
import { Code } from '../wasm/code.ts';
import { groupAccesses, type AccessGroups } from './access-groups.ts';
import { Emitter } from './emitter.ts';
import { roundingOf } from './host-limit.ts';
import { CPU, Locals } from './locals.ts';
import type { StateLayout } from './layout.ts';
import { countEntry, emitTelling, returnIfCalled } from './promotion.ts';
import { UNWIND } from './outcome.ts';
import { RECORD_LINK, type RecordLayout } from './record.ts';
import { addressType, type CallTargets } from './runtime-imports.ts';
import { MOVED } from '../mem/cpu.ts';

const PAGE = 4096;
/** In the word for `#alone`: how many instructions came before, below where the instruction is in the block. */
const ALONE_INDEX_BITS = 7;

/** A straight run of guest instructions, lowered, and where it stands. */
export interface BlockSource {
  readonly unit: Unit;
  /** Instructions in it. */
  readonly count: number;
  /** Bytes of it, and where it begins in its page. */
  readonly length: number;
  readonly offset: number;
  /** Address of the records of its page. */
  readonly records: number;
  /** Address of the record at an offset from the page's start that lies in another page, if it is known and stays. */
  readonly beyond?: ((inPage: number) => number | undefined) | undefined;
}

/**
 * Emits a block as a function of its own. pc in memory is the block's start while it runs, and the
 * count of remaining instructions is that from before it: both are made current only where it is
 * left, or before something that looks. Registers are written through, so nothing is spilled.
 */
export class Tier1Emitter extends Emitter {
  protected readonly source: BlockSource;
  readonly #records: RecordLayout;
  readonly #start: number;
  protected readonly granted: number;
  readonly #tlb: number;
  protected readonly status: number;
  /** Limits of host results, by the field that the rounding mode is in; undefined: to nearest. */
  readonly #limits = new Map<string | undefined, number>();
  /** The label behind which the block is left for the run loop; pc and the count are current. */
  protected left = 0;
  /** The label behind which the block is left before the instruction that `status` says: `ALONE_INDEX_BITS`. */
  #alone = 0;
  #leavesAlone = false;
  /** The instruction has changed nothing yet. */
  #isUntouched = true;
  /** The instruction being emitted: how many came before it, where it is, how long it is. */
  #index = -1;
  protected offset = 0;
  #length = 0;

  constructor(block: BlockSource, layout: StateLayout, targets: CallTargets, width: 32 | 64, records: RecordLayout) {
    super(new Code(1024), new Locals(1), layout, targets, width);
    this.source = block;
    this.#records = records;
    this.#start = this.locals.take(I64);
    this.granted = this.locals.take(I32);
    this.#tlb = this.locals.take(addressType(width));
    this.status = this.locals.take(I32);
  }

  /** Emits the whole function. */
  block(): { locals: number[]; code: Code } {
    const { code, layout, width } = this;
    const block = this.source;
    const touchesMemory = block.unit.nodes.some(({ op }) => op === 'load' || op === 'store');
    this.left = code.block();
    this.#alone = code.block();
    code.get(CPU).memory(OP.i32_load, layout.offset('remaining')).tee(this.granted);
    code.i32(block.count).op(OP.i32_lt_s).brIf(this.left, false);
    this.begin(this.#start);
    if (touchesMemory) {
      code.get(CPU);
      code.memory(width === 64 ? OP.i64_load32_u : OP.i32_load, layout.offset('tlb')).set(this.#tlb);
    }
    this.unit(block.unit);
    const last = block.unit.nodes.at(-1)!.op;
    if (last !== 'jump' && last !== 'jump_reg' && last !== 'exit') {
      this.#index = block.count;
      this.#goTo(block.length);
    }
    code.end();
    if (this.#leavesAlone) this.#goAlone();
    else code.op(OP.unreachable);
    code.end();
    code.i32(UNWIND);
    return { locals: this.locals.types, code };
  }

  /**
   * Where memory is a program's, hardly any access misses: no code but this is made for those, once for a block. That
   * an instruction is executed again from its beginning must not be seen.
   */
  override get leavesAlone(): boolean {
    return this.targets.window !== undefined && this.#isUntouched;
  }
  override leaveAlone(): void {
    this.#leavesAlone = true;
    this.code
      .i32((this.offset << ALONE_INDEX_BITS) | this.#index)
      .set(this.status)
      .br(this.#alone);
  }
  #goAlone(): void {
    const { code, layout, status } = this;
    code.get(CPU);
    this.address(0);
    code.get(status).i32(ALONE_INDEX_BITS).op(OP.i32_shr_u).op(OP.i64_extend_i32_u).op(OP.i64_add);
    code.memory(OP.i64_store, layout.offset('pc'));
    code.get(CPU).get(this.granted).get(status);
    code
      .i32((1 << ALONE_INDEX_BITS) - 1)
      .op(OP.i32_and)
      .op(OP.i32_sub);
    code.memory(OP.i32_store, layout.offset('remaining'));
    code.get(CPU).returnCall(this.targets.runtime.single);
  }
  protected override writeState(node: Node): void {
    super.writeState(node);
    this.#isUntouched = false;
  }

  /** Sets local `start` to the block's address. */
  protected begin(start: number): void {
    this.code.get(CPU).memory(OP.i64_load, this.layout.offset('pc')).set(start);
  }

  protected override operand(name: string): void {
    throw new BugError(`operand ${name} of a decoded instruction has a value`);
  }

  protected override stateBase(state: StateRef): number {
    this.code.get(CPU);
    return this.layout.offset(state.field, state.index);
  }

  /** Pushes the address that is an offset from the block's start. */
  protected address(offset: number): void {
    this.code.get(this.#start);
    if (offset !== 0) this.code.i64(offset).op(OP.i64_add);
  }
  protected override pc(node: Node): void {
    this.address(node.attributes.value as number);
  }
  protected override nextPc(): void {
    this.address(this.offset + this.#length);
  }
  /** Found out once in a block: nothing but flags that accrue changes it there. */
  override limit(mode: Node, local: number): void {
    const rounding = roundingOf(mode);
    if (rounding === undefined) return super.limit(mode, local);
    const key = rounding === 'nearest' ? undefined : rounding.field;
    const known = this.#limits.get(key);
    if (known !== undefined) {
      this.code.get(known);
      return;
    }
    super.limit(mode, local);
    const limit = this.locals.take(I32);
    this.#limits.set(key, limit);
    this.code.tee(limit);
  }
  protected override groupsOf(unit: Unit): AccessGroups {
    return this.targets.window === undefined ? super.groupsOf(unit) : groupAccesses(unit);
  }

  override tlb(): void {
    this.code.get(this.#tlb);
  }

  protected override startInstruction(node: Node): void {
    this.#index++;
    this.#isUntouched = true;
    this.offset = node.attributes.value as number;
    this.#length = node.attributes.length!;
  }

  #storePc(offset: number): void {
    this.code.get(CPU);
    this.address(offset);
    this.code.memory(OP.i64_store, this.layout.offset('pc'));
  }
  /** Takes `retired` instructions off what remains. */
  #storeRemaining(retired: number): void {
    this.code.get(CPU).get(this.granted);
    if (retired !== 0) this.code.i32(retired).op(OP.i32_sub);
    this.code.memory(OP.i32_store, this.layout.offset('remaining'));
  }

  protected override leaveTo(node: Node): void {
    const target = node.attributes.target;
    if (typeof target !== 'number') throw new BugError('a target of a decoded instruction has a value');
    this.#index++;
    this.#goTo(target);
    this.#index--;
  }

  /** Goes on at an offset from the block's start, `#index` instructions being retired. */
  #goTo(offset: number): void {
    this.#storePc(offset);
    this.#storeRemaining(this.#index);
    this.transfer(offset);
  }

  /** Leaves the block to an offset from its start: pc and the count are current. */
  protected transfer(offset: number): void {
    const { code, targets } = this;
    const inPage = this.source.offset + offset;
    const isBeyond = inPage < 0 || inPage >= PAGE;
    const address = isBeyond ? this.source.beyond?.(inPage) : this.source.records + inPage * 2 ** this.#records.shift;
    if (address === undefined) {
      code.get(CPU).returnCall(targets.runtime.jump);
      return;
    }
    const isCounted = isBeyond || this.isBackward(offset);
    if (isCounted) this.leaveIfAsked();
    const link = this.status;
    if (this.width === 64) code.i64(0);
    else code.i32(0);
    code
      .memory(OP.i32_load, address + RECORD_LINK)
      .tee(link)
      .i32(0)
      .op(OP.i32_le_s);
    code.brIf(this.left, false);
    if (isCounted) countEntry(this, link, this.granted, targets.runtime.promoted);
    code.get(CPU).get(link).returnCallIndirect(targets.blockType);
  }

  /** Every loop has a backward transfer: the exit word is looked at there, and entries are counted. */
  protected isBackward(offset: number): boolean {
    return offset <= this.offset;
  }
  protected leaveIfAsked(): void {
    const { code, layout } = this;
    code.get(CPU).atomic(ATOMIC.i32_load, layout.offset('exit'), 2).brIf(this.left, false);
  }

  protected override leaveForRegister(local: number, transfer: Transfer): void {
    const { code } = this;
    code.get(CPU).get(local).memory(OP.i64_store, this.layout.offset('pc'));
    this.#storeRemaining(this.#index + 1);
    if (transfer === 'return') returnIfCalled(this);
    else this.#tell();
    code.get(CPU).returnCall(this.targets.runtime.jump);
  }

  /** Tells of one in so many jumps where it goes: pc is there already. */
  #tell(): void {
    const { code } = this;
    emitTelling(this, this.status);
    code.get(CPU).i32(this.recordOfJump());
    this.address(this.offset);
    code.op(OP.i32_wrap_i64).returnCall(this.targets.runtime.told);
    code.end();
  }
  /** Address of the record of the instruction being emitted, as `told` takes it. */
  protected recordOfJump(): number {
    return this.source.records + (this.source.offset + this.offset) * 2 ** this.#records.shift;
  }

  protected override leaveThroughRunLoop(): void {
    this.#storePc(this.offset + this.#length);
    this.#storeRemaining(this.#index + 1);
    this.code.i32(UNWIND).op(OP.return);
  }

  override sync(before: 'access' | 'call'): void {
    this.#isUntouched = false;
    // A slow access is told where it is and makes them current itself.
    if (before === 'access') return;
    this.#storePc(this.offset);
    this.#storeRemaining(this.#index);
  }

  override settle(after: 'load' | 'store' | 'atomic' | 'call'): void {
    const { code } = this;
    if (after !== 'call') {
      code.brIf(this.left, false);
      return;
    }
    code.tee(this.status);
    code.if(0x40, false);
    code.get(this.status).i32(MOVED).op(OP.i32_eq);
    code.if();
    this.#storeRemaining(this.#index + 1);
    code.end();
    code.i32(UNWIND).op(OP.return);
    code.end();
    this.#storePc(0);
    this.#storeRemaining(0);
  }

  protected override raised(): void {
    this.code.op(OP.drop).i32(UNWIND).op(OP.return);
  }

  override position(): { length: number; offset: number; retired: number } {
    return { length: this.#length, offset: this.offset, retired: this.#index };
  }
}
