import { foldBinary } from './fold.ts';
import type { Attributes, MemoryAccess, Node, RmwOp, StateRef, Unit } from './node.ts';
import type { FpOpName, HelperDefinition, OpName } from './ops.ts';
import type { Type } from './types.ts';

/**
 * An operand of a guest instruction as its semantics see it: a number when the instruction has been
 * decoded, undefined when a template is being made, which serves every encoding of it.
 */
export interface Operand {
  readonly name: string;
  readonly value: number | undefined;
}

/** What a transfer of control is for: a call leaves a return address that a return goes back to. */
export type Transfer = 'plain' | 'call' | 'return';

export const DEFAULT_ACCESS: MemoryAccess = {
  size: 8,
  signed: false,
  endian: 'le',
  align: 'any',
  order: 'relaxed',
  mmu: 0,
  rmw: undefined,
};

/**
 * Makes the IR of one instruction after another. Values of guest registers are reused inside the
 * unit, and constants are folded where that is free; real passes are elsewhere.
 */
export class Builder {
  readonly unit: Unit = { nodes: [] };
  /** Bytes from the start of the unit to the instruction being lowered, and its length. */
  offset = 0;
  length = 0;
  /** True while a template is made: operands have no values, and the length is unknown. */
  readonly isTemplate: boolean;
  #known = new Map<string, Node>();
  #depth = 0;
  #operands = new Map<string, Node>();

  constructor(isTemplate = false) {
    this.isTemplate = isTemplate;
  }

  /** Begins the next guest instruction, `length` bytes at `offset` in the unit. */
  startInstruction(offset: number, length: number): void {
    this.offset = offset;
    this.length = length;
    this.emit('insn_start', undefined, [], { value: offset, length });
  }

  emit(op: OpName, type: Type | undefined, args: readonly Node[], attributes: Attributes = NONE): Node {
    return this.append({ id: 0, op, type, args, attributes, uses: 0 });
  }

  /** Puts an operation at the end of the unit. */
  protected append(node: Node): Node {
    node.id = this.unit.nodes.length;
    for (const argument of node.args) argument.uses++;
    this.unit.nodes.push(node);
    return node;
  }

  const(type: Type, value: number | bigint): Node {
    return this.emit('const', type, [], { value: normal(value) });
  }
  i64(value: number | bigint): Node {
    return this.const('i64', value);
  }
  i32(value: number): Node {
    return this.const('i32', value);
  }

