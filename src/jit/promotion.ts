import type { Code } from '../wasm/code.ts';
import { OP } from '../wasm/opcodes.ts';
import type { StateLayout } from './layout.ts';
import { RETURNED } from './outcome.ts';
import type { CallTargets } from './runtime-imports.ts';

/** Local 0 of every function: the address of the CPU's state. */
const CPU = 0;

/**
 * Counts an entry into the function of the slot in local `link`, down to where JavaScript is asked
 * for a region that begins there. Leaves the slot to enter in the local; `scratch` is another one, an i32.
 * `leave`: pc and the count are current, so it is left to this function to ask.
 */
export function countEntry(
  {
    code,
    targets,
    width,
  }: {
    readonly code: Code;
    readonly targets: Pick<CallTargets, 'promote' | 'counts' | 'countsAreNear'>;
    readonly width: 32 | 64;
  },
  link: number,
  scratch: number,
  leave?: number,
): void {
  const address = (): void => {
    code.get(link);
    if (width === 64) code.op(OP.i64_extend_i32_u).i64(2).op(OP.i64_shl);
    else code.i32(2).op(OP.i32_shl);
    if (targets.countsAreNear) code.get(CPU).op(width === 64 ? OP.i64_add : OP.i32_add);
  };
  address();
  address();
  code.memory(OP.i32_load, targets.counts).i32(1).op(OP.i32_sub).tee(scratch).memory(OP.i32_store, targets.counts);
  code.get(scratch).op(OP.i32_eqz);
  code.if(0x40, false);
  if (leave === undefined) code.get(link).call(targets.promote).set(link);
  else code.get(CPU).get(link).returnCall(leave);
  code.end();
}

/** Begins what is done for one in so many computed jumps; `scratch` is an i32 local. */
export function emitTelling(
  { code, layout }: { readonly code: Code; readonly layout: StateLayout },
  scratch: number,
): void {
  const until = layout.offset('untilTold');
  code.get(CPU).get(CPU).memory(OP.i32_load, until).i32(1).op(OP.i32_sub).tee(scratch);
  code.memory(OP.i32_store, until).get(scratch).i32(0).op(OP.i32_le_s);
  code.if(0x40, false);
}

/** Returns to the wasm caller if the guest's caller is one; pc and the count are current. */
export function returnIfCalled({ code, layout }: { readonly code: Code; readonly layout: StateLayout }): void {
  code.get(CPU).memory(OP.i32_load, layout.offset('callDepth'));
  code.if();
  code.i32(RETURNED).op(OP.return);
  code.end();
}
