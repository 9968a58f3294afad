import { BugError } from '../base/errors.ts';
import type { MemoryAccess, Node } from '../ir/node.ts';
import { TLB_ADDEND, TLB_ENTRIES, TLB_ENTRY_BYTES, TLB_READ_TAG, TLB_WRITE_TAG } from '../mem/tlb.ts';
import { I64, OP } from '../wasm/opcodes.ts';
import { fromI64, loadOpcode, storeOpcode, toI64 } from './conversions.ts';
import type { Emitter } from './emitter.ts';
import { CPU, wasmType } from './locals.ts';
import { addressType } from './runtime-imports.ts';
import { accessInfo, SLOW_CAS, SLOW_RESERVE } from './slow-access.ts';

const ENTRY_SHIFT = Math.log2(TLB_ENTRY_BYTES);

/** The segment in use, in locals: see mem/segment.ts. */
export interface SegmentLocals {
  readonly start: number;
  readonly limit: number;
  readonly host: number;
  /** Address of the flags of host pages. */
  readonly pageFlags: number;
}

/**
 * Probes the data TLB for an access at the address in local `va`; leaves in `entry` the entry's address
 * and on the stack whether the access may go straight to memory. The entry is found by the first byte,
 * and the page compared is that of the last: across two pages they never agree.
 */
function probe(emitter: Emitter, va: number, entry: number, { size, align }: MemoryAccess, tag: number): void {
  const { code, width } = emitter;
  emitter.tlb();
  code.get(va);
  if (width === 32) {
    code
      .op(OP.i32_wrap_i64)
      .i32(12 - ENTRY_SHIFT)
      .op(OP.i32_shr_u);
    code
      .i32((TLB_ENTRIES - 1) << ENTRY_SHIFT)
      .op(OP.i32_and)
      .op(OP.i32_add);
  } else {
    code.i64(12 - ENTRY_SHIFT).op(OP.i64_shr_u);
    code
      .i64((TLB_ENTRIES - 1) << ENTRY_SHIFT)
      .op(OP.i64_and)
      .op(OP.i64_add);
  }
  code.tee(entry).memory(OP.i64_load, tag);
  code.get(va);
  if (size === 1) code.i64(-4096);
  else if (align === 'natural') code.i64(-4096 | (size - 1));
  else
    code
      .i64(size - 1)
      .op(OP.i64_add)
      .i64(-4096);
  code.op(OP.i64_and).op(OP.i64_eq);
}

/**
 * Leaves in `host` the host address of the address in local `va`, or branches to `miss` if it is not in
 * the segment, or a store there has to look for translated code. The flags of two pages are looked at:
 * the access may reach into the second.
 */
function reachBySegment(emitter: Emitter, va: number, host: number, isStore: boolean, miss: number): void {
  const { code, width, locals } = emitter;
  const { start, limit, host: base, pageFlags } = emitter.segment!;
  const distance = locals.take(I64);
  code.get(va).get(start).op(OP.i64_sub).tee(distance).get(limit).op(OP.i64_ge_u).brIf(miss);
  code.get(distance);
  if (width === 32) code.op(OP.i32_wrap_i64).get(base).op(OP.i32_add).set(host);
  else code.get(base).op(OP.i64_add).set(host);
  locals.release(distance);
  if (!isStore) return;
  code.get(host);
  if (width === 32) code.i32(12).op(OP.i32_shr_u);
  else code.i64(12).op(OP.i64_shr_u);
  code.memory(OP.i32_load16_u, pageFlags).brIf(miss);
}
/** Pushes the host address of the address in local `va`, by its entry. */
function host({ code, width }: Emitter, va: number, entry: number): void {
  code.get(va);
  if (width === 32) code.op(OP.i32_wrap_i64).get(entry).memory(OP.i32_load, TLB_ADDEND).op(OP.i32_add);
  else code.get(entry).memory(OP.i64_load, TLB_ADDEND).op(OP.i64_add);
}
function infoOf(emitter: Emitter, node: Node): number {
  const { length, offset, retired } = emitter.position();
  return accessInfo(node.attributes.access!, length, offset, retired);
}

