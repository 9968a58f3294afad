import type { Code } from '../wasm/code.ts';
import { ATOMIC, OP } from '../wasm/opcodes.ts';
import type { StateLayout } from './layout.ts';
import { CPU } from './locals.ts';
import { RMW_OPS, SLOW_CONDITIONAL, SLOW_RESERVE } from './slow-access.ts';

/** Where an atomic access finds what it works on. `result` is free. */
export interface AtomicLocals {
  /** The guest's address, the operand and what is asked for: parameters of `atomic`. */
  readonly va: number;
  readonly value: number;
  readonly info: number;
  readonly kind: number;
  /** The host address. */
  readonly at: number;
  readonly old: number;
  readonly result: number;
}

/** What differs between four bytes and eight. Values on the stack are i64, words sign-extended. */
interface Size {
  readonly align: number;
  /** Pushes what is in memory. */
  load(): void;
  /** Takes address and operand from the stack, pushes the old value. */
  rmw(op: keyof typeof NATIVE): void;
  /** Takes address, expected and new value. */
  exchange(): void;
}

const NATIVE = {
  swap: [ATOMIC.i32_rmw_xchg, ATOMIC.i64_rmw_xchg],
  add: [ATOMIC.i32_rmw_add, ATOMIC.i64_rmw_add],
  and: [ATOMIC.i32_rmw_and, ATOMIC.i64_rmw_and],
  or: [ATOMIC.i32_rmw_or, ATOMIC.i64_rmw_or],
  xor: [ATOMIC.i32_rmw_xor, ATOMIC.i64_rmw_xor],
} as const;

/** When the old value is kept. */
export const KEEPS = {
  min_s: OP.i64_lt_s,
  max_s: OP.i64_gt_s,
  min_u: OP.i64_lt_u,
  max_u: OP.i64_gt_u,
} as const;

/**
 * Does an aligned atomic access while other CPUs run, and returns. All are sequentially consistent, which is
 * more than any guest asks for. A store-conditional succeeds if memory holds what was reserved: not, as the
 * manual has it, only if nobody has stored meanwhile. Who stores another value and then the old one again
 * goes unnoticed, as in QEMU.
 */
export function sharedAtomic(c: Code, layout: StateLayout, locals: AtomicLocals): void {
  c.get(locals.info).i32(7).op(OP.i32_and).i32(2).op(OP.i32_eq);
  c.if();
  c.get(locals.value).op(OP.i64_extend32_s).set(locals.value);
  eachKind(c, layout, locals, wordSize(c, locals));
  c.else();
  eachKind(c, layout, locals, longSize(c, locals));
  c.end();
  c.i32(0).op(OP.return);
}

function wordSize(c: Code, { at }: AtomicLocals): Size {
  return {
    align: 2,
    load: () => c.get(at).atomic(ATOMIC.i32_load, 0, 2).op(OP.i64_extend_i32_s),
    rmw: (op) => c.op(OP.i32_wrap_i64).atomic(NATIVE[op][0], 0, 2).op(OP.i64_extend_i32_s),
    exchange: () => c.atomic(ATOMIC.i32_rmw_cmpxchg, 0, 2).op(OP.i64_extend_i32_s),
  };
}

function longSize(c: Code, { at }: AtomicLocals): Size {
  return {
    align: 3,
    load: () => c.get(at).atomic(ATOMIC.i64_load, 0, 3),
    rmw: (op) => c.atomic(NATIVE[op][1], 0, 3),
    exchange: () => c.atomic(ATOMIC.i64_rmw_cmpxchg, 0, 3),
  };
}

function eachKind(c: Code, layout: StateLayout, locals: AtomicLocals, size: Size): void {
  const { kind, old } = locals;
  const give = (local: number): void => {
    c.get(CPU).get(local).memory(OP.i64_store, layout.offset('result'));
  };
  c.get(kind).i32(SLOW_RESERVE).op(OP.i32_eq);
  c.if();
  size.load();
  c.set(old);
  c.get(CPU).get(locals.va).memory(OP.i64_store, layout.offset('reservationAddress'));
  c.get(CPU).get(old).memory(OP.i64_store, layout.offset('reservationValue'));
  give(old);
  c.else();
  c.get(kind).i32(SLOW_CONDITIONAL).op(OP.i32_eq);
  c.if();
  conditional(c, layout, locals, size);
  give(locals.result);
  c.else();
  modify(c, locals, size);
  give(old);
  c.end();
  c.end();
}

/** Sets `result` to 0 if the operand was stored, else to 1. */
function conditional(c: Code, layout: StateLayout, { va, value, at, old, result }: AtomicLocals, size: Size): void {
  c.i64(1).set(result);
  c.get(CPU).memory(OP.i64_load, layout.offset('reservationAddress')).get(va).op(OP.i64_eq);
  c.if();
  c.get(CPU).memory(OP.i64_load, layout.offset('reservationValue')).set(old);
  exchange(c, { at, old, value }, size);
  c.get(old).op(OP.i64_ne).op(OP.i64_extend_i32_u).set(result);
  c.end();
  c.get(CPU).i64(-1).memory(OP.i64_store, layout.offset('reservationAddress'));
}

/** Pushes what was in memory; if that is `old`, `value` is there now. */
function exchange(c: Code, { at, old, value }: Pick<AtomicLocals, 'at' | 'old' | 'value'>, size: Size): void {
  c.get(at).get(old);
  if (size.align === 2) c.op(OP.i32_wrap_i64);
  c.get(value);
  if (size.align === 2) c.op(OP.i32_wrap_i64);
  size.exchange();
}

/** Modifies memory; sets `old` to what was there. */
function modify(c: Code, { value, info, at, old, result }: AtomicLocals, size: Size): void {
  const done = c.block();
  const labels = RMW_OPS.map(() => c.block()).reverse();
  c.get(info).i32(5).op(OP.i32_shr_u).i32(15).op(OP.i32_and).brTable(labels, labels.at(-1)!);
  for (const op of RMW_OPS) {
    c.end();
    if (op in NATIVE) {
      c.get(at).get(value);
      size.rmw(op as keyof typeof NATIVE);
      c.set(old);
    } else {
      size.load();
      c.set(old);
      const again = c.loop();
      c.get(old)
        .get(value)
        .get(old)
        .get(value)
        .op(KEEPS[op as keyof typeof KEEPS])
        .op(OP.select)
        .set(result);
      exchange(c, { at, old, value: result }, size);
      // What was there is the next guess.
      c.get(old).set(result).tee(old).get(result).op(OP.i64_ne).brIf(again, false);
      c.end();
    }
    c.br(done);
  }
  c.end();
}
