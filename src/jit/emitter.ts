import { BugError } from '../base/errors.ts';
import type { Transfer } from '../ir/builder.ts';
import type { Node, StateRef, Unit } from '../ir/node.ts';
import { OPS, type HelperDefinition } from '../ir/ops.ts';
import type { Code } from '../wasm/code.ts';
import { I64, OP, VOID } from '../wasm/opcodes.ts';
import { emitAtomic, emitFence, emitLoad, emitStore } from './access.ts';
import type { AccessGroups } from './access-groups.ts';
import { fromI64, stateLoad, stateStore, toI64 } from './conversions.ts';
import { emitPure } from './pure.ts';
import type { SegmentLocals } from './reach.ts';
import type { StateLayout } from './layout.ts';
import { CPU, wasmType, type Locals } from './locals.ts';
import type { CallTargets } from './runtime-imports.ts';
import { SLOW_CAS, SLOW_CONDITIONAL, SLOW_RESERVE, SLOW_RMW } from './slow-access.ts';
import { emitFloat } from './float.ts';
import { emitLimit, roundingOf } from './host-limit.ts';

/**
 * Turns IR into wasm, in order. A pure value that is used once is emitted where it is used;
 * everything else goes to a local when its turn comes. What differs between the tiers — where
 * operands come from, how a unit is left — is in the subclasses.
 */
export abstract class Emitter {
  readonly code: Code;
  readonly layout: StateLayout;
  readonly targets: CallTargets;
  readonly width: 32 | 64;
  readonly locals: Locals;
  /** What accesses look at before the TLB. */
  segment: SegmentLocals | undefined;
  /** See `leaveAlone`. */
  get leavesAlone(): boolean {
    return false;
  }
  /** Leaves the unit before the instruction that is being emitted, to execute that by itself. */
  leaveAlone(): void {
    throw new BugError('an access is not left to tier 0 here');
  }
  /** Accesses of the unit that are checked together. */
  groups: AccessGroups = new Map();
  #nodes: readonly Node[] = [];
  /** The node's value: its local, or its two for an i128. */
  #local: Int32Array = new Int32Array(0);
  #remaining: Int32Array = new Int32Array(0);
  #high = new Map<number, number>();

  constructor(code: Code, locals: Locals, layout: StateLayout, targets: CallTargets, width: 32 | 64) {
    this.code = code;
    this.locals = locals;
    this.layout = layout;
    this.targets = targets;
    this.width = width;
  }

  /** Pushes an operand of the template. */
  protected abstract operand(name: string, type: 'i32' | 'i64'): void;
  /** Pushes the address that element `state` is at, and returns the offset to add to it. */
  protected abstract stateBase(state: StateRef): number;
  protected abstract pc(node: Node): void;
  protected abstract nextPc(): void;
  /** Pushes the address of the data TLB in use. */
  abstract tlb(): void;
  protected abstract startInstruction(node: Node): void;
  protected abstract leaveTo(node: Node): void;
  /** Leaves for the address in an i64 local. */
  protected abstract leaveForRegister(local: number, transfer: Transfer): void;
  protected abstract leaveThroughRunLoop(): void;
  /** Makes pc and the count current before something that may raise or look at them. */
  abstract sync(before: 'access' | 'call', helper?: HelperDefinition): void;
  /** Consumes the status of a slow access or helper: leaves unless it is CONTINUE. */
  abstract settle(after: 'load' | 'store' | 'atomic' | 'call'): void;
  /** Consumes the status of a helper that always raises: leaves. */
  protected abstract raised(): void;
  /** Length, offset and count that a slow access is told. */
  abstract position(): { length: number; offset: number; retired: number };

