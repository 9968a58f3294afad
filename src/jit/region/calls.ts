import { I64, OP } from '../../wasm/opcodes.ts';
import { BUDGET_SLACK } from '../interpreter.ts';
import { CPU } from '../locals.ts';
import { LEFT, UNWOUND } from '../outcome.ts';
import type { RegionBlock } from './graph.ts';
import { BASE, DEPTH, REMAINING, type RegionEmitter } from './region-emitter.ts';

/** Deepest nesting of guest calls as wasm calls; beyond it calls are jumps. */
const CALL_DEPTH = 100;

/**
 * Guest calls as wasm calls. Of a call nothing is assumed but that, if it comes back with what remains
 * of the budget and the pc behind the call, the guest goes on there in the same mode and mapping:
 * whatever changes code, mapping or mode unwinds all wasm frames. So a region of the same module can
 * be called as it is: were it dropped, the caller would have been dropped with it, before it got here.
 */
export function emitCall(emitter: RegionEmitter, block: RegionBlock, storeTarget: () => void, next: number): void {
  const { code, targets } = emitter;
  const { ending } = block;
  const callee = ending.kind === 'call' && ending.target !== undefined ? emitter.functionAt(ending.target) : undefined;
  emitter.advance(block.count);
  emitter.spill(emitter.dirty);
  const continuation = emitter.nodeAt(next, block.context);
  if (continuation === undefined) {
    storeTarget();
    emitter.leave();
    return;
  }
  code.get(DEPTH).i32(CALL_DEPTH).op(OP.i32_ge_s);
  code.if(0x40, false);
  storeTarget();
  emitter.leave();
  code.end();
  const pc = emitter.locals.take(I64);
  if (callee === undefined) {
    storeTarget();
    emitter.storeRemaining(0);
    code.i32(LEFT).set(REMAINING);
    resume();
  } else {
    code.get(CPU).get(BASE).get(REMAINING);
    pushDepth();
    code.call(callee).set(pc).tee(REMAINING).i32(BUDGET_SLACK).op(OP.i32_lt_s);
    code.get(pc);
    emitter.address(next);
    code.op(OP.i64_ne).op(OP.i32_or);
    code.if(0x40, false);
    resume();
    code.end();
  }
  emitter.locals.release(pc);
  emitter.goOn(continuation, next);

  function pushDepth(): void {
    code.get(DEPTH).i32(1).op(OP.i32_add);
  }
  function resume(): void {
    code.get(CPU).get(REMAINING).get(pc);
    emitter.address(next);
    pushDepth();
    code.call(targets.runtime.resume).tee(REMAINING).i32(UNWOUND).op(OP.i32_eq);
    code.if(0x40, false);
    emitter.unwind();
    code.end();
  }
}
