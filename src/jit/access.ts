import { BugError } from '../base/errors.ts';
import type { MemoryAccess, Node } from '../ir/node.ts';
import { TLB_READ_TAG, TLB_WRITE_TAG } from '../mem/tlb.ts';
import { ATOMIC, I64, OP, VOID } from '../wasm/opcodes.ts';
import type { AccessGroup, GroupMember } from './access-groups.ts';
import { fromI64, loadOpcode, storeOpcode, toI64 } from './conversions.ts';
import type { Emitter } from './emitter.ts';
import { CPU, wasmType } from './locals.ts';
import { host, probe, reachBySegment } from './reach.ts';
import { groupThroughWindow, throughWindow } from './window.ts';
import { pushIsShared } from './shared.ts';
import { addressType } from './runtime-imports.ts';
import { accessInfo, SLOW_CAS, SLOW_RESERVE } from './slow-access.ts';

function infoOf(emitter: Emitter, node: Node): number {
  const { length, offset, retired } = emitter.position();
  return accessInfo(node.attributes.access!, length, offset, retired);
}

/** A load: straight from memory if it is in the segment or the TLB has the page, else by the slow path. */
export function emitLoad(emitter: Emitter, node: Node): void {
  const { code, locals } = emitter;
  const access = node.attributes.access!;
  refuse(access);
  const type = wasmType(node.type!);
  const opcode = loadOpcode(node.type!, access.size, access.signed);
  const va = locals.take(I64);
  const slow = (): void => {
    if (emitter.leavesAlone) return emitter.leaveAlone();
    emitter.sync('access');
    code.get(CPU).get(va).i32(infoOf(emitter, node)).call(emitter.targets.runtime.load);
    emitter.settle('load');
    code.get(CPU).memory(OP.i64_load, emitter.layout.offset('result'));
    fromI64(code, node.type!);
  };
  const member = emitter.groups.get(node);
  const { window } = emitter.targets;
  if (member === undefined) {
    emitter.use(node.args[0]!);
    code.set(va);
    if (window === undefined || access.align === 'natural') {
      straight(emitter, va, access, false, type, () => code.memory(opcode), slow);
    } else {
      throughWindow(emitter, window, va, access, false, type, (offset) => code.memory(opcode, offset), slow);
    }
  } else if (window !== undefined) {
    groupThroughWindow(emitter, window, node, va, member, type, (offset) => code.memory(opcode, offset), slow);
  } else inGroup(emitter, node, va, member, type, (offset) => code.memory(opcode, offset), slow);
  locals.release(va);
  emitter.keep(node);
}

export function emitStore(emitter: Emitter, node: Node): void {
  const { code, locals } = emitter;
  const access = node.attributes.access!;
  refuse(access);
  const [address, value] = node.args as [Node, Node];
  const opcode = storeOpcode(value.type!, access.size);
  const va = locals.take(I64);
  const held = locals.take(wasmType(value.type!));
  const slow = (): void => {
    if (emitter.leavesAlone) return emitter.leaveAlone();
    emitter.sync('access');
    code.get(CPU).get(va).get(held);
    toI64(code, value.type!);
    code.i32(infoOf(emitter, node)).call(emitter.targets.runtime.store);
    emitter.settle('store');
  };
  const member = emitter.groups.get(node);
  const { window } = emitter.targets;
  const direct = (offset: number): void => void code.get(held).memory(opcode, offset);
  emitter.use(value);
  code.set(held);
  if (member === undefined) {
    emitter.use(address);
    code.set(va);
    if (window === undefined || access.align === 'natural') {
      straight(emitter, va, access, true, VOID, () => direct(0), slow);
    } else throughWindow(emitter, window, va, access, true, VOID, direct, slow);
  } else if (window !== undefined) {
    groupThroughWindow(emitter, window, node, va, member, VOID, direct, slow);
  } else inGroup(emitter, node, va, member, VOID, direct, slow);
  locals.release(va);
  locals.release(held);
}