  /** Emits a unit; another may be emitted inside it, where it is left. */
  unit(unit: Unit): void {
    const outer = [this.#nodes, this.groups, this.#local, this.#remaining, this.#high] as const;
    const nodes = unit.nodes;
    this.#nodes = nodes;
    this.groups = this.groupsOf(unit);
    this.#local = new Int32Array(nodes.length).fill(-1);
    this.#remaining = new Int32Array(nodes.length);
    this.#high = new Map();
    for (const node of nodes) this.#remaining[node.id] = node.uses;
    for (const node of nodes) this.#node(node);
    [this.#nodes, this.groups, this.#local, this.#remaining, this.#high] = outer;
  }

  protected groupsOf(_unit: Unit): AccessGroups {
    return this.groups;
  }

  /** Whether all that an `if` does is to raise an exception. */
  #raises({ id }: Node): boolean {
    let at = id + 1;
    while (OPS[this.#nodes[at]!.op].effect === 'pure') at++;
    return this.#nodes[at]!.attributes.helper?.raises === true;
  }

  #node(node: Node): void {
    const effect = OPS[node.op].effect;
    if (effect === 'pure') {
      if (node.uses === 0) return this.#discard(node);
      if (node.op === 'const') return;
      if (node.type === 'i128') return this.#wide(node);
      if (node.uses > 1) {
        this.#pure(node);
        this.keep(node);
      }
      return;
    }
    this.#effect(node);
  }

  /** An unused pure value: what it would have used is used once less. */
  #discard(node: Node): void {
    for (const argument of node.args) this.#used(argument);
  }

  /** Moves the top of the stack into a local that holds the node's value. */
  keep(node: Node): void {
    if (node.uses === 0) {
      this.code.op(OP.drop);
      return;
    }
    const local = this.locals.take(wasmType(node.type!));
    this.#local[node.id] = local;
    this.code.set(local);
  }

  #used(node: Node): void {
    if (--this.#remaining[node.id]! === 0) {
      const local = this.#local[node.id]!;
      if (local >= 0) this.locals.release(local);
      const high = this.#high.get(node.id);
      if (high !== undefined) this.locals.release(high);
    }
  }

  /** Pushes a value. */
  use(node: Node): void {
    const local = this.#local[node.id]!;
    if (local >= 0) {
      this.code.get(local);
      this.#used(node);
    } else {
      this.#pure(node);
    }
  }

  /** Pushes the high half of an i128. */
  useHigh(node: Node): void {
    this.code.get(this.#high.get(node.id)!);
    this.#used(node);
  }

  #pure(node: Node): void {
    switch (node.op) {
      case 'const':
        return this.#constant(node);
      case 'operand':
        return this.operand(node.attributes.operand!, node.type as 'i32' | 'i64');
      case 'pc':
        return this.pc(node);
      case 'next_pc':
        return this.nextPc();
      default:
        emitPure(this, node);
    }
  }

