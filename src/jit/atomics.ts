import { TLB_WRITE_TAG } from '../mem/tlb.ts';
import { Code } from '../wasm/code.ts';
import { I64, OP } from '../wasm/opcodes.ts';
import { addressType } from './runtime-imports.ts';
import { KEEPS, sharedAtomic } from './shared-atomics.ts';
import { pushIsShared } from './shared.ts';
import { RMW_OPS, SLOW_CONDITIONAL, SLOW_RESERVE } from './slow-access.ts';
import { host, probe, type SlowPathContext } from './slow-paths.ts';

const [CPU, VA, VALUE, INFO, KIND] = [0, 1, 2, 3, 4];

/**
 * Body of `atomic(cpu, va, value, info, kind)`: read-modify-write, load-reserved and
 * store-conditional of aligned RAM that holds no code; else JavaScript. Plain accesses are atomic while
 * one CPU runs.
 */
export function atomicSlow(context: SlowPathContext): { locals: number[]; code: Code } {
  const { layout, width, memory } = context;
  const [entry, old, result, at] = [5, 6, 7, 8];
  const c = new Code(512);
  const slow = c.block();
  probe(c, context, entry, TLB_WRITE_TAG);
  c.get(entry).memory(OP.i64_load, TLB_WRITE_TAG);
  c.get(VA).i64(1).get(INFO).i32(7).op(OP.i32_and).op(OP.i64_extend_i32_u).op(OP.i64_shl);
  c.i64(4097).op(OP.i64_sub).op(OP.i64_and).op(OP.i64_ne).brIf(slow, false);
  if (context.parallel !== undefined) {
    pushIsShared(c, width, context.parallel);
    c.if();
    host(c, width, entry);
    c.set(at);
    sharedAtomic(c, layout, { va: VA, value: VALUE, info: INFO, kind: KIND, at, old, result });
    c.end();
  }
  wordOrLong(
    c,
    () => {
      host(c, width, entry);
      c.memory(OP.i64_load32_s);
    },
    () => {
      host(c, width, entry);
      c.memory(OP.i64_load);
    },
    I64,
  );
  c.set(old);

  c.get(KIND).i32(SLOW_RESERVE).op(OP.i32_eq);
  c.if();
  c.get(CPU).get(VA).memory(OP.i64_store, layout.offset('reservationAddress'));
  c.get(CPU).get(old).memory(OP.i64_store, layout.offset('reservationValue'));
  c.get(CPU).get(old).memory(OP.i64_store, layout.offset('result'));
  c.i32(0).op(OP.return);
  c.end();

  c.get(KIND).i32(SLOW_CONDITIONAL).op(OP.i32_eq);
  c.if();
  c.get(CPU).memory(OP.i64_load, layout.offset('reservationAddress')).get(VA).op(OP.i64_eq);
  c.get(CPU).memory(OP.i64_load, layout.offset('reservationValue')).get(old).op(OP.i64_eq);
  c.op(OP.i32_and).op(OP.i32_eqz).op(OP.i64_extend_i32_u).set(result);
  c.get(CPU).i64(-1).memory(OP.i64_store, layout.offset('reservationAddress'));
  c.get(CPU).get(result).memory(OP.i64_store, layout.offset('result'));
  c.get(result).op(OP.i32_wrap_i64);
  c.if();
  c.i32(0).op(OP.return);
  c.end();
  c.get(VALUE).set(result);
  c.else();
  c.get(CPU).get(old).memory(OP.i64_store, layout.offset('result'));
  modify(c, old, result);
  c.end();

  wordOrLong(
    c,
    () => {
      host(c, width, entry);
      c.get(result).memory(OP.i64_store32);
    },
    () => {
      host(c, width, entry);
      c.get(result).memory(OP.i64_store);
    },
  );
  c.i32(0).op(OP.return);
  c.end();
  c.get(CPU).get(VA).memory(OP.i64_store, layout.offset('arguments', 0));
  c.get(CPU).get(VALUE).memory(OP.i64_store, layout.offset('arguments', 1));
  c.get(KIND).get(INFO).call(memory);
  return { locals: [addressType(width), I64, I64, addressType(width)], code: c };
}

/** Runs one of two ways by the size of the access: four bytes or eight. */
function wordOrLong(c: Code, word: () => void, long: () => void, type?: number): void {
  c.get(INFO).i32(7).op(OP.i32_and).i32(2).op(OP.i32_eq);
  c.if(type);
  word();
  c.else();
  long();
  c.end();
}

/**
 * Sets `result` to what the operation makes of the old value and VALUE. Words are sign-extended,
 * which keeps their order as signed and as unsigned numbers.
 */
function modify(c: Code, old: number, result: number): void {
  const done = c.block();
  const labels = RMW_OPS.map(() => c.block()).reverse();
  // A word of the operand is compared as it would be stored.
  c.get(INFO).i32(7).op(OP.i32_and).i32(2).op(OP.i32_eq);
  c.if();
  c.get(VALUE).op(OP.i64_extend32_s).set(VALUE);
  c.end();
  c.get(INFO).i32(5).op(OP.i32_shr_u).i32(15).op(OP.i32_and).brTable(labels, labels.at(-1)!);
  for (const op of RMW_OPS) {
    c.end();
    c.get(old).get(VALUE);
    switch (op) {
      case 'swap':
        c.set(result).op(OP.drop);
        break;
      case 'add':
        c.op(OP.i64_add).set(result);
        break;
      case 'and':
        c.op(OP.i64_and).set(result);
        break;
      case 'or':
        c.op(OP.i64_or).set(result);
        break;
      case 'xor':
        c.op(OP.i64_xor).set(result);
        break;
      default:
        c.get(old).get(VALUE).op(KEEPS[op]).op(OP.select).set(result);
    }
    c.br(done);
  }
  c.end();
}
