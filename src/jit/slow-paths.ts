import {
  TLB_ADDEND,
  TLB_ENTRIES,
  TLB_ENTRY_BYTES,
  TLB_HOLDS_CODE,
  TLB_HOST_PAGE,
  TLB_READ_TAG,
  TLB_WRITE_TAG,
} from '../mem/tlb.ts';
import { Code } from '../wasm/code.ts';
import { ATOMIC, I64, OP, VOID } from '../wasm/opcodes.ts';
import type { StateLayout } from './layout.ts';
import { addressType } from './runtime-imports.ts';
import type { Parallel } from './shared.ts';
import { INFO_NATURAL, INFO_SIGNED, SLOW_LOAD, SLOW_STORE, SLOW_WROTE } from './slow-access.ts';

/** What the slow paths of memory need to know of their surroundings. */
export interface SlowPathContext {
  readonly layout: StateLayout;
  readonly width: 32 | 64;
  /** Import `memory(kind, info)`. */
  readonly memory: number;
  /** Address of the masks of 64-byte granules that hold code, one u64 for each host page. */
  readonly granules: number;
  /** See CallTargets. */
  readonly parallel: Parallel | undefined;
  /** Address of the flags of host pages, a byte each. */
  readonly pageFlags: number;
  /** `refill(cpu, va, entry)`: see refill.ts. */
  readonly refill: number;
}

const [CPU, VA] = [0, 1];

/** Body of `load(cpu, va, info)`: a misaligned access inside a page it can read; else JavaScript. */
export function loadSlow(context: SlowPathContext): { locals: number[]; code: Code } {
  const { layout, width, memory } = context;
  const c = new Code();
  const INFO = 2;
  const [entry, value, shift] = [3, 4, 5];
  const slow = c.block();
  probe(c, context, entry, TLB_READ_TAG);
  c.get(entry).memory(OP.i64_load, TLB_READ_TAG).get(VA).i64(-4096).op(OP.i64_and);
  c.op(OP.i64_ne).brIf(slow, false);
  leavesPage(c, INFO, slow);
  c.get(INFO).i32(INFO_NATURAL).op(OP.i32_and).brIf(slow, false);
  bySize(c, INFO, [OP.i64_load8_u, OP.i64_load16_u, OP.i64_load32_u, OP.i64_load], (opcode) => {
    host(c, width, entry);
    c.memory(opcode).set(value);
  });
  c.get(INFO).i32(INFO_SIGNED).op(OP.i32_and);
  c.if();
  c.i64(64).i64(8).get(INFO).i32(7).op(OP.i32_and).op(OP.i64_extend_i32_u).op(OP.i64_shl);
  c.op(OP.i64_sub).set(shift);
  c.get(value).get(shift).op(OP.i64_shl).get(shift).op(OP.i64_shr_s).set(value);
  c.end();
  c.get(CPU).get(value).memory(OP.i64_store, layout.offset('result'));
  c.i32(0).op(OP.return);
  c.end();
  c.get(CPU).get(VA).memory(OP.i64_store, layout.offset('arguments', 0));
  c.i32(SLOW_LOAD).get(INFO).call(memory);
  return { locals: [addressType(width), I64, I64], code: c };
}

/**
 * Body of `store(cpu, va, value, info)`: a misaligned access inside a page it can write, or one to a
 * page with translated code but not in its granules; else JavaScript.
 */