  #constant(node: Node): void {
    const value = node.attributes.value!;
    switch (node.type) {
      case 'i64':
        this.code.i64(value);
        return;
      case 'i8':
        this.code.i32(Number(value) & 0xff);
        return;
      case 'i16':
        this.code.i32(Number(value) & 0xffff);
        return;
      case 'i32':
        this.code.i32(Number(BigInt.asIntN(32, BigInt(value))));
        return;
      case 'f64':
        this.code.i64(value).op(OP.f64_reinterpret_i64);
        return;
      case 'f32':
        this.code.i32(Number(value)).op(OP.f32_reinterpret_i32);
        return;
      default:
        throw new BugError(`no constant of type ${node.type}`);
    }
  }

  /** An i128 goes to two i64 locals. */
  #wide(node: Node): void {
    const low = this.locals.take(I64);
    const high = this.locals.take(I64);
    const [a, b, carry] = node.args as [Node, Node, Node];
    const { code, targets } = this;
    switch (node.op) {
      case 'pair':
        this.use(a);
        code.set(low);
        this.use(b);
        code.set(high);
        break;
      case 'mul_wide_s':
      case 'mul_wide_u': {
        const x = this.locals.take(I64);
        const y = this.locals.take(I64);
        this.use(a);
        code.set(x);
        this.use(b);
        code.set(y).get(x).get(y).op(OP.i64_mul).set(low);
        code
          .get(x)
          .get(y)
          .call(targets.runtime[node.op === 'mul_wide_s' ? 'mulhi_s' : 'mulhi_u'])
          .set(high);
        this.locals.release(x);
        this.locals.release(y);
        break;
      }
      case 'add_carry': {
        const x = this.locals.take(I64);
        const y = this.locals.take(I64);
        this.use(a);
        code.tee(x);
        this.use(b);
        code.op(OP.i64_add).tee(y);
        this.use(carry);
        code.op(OP.i64_extend_i32_u).op(OP.i64_add).set(low);
        // Either sum may have wrapped, never both.
        code.get(y).get(x).op(OP.i64_lt_u).get(low).get(y).op(OP.i64_lt_u).op(OP.i32_or);
        code.op(OP.i64_extend_i32_u).set(high);
        this.locals.release(x);
        this.locals.release(y);
        break;
      }
      default:
        throw new BugError(`${node.op}.i128 is not translated`);
    }
    this.#local[node.id] = low;
    this.#high.set(node.id, high);
  }

  #effect(node: Node): void {
    const { code } = this;
    switch (node.op) {
      case 'get': {
        if (node.uses === 0) return;
        this.readState(node);
        return this.keep(node);
      }
      case 'set': {
        this.writeState(node);
        return;
      }
      case 'load':
        return emitLoad(this, node);
      case 'store':
        return emitStore(this, node);
      case 'atomic_rmw':
        return emitAtomic(this, node, SLOW_RMW);
      case 'atomic_cas':
        return emitAtomic(this, node, SLOW_CAS);
      case 'load_reserved':
        return emitAtomic(this, node, SLOW_RESERVE);
      case 'store_conditional':
        return emitAtomic(this, node, SLOW_CONDITIONAL);
      case 'fence':
        return emitFence(this, node);
      case 'fp':
        return emitFloat(this, node);
      case 'if':
        this.use(node.args[0]!);
        code.if(VOID, this.#raises(node) ? false : undefined);
        return;
      case 'else':
        code.else();
        return;
      case 'end':
        code.end();
        return;
      case 'insn_start':
        return this.startInstruction(node);
      case 'call':
        return this.#call(node, node.attributes.helper!);
      case 'branch':
        this.use(node.args[0]!);
        code.if();
        this.leaveTo(node);
        code.end();
        return;
      case 'jump':
        return this.leaveTo(node);
      case 'jump_reg': {
        const local = this.locals.take(I64);
        this.use(node.args[0]!);
        code.set(local);
        this.leaveForRegister(local, node.attributes.kind as Transfer);
        this.locals.release(local);
        return;
      }
      case 'exit':
        return this.leaveThroughRunLoop();
      default:
        throw new BugError(`${node.op} is not translated`);
    }
  }

  /** Pushes the guest register that a `get` reads. */
  protected readState(node: Node): void {
    const offset = this.stateBase(node.attributes.state!);
    this.code.memory(stateLoad(this.layout.field(node.attributes.state!.field).type, node.type!), offset);
  }
  /** Does what a `set` does. */
  protected writeState(node: Node): void {
    const offset = this.stateBase(node.attributes.state!);
    this.use(node.args[0]!);
    const { field } = node.attributes.state!;
    this.code.memory(stateStore(this.layout.field(field).type, node.args[0]!.type!), offset);
  }

  /** Pushes what host-limit.ts compares a result with that is rounded in a mode, which is in a local. */
  limit(mode: Node, local: number): void {
    emitLimit(this, roundingOf(mode) === 'nearest' ? undefined : () => void this.code.get(local));
  }

  #call(node: Node, helper: HelperDefinition): void {
    const { code, layout } = this;
    node.args.forEach((argument, i) => {
      code.get(CPU);
      this.use(argument);
      toI64(code, argument.type!);
      code.memory(OP.i64_store, layout.offset('arguments', i));
    });
    this.sync('call', helper);
    code.call(this.targets.helpers.get(helper.name)!);
    if (helper.raises) this.raised();
    else if (helper.exits || helper.faults) this.settle('call');
    else code.op(OP.drop);
    if (node.type === undefined || node.uses === 0) return;
    code.get(CPU).memory(OP.i64_load, layout.offset('result'));
    fromI64(code, node.type);
    this.keep(node);
  }
}