/** A load: straight from memory if it is in the segment or the TLB has the page, else by the slow path. */
export function emitLoad(emitter: Emitter, node: Node): void {
  const { code, locals } = emitter;
  const access = node.attributes.access!;
  if (access.size > 8) throw new BugError('a 16-byte load is not translated');
  const va = locals.take(I64);
  const entry = locals.take(addressType(emitter.width));
  emitter.use(node.args[0]!);
  code.set(va);
  const done = code.block(wasmType(node.type!));
  if (emitter.segment !== undefined) {
    const miss = code.block();
    reachBySegment(emitter, va, entry, false, miss);
    code
      .get(entry)
      .memory(loadOpcode(node.type!, access.size, access.signed))
      .br(done);
    code.end();
  }
  probe(emitter, va, entry, access, TLB_READ_TAG);
  code.if(wasmType(node.type!), true);
  host(emitter, va, entry);
  code.memory(loadOpcode(node.type!, access.size, access.signed));
  code.else();
  emitter.sync('access');
  code.get(CPU).get(va).i32(infoOf(emitter, node)).call(emitter.targets.runtime.load);
  emitter.settle('load');
  code.get(CPU).memory(OP.i64_load, emitter.layout.offset('result'));
  fromI64(code, node.type!);
  code.end();
  code.end();
  if (access.endian === 'be') throw new BugError('a big-endian access is lowered with bswap');
  locals.release(va);
  locals.release(entry);
  emitter.keep(node);
}

export function emitStore(emitter: Emitter, node: Node): void {
  const { code, locals } = emitter;
  const access = node.attributes.access!;
  if (access.size > 8) throw new BugError('a 16-byte store is not translated');
  const [address, value] = node.args as [Node, Node];
  const va = locals.take(I64);
  const entry = locals.take(addressType(emitter.width));
  const type = wasmType(value.type!);
  const held = locals.take(type);
  emitter.use(address);
  code.set(va);
  emitter.use(value);
  code.set(held);
  const done = code.block();
  if (emitter.segment !== undefined) {
    const miss = code.block();
    reachBySegment(emitter, va, entry, true, miss);
    code.get(entry).get(held).memory(storeOpcode(value.type!, access.size)).br(done);
    code.end();
  }
  probe(emitter, va, entry, access, TLB_WRITE_TAG);
  code.if(0x40, true);
  host(emitter, va, entry);
  code.get(held).memory(storeOpcode(value.type!, access.size));
  code.else();
  emitter.sync('access');
  code.get(CPU).get(va).get(held);
  toI64(code, value.type!);
  code.i32(infoOf(emitter, node)).call(emitter.targets.runtime.store);
  emitter.settle('store');
  code.end();
  code.end();
  locals.release(va);
  locals.release(entry);
  locals.release(held);
}

/** Atomics are rare enough to be the runtime's, and compare-and-swap JavaScript's. */
export function emitAtomic(emitter: Emitter, node: Node, kind: number): void {
  const { code, layout, targets } = emitter;
  const push = (argument: Node): void => {
    emitter.use(argument);
    toI64(code, argument.type!);
  };
  if (kind === SLOW_CAS) {
    node.args.forEach((argument, i) => {
      code.get(CPU);
      push(argument);
      code.memory(OP.i64_store, layout.offset('arguments', i));
    });
    emitter.sync('access');
    code.i32(kind).i32(infoOf(emitter, node)).call(targets.memory);
  } else {
    emitter.sync('access');
    code.get(CPU);
    push(node.args[0]!);
    if (node.args.length > 1) push(node.args[1]!);
    else code.i64(0);
    code.i32(infoOf(emitter, node)).i32(kind).call(targets.runtime.atomic);
  }
  emitter.settle(kind === SLOW_RESERVE ? 'load' : 'atomic');
  if (node.uses === 0) return;
  code.get(CPU).memory(OP.i64_load, layout.offset('result'));
  fromI64(code, node.type!);
  emitter.keep(node);
}
