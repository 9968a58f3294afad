import type { GuestInstruction } from '../ir/guest.ts';
import { Builder, type Operand } from '../ir/builder.ts';
import type { Node, StateRef } from '../ir/node.ts';
import { BugError } from '../base/errors.ts';
import type { Code } from '../wasm/code.ts';
import { I32, OP } from '../wasm/opcodes.ts';
import { Emitter } from './emitter.ts';
import { CPU, type Locals } from './locals.ts';
import type { StateLayout } from './layout.ts';
import { RECORD_STEP, RECORD_WIDE, type RecordLayout } from './record.ts';
import type { CallTargets } from './runtime-imports.ts';
import { MOVED, RAISED } from '../mem/cpu.ts';

/** Locals of the interpreter's loop that handlers use. */
export interface LoopLocals {
  /** Address of the current record, and of the first one of its page. */
  readonly record: number;
  readonly page: number;
  /** Virtual address of the page (i64). */
  readonly base: number;
  /** Bytes of the page that branches may stay in. */
  readonly span: number;
  /** Instructions retired since `budget` was read. */
  readonly count: number;
  readonly budget: number;
  readonly tlb: number;
  readonly status: number;
}

/** Where handlers branch to. */
export interface LoopLabels {
  /** `record` is the target of a transfer of control inside the page. */
  readonly taken: number;
  /** pc in memory is the target of any other transfer. */
  readonly lookup: number;
  /** pc is current; the count is to be stored, with one more if status is MOVED. */
  readonly left: number;
}

/** Emits the handler of one instruction from its template: operands come from the record. */
export class Tier0Emitter extends Emitter {
  readonly #loop: LoopLocals;
  readonly #labels: LoopLabels;
  readonly #records: RecordLayout;
  #instruction!: GuestInstruction;
  #index = 0;
  /** Cleared when the handler never continues at the next instruction. */
  continues = true;

  constructor(
    code: Code,
    locals: Locals,
    layout: StateLayout,
    targets: CallTargets,
    width: 32 | 64,
    loop: LoopLocals,
    labels: LoopLabels,
    records: RecordLayout,
  ) {
    super(code, locals, layout, targets, width);
    this.#loop = loop;
    this.#labels = labels;
    this.#records = records;
  }

  /** Emits what the instruction does, up to where the next record is dispatched. */
  handler(instruction: GuestInstruction, index: number): void {
    this.#instruction = instruction;
    this.#index = index;
    this.continues = true;
    const operands: Record<string, Operand> = {};
    for (const { name } of instruction.operands) operands[name] = { name, value: undefined };
    const builder = new Builder(true);
    builder.startInstruction(0, 0);
    instruction.lower(builder, operands);
    this.unit(builder.unit);
    const last = builder.unit.nodes.at(-1);
    if (last !== undefined && ['jump', 'jump_reg', 'exit'].includes(last.op)) this.continues = false;
  }