  /** The value of an immediate operand (or, in a template, of a register's number). */
  imm(operand: Operand, type: 'i32' | 'i64' = 'i64'): Node {
    if (operand.value !== undefined) return this.const(type, operand.value);
    const key = `${operand.name}.${type}`;
    const known = this.#operands.get(key);
    if (known !== undefined && this.#depth === 0) return known;
    const node = this.emit('operand', type, [], { operand: operand.name });
    if (this.#depth === 0) this.#operands.set(key, node);
    return node;
  }

  /** Address of this instruction plus `delta` bytes. */
  pc(delta: Operand | number = 0): Node {
    if (typeof delta === 'number') {
      return this.emit('pc', 'i64', [], { value: this.offset + delta });
    }
    return delta.value === undefined
      ? this.emit('pc', 'i64', [], { value: 0, operand: delta.name })
      : this.emit('pc', 'i64', [], { value: this.offset + delta.value });
  }
  /** Address of the next instruction. */
  nextPc(): Node {
    return this.isTemplate ? this.emit('next_pc', 'i64', []) : this.pc(this.length);
  }

  /** Element `index` of a guest state field (0 for a scalar). */
  get(field: string, index: Operand | number = 0, type: Type = 'i64'): Node {
    const state = reference(field, index);
    const key = keyOf(state);
    const known = this.#known.get(key);
    if (known !== undefined && known.type === type) return known;
    const node = this.emit('get', type, [], { state });
    if (this.#depth === 0) this.#known.set(key, node);
    return node;
  }
  set(field: string, index: Operand | number, value: Node): void {
    const state = reference(field, index);
    this.emit('set', value.type, [value], { state });
    if (state.operand === undefined) this.#known.delete(keyOf(state));
    else this.#forget(field);
    if (this.#depth === 0) this.#known.set(keyOf(state), value);
  }
  #forget(field: string): void {
    for (const key of this.#known.keys()) if (key.startsWith(`${field}.`)) this.#known.delete(key);
  }

  #binary(op: OpName, a: Node, b: Node): Node {
    return foldBinary(this, op, a, b) ?? this.emit(op, a.type, [a, b]);
  }
  #compare(op: OpName, a: Node, b: Node): Node {
    return foldBinary(this, op, a, b) ?? this.emit(op, 'i32', [a, b]);
  }
  #unary(op: OpName, a: Node): Node {
    return this.emit(op, a.type, [a]);
  }

  add(a: Node, b: Node): Node {
    return this.#binary('add', a, b);
  }
  sub(a: Node, b: Node): Node {
    return this.#binary('sub', a, b);
  }
  mul(a: Node, b: Node): Node {
    return this.#binary('mul', a, b);
  }
  mulhiS(a: Node, b: Node): Node {
    return this.#binary('mulhi_s', a, b);
  }
  mulhiU(a: Node, b: Node): Node {
    return this.#binary('mulhi_u', a, b);
  }
  mulhiSU(a: Node, b: Node): Node {
    return this.#binary('mulhi_su', a, b);
  }
  divS(a: Node, b: Node): Node {
    return this.emit('div_s', a.type, [a, b]);
  }
  divU(a: Node, b: Node): Node {
    return this.emit('div_u', a.type, [a, b]);
  }
  remS(a: Node, b: Node): Node {
    return this.emit('rem_s', a.type, [a, b]);
  }
  remU(a: Node, b: Node): Node {
    return this.emit('rem_u', a.type, [a, b]);
  }
  and(a: Node, b: Node): Node {
    return this.#binary('and', a, b);
  }
  or(a: Node, b: Node): Node {
    return this.#binary('or', a, b);
  }
  xor(a: Node, b: Node): Node {
    return this.#binary('xor', a, b);
  }
  shl(a: Node, b: Node): Node {
    return this.#binary('shl', a, b);
  }
  shrU(a: Node, b: Node): Node {
    return this.#binary('shr_u', a, b);
  }
  shrS(a: Node, b: Node): Node {
    return this.#binary('shr_s', a, b);
  }
  rotl(a: Node, b: Node): Node {
    return this.#binary('rotl', a, b);
  }
  rotr(a: Node, b: Node): Node {
    return this.#binary('rotr', a, b);
  }
  clz(a: Node): Node {
    return this.#unary('clz', a);
  }
  ctz(a: Node): Node {
    return this.#unary('ctz', a);
  }
  popcnt(a: Node): Node {
    return this.#unary('popcnt', a);
  }
  bswap(a: Node): Node {
    return this.#unary('bswap', a);
  }
  clmul(a: Node, b: Node): Node {
    return this.#binary('clmul', a, b);
  }
  clmulh(a: Node, b: Node): Node {
    return this.#binary('clmulh', a, b);
  }
  not(a: Node): Node {
    return this.xor(a, this.const(a.type!, -1));
  }
  neg(a: Node): Node {
    return this.sub(this.const(a.type!, 0), a);
  }
  eq(a: Node, b: Node): Node {
    return this.#compare('eq', a, b);
  }
  ne(a: Node, b: Node): Node {
    return this.#compare('ne', a, b);
  }
  ltS(a: Node, b: Node): Node {
    return this.#compare('lt_s', a, b);
  }
  ltU(a: Node, b: Node): Node {
    return this.#compare('lt_u', a, b);
  }
  leS(a: Node, b: Node): Node {
    return this.#compare('le_s', a, b);
  }
  leU(a: Node, b: Node): Node {
    return this.#compare('le_u', a, b);
  }
  select(condition: Node, a: Node, b: Node): Node {
    return this.emit('select', a.type, [condition, a, b]);
  }
  trunc(a: Node, type: Type = 'i32'): Node {
    return a.type === type ? a : this.emit('trunc', type, [a]);
  }
  extendS(a: Node, type: Type = 'i64'): Node {
    return a.type === type ? a : this.emit('extend_s', type, [a]);
  }
  extendU(a: Node, type: Type = 'i64'): Node {
    return a.type === type ? a : this.emit('extend_u', type, [a]);
  }
  extractS(a: Node, first: number, length: number): Node {
    return this.emit('extract_s', a.type, [a], { value: first, length });
  }
  extractU(a: Node, first: number, length: number): Node {
    return this.emit('extract_u', a.type, [a], { value: first, length });
  }
  deposit(a: Node, b: Node, first: number, length: number): Node {
    return this.emit('deposit', a.type, [a, b], { value: first, length });
  }
  /** `a` sign-extended from its low 32 bits: the result of a 32-bit operation on a 64-bit guest. */
  word(a: Node): Node {
    return this.extendS(this.trunc(a, 'i32'), 'i64');
  }
  bitcast(a: Node, type: Type): Node {
    if (a.type === type) return a;
    // There and back again.
    if (a.op === 'bitcast' && a.args[0]!.type === type) return a.args[0]!;
    return this.emit('bitcast', type, [a]);
  }
  fneg(a: Node): Node {
    return this.#unary('fneg', a);
  }
  fabs(a: Node): Node {
    return this.#unary('fabs', a);
  }
  fcopysign(a: Node, b: Node): Node {
    return this.emit('fcopysign', a.type, [a, b]);
  }
  pair(lo: Node, hi: Node): Node {
    return this.emit('pair', 'i128', [lo, hi]);
  }
  lo(a: Node): Node {
    return this.emit('lo', 'i64', [a]);
  }
  hi(a: Node): Node {
    return this.emit('hi', 'i64', [a]);
  }

  /** A floating-point operation; `rm` (i32) is the rounding mode, flags accrue into `fflags`. */
  fp(op: FpOpName, type: Type, args: readonly Node[], rm: Node): Node {
    this.#forget('fflags');
    return this.emit('fp', type, [...args, rm], { fp: op });
  }

  load(type: Type, address: Node, access: Partial<MemoryAccess>): Node {
    return this.emit('load', type, [address], { access: { ...DEFAULT_ACCESS, ...access } });
  }
  store(address: Node, value: Node, access: Partial<MemoryAccess>): void {
    this.emit('store', value.type, [address, value], { access: { ...DEFAULT_ACCESS, ...access } });
  }
  atomicRmw(rmw: RmwOp, address: Node, value: Node, access: Partial<MemoryAccess>): Node {
    return this.emit('atomic_rmw', value.type, [address, value], {
      access: { ...DEFAULT_ACCESS, align: 'natural', order: 'seq_cst', ...access, rmw },
    });
  }
  atomicCas(address: Node, expected: Node, value: Node, access: Partial<MemoryAccess>): Node {
    return this.emit('atomic_cas', value.type, [address, expected, value], {
      access: { ...DEFAULT_ACCESS, align: 'natural', order: 'seq_cst', ...access },
    });
  }
  loadReserved(type: Type, address: Node, access: Partial<MemoryAccess>): Node {
    return this.emit('load_reserved', type, [address], {
      access: { ...DEFAULT_ACCESS, align: 'natural', order: 'seq_cst', ...access },
    });
  }
  storeConditional(address: Node, value: Node, access: Partial<MemoryAccess>): Node {
    return this.emit('store_conditional', 'i32', [address, value], {
      access: { ...DEFAULT_ACCESS, align: 'natural', order: 'seq_cst', ...access },
    });
  }
  fence(order: MemoryAccess['order']): void {
    this.emit('fence', undefined, [], { access: { ...DEFAULT_ACCESS, order } });
  }

  if(condition: Node): void {
    this.emit('if', undefined, [condition]);
    this.#depth++;
    this.#known.clear();
  }
  else(): void {
    this.emit('else', undefined, []);
    this.#known.clear();
  }
  end(): void {
    this.emit('end', undefined, []);
    this.#depth--;
    this.#known.clear();
  }

  call(helper: HelperDefinition, ...args: Node[]): Node {
    for (const field of helper.writes) this.#forget(field);
    return this.emit('call', helper.result === 'none' ? undefined : helper.result, args, { helper });
  }
  /** Leaves for this instruction's address plus `delta` if `condition` is not 0. */
  branch(condition: Node, delta: Operand): void {
    this.emit('branch', undefined, [condition], this.#target(delta));
  }
  /** `kind` tells translators what the transfer is for; it never changes where it goes. */
  jump(delta: Operand, kind: Transfer = 'plain'): void {
    this.emit('jump', undefined, [], { ...this.#target(delta), kind });
  }
  jumpReg(address: Node, kind: Transfer = 'plain'): void {
    this.emit('jump_reg', undefined, [address], { kind });
  }
  exit(): void {
    this.emit('exit', undefined, []);
  }
  #target(delta: Operand): Attributes {
    return {
      target: delta.value === undefined ? { operand: delta.name } : this.offset + delta.value,
    };
  }
}

const NONE: Attributes = {};

function normal(value: number | bigint): number | bigint {
  if (typeof value === 'number') return value;
  const signed = BigInt.asIntN(64, value);
  return signed >= -(2n ** 53n) && signed <= 2n ** 53n ? Number(signed) : signed;
}

function reference(field: string, index: Operand | number): StateRef {
  if (typeof index === 'number') return { field, index, operand: undefined };
  return index.value === undefined
    ? { field, index: 0, operand: index.name }
    : { field, index: index.value, operand: undefined };
}

function keyOf(state: StateRef): string {
  return `${state.field}.${state.operand ?? state.index}`;
}
