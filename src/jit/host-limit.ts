import type { Node } from '../ir/node.ts';
import type { Code } from '../wasm/code.ts';
import { OP } from '../wasm/opcodes.ts';
import { CPU } from './locals.ts';
import type { StateLayout } from './layout.ts';

/**
 * One comparison of the high 32 bits of a result tells whether the host's operation has done all that the
 * guest's does, flags included:
 *
 *     2 * bits - TINY < limit, unsigned
 *
 * Twice the bits are those of the magnitude. TINY, where it counts, makes numbers huge that may have
 * underflowed. The limit keeps out infinity, NaNs and, since one limit serves both formats, some large
 * doubles; it is 0 where the guest does not round to nearest or has not yet accrued `inexact`: nothing
 * passes.
 */

export const NX = 1;

/** Twice the high bits of the first number that is surely above the smallest normal one, which may be rounded. */
export const TINY = { f32: 0x0100_0002, f64: 0x0020_0002 } as const;
/** Twice the bits of an infinite single, less its TINY; that of a double is greater. */
const LIMIT = 0xff00_0000 - TINY.f32;

/** A rounding mode as code knows it: nearest as it stands, or the guest's register `field`; else undefined. */
export function roundingOf(mode: Node): 'nearest' | { readonly field: string } | undefined {
  if (mode.op === 'const') return mode.attributes.value === 0 ? 'nearest' : undefined;
  const { state } = mode.attributes;
  return mode.op === 'get' && state!.operand === undefined ? { field: state!.field } : undefined;
}

/** Pushes the limit; `mode` pushes the rounding mode unless it is nearest. */
export function emitLimit(
  { code, layout }: { readonly code: Code; readonly layout: StateLayout },
  mode: (() => void) | undefined,
): void {
  code.i32(LIMIT).i32(0);
  code.get(CPU).memory(OP.i32_load, layout.offset('fflags')).i32(NX).op(OP.i32_and);
  if (mode !== undefined) {
    mode();
    code.op(OP.i32_eqz).op(OP.i32_and);
  }
  code.op(OP.select);
}