  #slot(name: string): number {
    const position = this.#instruction.operands.findIndex((operand) => operand.name === name);
    if (position < 0) throw new BugError(`${this.#instruction.name} has no operand ${name}`);
    return this.#records.slot(this.#index, position);
  }

  protected override operand(name: string, type: 'i32' | 'i64'): void {
    const slot = this.#slot(name);
    const { code } = this;
    code.get(this.#loop.record);
    if (slot < 0) code.memory(type === 'i64' ? OP.i64_load32_s : OP.i32_load, RECORD_WIDE);
    else code.memory(type === 'i64' ? OP.i64_load8_u : OP.i32_load8_u, slot);
  }

  protected override stateBase(state: StateRef): number {
    const { code, layout, width } = this;
    code.get(CPU);
    if (state.operand === undefined) return layout.offset(state.field, state.index);
    const shift = Math.log2(layout.stride(state.field));
    code.get(this.#loop.record);
    const slot = this.#slot(state.operand);
    if (width === 64) code.memory(OP.i64_load8_u, slot).i64(shift).op(OP.i64_shl).op(OP.i64_add);
    else code.memory(OP.i32_load8_u, slot).i32(shift).op(OP.i32_shl).op(OP.i32_add);
    return layout.offset(state.field);
  }

  /** Pushes the offset of the current instruction in its page (i32). */
  #offset(): void {
    const { code, width } = this;
    code.get(this.#loop.record).get(this.#loop.page);
    code.op(width === 64 ? OP.i64_sub : OP.i32_sub);
    if (width === 64) code.op(OP.i32_wrap_i64);
    code.i32(this.#records.shift).op(OP.i32_shr_u);
  }

  /** Pushes the address of the current instruction. */
  #current(): void {
    this.code.get(this.#loop.base);
    this.#offset();
    this.code.op(OP.i64_extend_i32_u).op(OP.i64_add);
  }

  protected override pc(node: Node): void {
    const { code } = this;
    this.#current();
    if (node.attributes.operand !== undefined) {
      this.operand(node.attributes.operand, 'i64');
      code.op(OP.i64_add);
    } else if (node.attributes.value !== 0) {
      code.i64(node.attributes.value!).op(OP.i64_add);
    }
  }

  protected override nextPc(): void {
    this.#current();
    const { code } = this;
    code.get(this.#loop.record).memory(OP.i64_load8_u, RECORD_STEP);
    code.i64(this.#records.shift).op(OP.i64_shr_u).op(OP.i64_add);
  }

  override tlb(): void {
    this.code.get(this.#loop.tlb);
  }

  protected override startInstruction(): void {}

  protected override leaveTo(node: Node): void {
    const { code, locals, width } = this;
    const { record, page, base, span, count } = this.#loop;
    const target = node.attributes.target;
    code.get(count).i32(1).op(OP.i32_add).set(count);
    const offset = locals.take(I32);
    this.#offset();
    if (typeof target === 'object') this.operand(target.operand, 'i32');
    else code.i32(target!);
    code.op(OP.i32_add).tee(offset).get(span).op(OP.i32_lt_u);
    code.if(0x40, true);
    code.get(page).get(offset);
    if (width === 64) code.op(OP.i64_extend_i32_u).i64(this.#records.shift).op(OP.i64_shl).op(OP.i64_add);
    else code.i32(this.#records.shift).op(OP.i32_shl).op(OP.i32_add);
    code.set(record).br(this.#labels.taken);
    code.end();
    code.get(CPU).get(base).get(offset).op(OP.i64_extend_i32_s).op(OP.i64_add);
    code.memory(OP.i64_store, this.layout.offset('pc')).br(this.#labels.lookup);
    locals.release(offset);
  }

  protected override leaveForRegister(local: number): void {
    const { code } = this;
    const { count } = this.#loop;
    code.get(CPU).get(local).memory(OP.i64_store, this.layout.offset('pc'));
    code.get(count).i32(1).op(OP.i32_add).set(count).br(this.#labels.lookup);
  }

  protected override leaveThroughRunLoop(): void {
    const { code } = this;
    code.get(CPU);
    this.nextPc();
    code.memory(OP.i64_store, this.layout.offset('pc'));
    code.i32(MOVED).set(this.#loop.status).br(this.#labels.left);
  }

  override sync(): void {
    const { code } = this;
    const { budget, count } = this.#loop;
    code.get(CPU);
    this.#current();
    code.memory(OP.i64_store, this.layout.offset('pc'));
    code.get(CPU).get(budget).get(count).op(OP.i32_sub);
    code.memory(OP.i32_store, this.layout.offset('remaining'));
  }

  override settle(after: 'load' | 'store' | 'atomic' | 'call'): void {
    const { code } = this;
    const { status, tlb } = this.#loop;
    // An atomic that hit code goes on: the records it changed are what is dispatched next.
    if (after === 'load' || after === 'atomic') code.i32(RAISED).op(OP.i32_eq);
    code.tee(status);
    if (after === 'store') {
      code.if(0x40, false);
      code.get(status).i32(MOVED).op(OP.i32_eq);
      code.if();
      code.get(CPU);
      this.nextPc();
      code.memory(OP.i64_store, this.layout.offset('pc'));
      code.end();
      code.br(this.#labels.left);
      code.end();
      return;
    }
    code.brIf(this.#labels.left, false);
    if (after === 'call') {
      code.get(CPU);
      code.memory(this.width === 64 ? OP.i64_load32_u : OP.i32_load, this.layout.offset('tlb')).set(tlb);
    }
  }

  protected override raised(): void {
    this.code.set(this.#loop.status).br(this.#labels.left);
  }

  override position(): { length: number; offset: number; retired: number } {
    return { length: 0, offset: 0, retired: 0 };
  }
}