function refuse({ size, endian }: MemoryAccess): void {
  if (size > 8) throw new BugError('an access of 16 bytes is not translated');
  if (endian === 'be') throw new BugError('a big-endian access is lowered with bswap');
}

/** An access by itself at the address in local `va`; `direct` takes the host address from the stack. */
function straight(
  emitter: Emitter,
  va: number,
  access: MemoryAccess,
  isStore: boolean,
  type: number,
  direct: () => void,
  slow: () => void,
): void {
  const { code, locals } = emitter;
  const entry = locals.take(addressType(emitter.width));
  const done = code.block(type);
  if (emitter.segment !== undefined && access.align !== 'natural') {
    const miss = code.block();
    reachBySegment(emitter, va, entry, { size: access.size, isStore }, miss);
    code.get(entry);
    direct();
    code.br(done);
    code.end();
  }
  probe(emitter, va, entry, access, isStore ? TLB_WRITE_TAG : TLB_READ_TAG);
  code.if(type, true);
  host(emitter, va, entry);
  direct();
  code.else();
  slow();
  code.end();
  code.end();
  locals.release(entry);
}

/** An access that its group has checked, or checks for the group if it is the first. */
function inGroup(
  emitter: Emitter,
  node: Node,
  va: number,
  { group, offset }: GroupMember,
  type: number,
  direct: (offset: number) => void,
  slow: () => void,
): void {
  const { code, locals } = emitter;
  const isFirst = group.host < 0;
  if (isFirst) {
    group.host = locals.take(addressType(emitter.width));
    emitter.use(node.args[0]!);
    code.set(va);
    reachGroup(emitter, va, group, offset, node.op === 'store');
  }
  code.get(group.host);
  if (emitter.width === 64) code.i64(0).op(OP.i64_ne);
  code.if(type, true);
  code.get(group.host);
  direct(offset - group.start);
  code.else();
  if (!isFirst) {
    emitter.use(node.args[0]!);
    code.set(va);
  }
  slow();
  code.end();
  if (--group.left === 0) locals.release(group.host);
}

/** Finds the host address of a group's first byte by the address in `va` of the access at `offset`; 0 if there is none. */
function reachGroup(emitter: Emitter, va: number, group: AccessGroup, offset: number, isStore: boolean): void {
  const { code, locals, width } = emitter;
  const first = locals.take(I64);
  const size = group.end - group.start;
  code.get(va);
  if (offset !== group.start) code.i64(group.start - offset).op(OP.i64_add);
  code.set(first);
  const done = code.block();
  if (emitter.segment !== undefined) {
    const miss = code.block();
    reachBySegment(emitter, first, group.host, { size, isStore }, miss);
    code.br(done);
    code.end();
  }
  const entry = locals.take(addressType(width));
  probe(emitter, first, entry, { size, align: 'any' }, isStore ? TLB_WRITE_TAG : TLB_READ_TAG);
  code.if(addressType(width), true);
  host(emitter, first, entry);
  code.else();
  if (width === 32) code.i32(0);
  else code.i64(0);
  code.end();
  code.set(group.host).end();
  locals.release(entry);
  locals.release(first);
}

/** Serial code needs no fence: one thread sees its own order. */
export function emitFence({ code, targets, width, layout }: Emitter, node: Node): void {
  const { parallel } = targets;
  if (parallel === undefined) return;
  const isFull = node.attributes.access!.order === 'seq_cst';
  if (parallel.ordersStores && !isFull) return;
  pushIsShared(code, width, parallel);
  code.if();
  // Where stores are in order any atomic operation is a full fence, and takes less time than one.
  if (parallel.ordersStores) {
    code.get(CPU).i32(0).atomic(ATOMIC.i32_rmw_or, layout.offset('rounds'), 2).op(OP.drop);
  } else code.fence();
  code.end();
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
