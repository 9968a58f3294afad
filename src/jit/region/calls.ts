import { I64, OP } from '../../wasm/opcodes.ts';
import { BUDGET_SLACK } from '../interpreter.ts';
import { CPU } from '../locals.ts';
import { LEFT, UNWOUND } from '../outcome.ts';
import type { RegionBlock } from './graph.ts';
import { DEPTH, REMAINING, type RegionEmitter } from './region-emitter.ts';

/** Deepest nesting of guest calls as wasm calls; beyond it calls are jumps. */
const CALL_DEPTH = 100;

/**
 * Guest calls as wasm calls, to the target of the block's ending or to the address in a local. Nothing
 * is assumed of a call but that, if it comes back with what remains of the budget and the pc behind the
 * call, the guest goes on there in the same mode and mapping: whatever changes code, mapping or mode
 * unwinds all wasm frames. So a region of the same module can be called as it is: were it dropped, the
 * caller would have been dropped with it, before it got here.
 */
export function emitCall(emitter: RegionEmitter, block: RegionBlock, local: number | undefined): void {
  const { code } = emitter;
  const { ending, context, count } = block;
  if (ending.kind !== 'call') return;
  const { target, seen, next } = ending;
  emitter.advance(count);
  for (const offset of seen) {
    const inlined = emitter.nodeAt(offset, [...context, next]);
    if (inlined === undefined) continue;
    code.get(local!);
    emitter.address(offset);
    code.op(OP.i64_eq);
    code.if();
    emitter.transfer(inlined, () => emitter.storePc(offset));
    code.end();
  }
  emitter.spill(emitter.dirty);
  const storeTarget = (): void => {
    if (local === undefined) emitter.storePc(target!);
    else emitter.storeTarget(local);
  };
  const continuation = emitter.nodeAt(next, context);
  if (continuation === undefined) {
    storeTarget();
    emitter.leave();
    return;
  }
  code.get(DEPTH).i32(CALL_DEPTH).op(OP.i32_ge_s);
  code.if(0x40, false);
  if (target !== undefined) emitter.leaveSpilled(target);
  else {
    storeTarget();
    emitter.leave();
  }
  code.end();
  const pc = emitter.locals.take(I64);
  const called = code.block();
  for (const offset of seen) {
    if (!emitter.isRegion(offset) || emitter.nodeAt(offset, [...context, next]) !== undefined) continue;
    code.get(local!);
    emitter.address(offset);
    code.op(OP.i64_eq);
    code.if();
    callDirectly(emitter, offset, pc, next);
    code.br(called);
    code.end();
  }
  if (target !== undefined && emitter.isRegion(target)) callDirectly(emitter, target, pc, next);
  else {
    storeTarget();
    emitter.storeRemaining(0);
    if (local !== undefined) emitter.tellSurprise();
    code.i32(LEFT).set(REMAINING);
    resume(emitter, pc, next);
  }
  code.end();
  emitter.takeRemaining();
  emitter.locals.release(pc);
  emitter.goOn(continuation, next);
}

/** Calls the region that begins at an offset. */
function callDirectly(emitter: RegionEmitter, callee: number, pc: number, next: number): void {
  const { code } = emitter;
  emitter.callRegion(callee, () => {
    emitter.remaining();
    code.get(DEPTH).i32(1).op(OP.i32_add);
  });
  code.set(pc).tee(REMAINING).i32(BUDGET_SLACK).op(OP.i32_lt_s);
  code.get(pc);
  emitter.address(next);
  code.op(OP.i64_ne).op(OP.i32_or);
  code.if(0x40, false);
  resume(emitter, pc, next);
  code.end();
}

/** Goes on, with the outcome of a call in REMAINING and local `pc`, until the guest comes to `next`. */
function resume(emitter: RegionEmitter, pc: number, next: number): void {
  const { code, targets } = emitter;
  code.get(CPU).get(REMAINING).get(pc);
  emitter.address(next);
  code.get(DEPTH).i32(1).op(OP.i32_add);
  code.call(targets.runtime.resume).tee(REMAINING).i32(UNWOUND).op(OP.i32_eq);
  code.if(0x40, false);
  emitter.unwind();
  code.end();
}