export function storeSlow(context: SlowPathContext): { locals: number[]; code: Code } {
  const { layout, width, memory, granules, parallel } = context;
  const c = new Code();
  const [VALUE, INFO] = [2, 3];
  const [entry, mask] = [4, 5];
  const move = (): void =>
    bySize(c, INFO, [OP.i64_store8, OP.i64_store16, OP.i64_store32, OP.i64_store], (opcode) => {
      host(c, width, entry);
      c.get(VALUE).memory(opcode);
    });
  const slow = c.block();
  probe(c, context, entry, TLB_WRITE_TAG);
  c.get(entry).memory(OP.i64_load, TLB_WRITE_TAG).i64(~TLB_HOLDS_CODE).op(OP.i64_and);
  c.get(VA).i64(-4096).op(OP.i64_and).op(OP.i64_ne).brIf(slow, false);
  leavesPage(c, INFO, slow);
  c.get(INFO).i32(INFO_NATURAL).op(OP.i32_and);
  c.if();
  c.get(VA).i64(1).get(INFO).i32(7).op(OP.i32_and).op(OP.i64_extend_i32_u).op(OP.i64_shl);
  c.i64(1).op(OP.i64_sub).op(OP.i64_and).i64(0).op(OP.i64_ne).brIf(slow, false);
  c.end();
  // See CodeClaims: while others make code, the store comes first, and the look is atomic.
  if (parallel !== undefined) move();
  // The granules of the first and of the last byte: an access spans two at most.
  c.get(entry);
  if (width === 64) c.memory(OP.i64_load32_u, TLB_HOST_PAGE).i64(3).op(OP.i64_shl);
  else c.memory(OP.i32_load, TLB_HOST_PAGE).i32(3).op(OP.i32_shl);
  if (parallel === undefined) c.memory(OP.i64_load, granules);
  else c.i64(0).atomic(ATOMIC.i64_rmw_or, granules, 3);
  c.set(mask);
  c.get(mask).get(VA).i64(6).op(OP.i64_shr_u).op(OP.i64_shr_u);
  c.get(mask);
  lastByte(c, INFO);
  c.i64(6).op(OP.i64_shr_u).op(OP.i64_shr_u);
  c.op(OP.i64_or).op(OP.i32_wrap_i64).i32(1).op(OP.i32_and);
  if (parallel === undefined) {
    c.brIf(slow, false);
    move();
  } else {
    c.if(VOID, false);
    host(c, width, entry);
    if (width === 32) c.op(OP.i64_extend_i32_u);
    c.set(mask);
    c.get(CPU).get(mask).memory(OP.i64_store, layout.offset('arguments', 0));
    c.i32(SLOW_WROTE).get(INFO).call(memory).op(OP.return);
    c.end();
  }
  c.i32(0).op(OP.return);
  c.end();
  c.get(CPU).get(VA).memory(OP.i64_store, layout.offset('arguments', 0));
  c.get(CPU).get(VALUE).memory(OP.i64_store, layout.offset('arguments', 1));
  c.i32(SLOW_STORE).get(INFO).call(memory);
  return { locals: [addressType(width), I64], code: c };
}

/**
 * Sets `entry` to the address of the TLB entry for the address in VA; if its tag is of another page, asks
 * the second level.
 */
export function probe(c: Code, { layout, width, refill }: SlowPathContext, entry: number, tag: number): void {
  const shift = Math.log2(TLB_ENTRY_BYTES);
  c.get(CPU);
  if (width === 64) c.memory(OP.i64_load32_u, layout.offset('tlb'));
  else c.memory(OP.i32_load, layout.offset('tlb'));
  c.get(VA)
    .i64(12 - shift)
    .op(OP.i64_shr_u)
    .i64((TLB_ENTRIES - 1) << shift)
    .op(OP.i64_and);
  if (width === 32) c.op(OP.i32_wrap_i64).op(OP.i32_add);
  else c.op(OP.i64_add);
  c.tee(entry).memory(OP.i64_load, tag).get(VA).op(OP.i64_xor).i64(12).op(OP.i64_shr_u).op(OP.i64_eqz).op(OP.i32_eqz);
  c.if();
  c.get(CPU).get(VA).get(entry).call(refill);
  c.end();
}

/** Pushes the host address of VA by the entry. */
export function host(c: Code, width: 32 | 64, entry: number): void {
  c.get(VA);
  if (width === 32) c.op(OP.i32_wrap_i64).get(entry).memory(OP.i32_load, TLB_ADDEND).op(OP.i32_add);
  else c.get(entry).memory(OP.i64_load, TLB_ADDEND).op(OP.i64_add);
}

/** Pushes the address of the last byte (i64). */
function lastByte(c: Code, info: number): void {
  c.get(VA).i64(1).get(info).i32(7).op(OP.i32_and).op(OP.i64_extend_i32_u).op(OP.i64_shl);
  c.op(OP.i64_add).i64(1).op(OP.i64_sub);
}

function leavesPage(c: Code, info: number, slow: number): void {
  lastByte(c, info);
  c.get(VA).op(OP.i64_xor).i64(12).op(OP.i64_shr_u).i64(0).op(OP.i64_ne).brIf(slow, false);
}

/** Runs `each` with the opcode of the access's size. */
function bySize(c: Code, info: number, opcodes: readonly number[], each: (opcode: number) => void): void {
  const done = c.block();
  const labels = opcodes.map(() => c.block()).reverse();
  c.get(info).i32(7).op(OP.i32_and).brTable(labels, labels.at(-1)!);
  for (const opcode of opcodes) {
    c.end();
    each(opcode);
    c.br(done);
  }
  c.end();
}
