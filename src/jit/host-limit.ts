import type { Node } from '../ir/node.ts';
import type { Code } from '../wasm/code.ts';
import { OP } from '../wasm/opcodes.ts';
import { CPU } from './locals.ts';
import type { StateLayout } from './layout.ts';

/**
 * One comparison tells whether a host operation's result is the guest's, with all flags that it raises:
 *
 *     2 * (bits of the result) - TINY < limit, unsigned
 *
 * Twice the bits are those of the magnitude. TINY makes numbers up to the smallest normal one huge:
 * they may have underflowed. The limit is what infinity and NaNs are beyond; and it is 0 where the
 * guest does not round to nearest or has not yet accrued `inexact`, so that nothing passes.
 */

export const NX = 1;

/** Twice the bits of the smallest normal number, which may itself be rounded, and one. */
export const TINY = { f32: 0x0100_0001, f64: 0x0020_0000_0000_0001n } as const;
/** Twice the bits of infinity, less TINY. */
const LIMIT = { f32: 0xff00_0000 - TINY.f32, f64: 0xffe0_0000_0000_0000n - TINY.f64 } as const;

export type HostFormat = keyof typeof LIMIT;

/** A rounding mode as code knows it: nearest as it stands, or the guest's register `field`; else undefined. */
export function roundingOf(mode: Node): 'nearest' | { readonly field: string } | undefined {
  if (mode.op === 'const') return mode.attributes.value === 0 ? 'nearest' : undefined;
  const { state } = mode.attributes;
  return mode.op === 'get' && state!.operand === undefined ? { field: state!.field } : undefined;
}

/** Pushes the limit; `mode` pushes the rounding mode unless it is nearest. */
export function emitLimit(
  { code, layout }: { readonly code: Code; readonly layout: StateLayout },
  format: HostFormat,
  mode: (() => void) | undefined,
): void {
  if (format === 'f64') code.i64(LIMIT.f64).i64(0);
  else code.i32(LIMIT.f32).i32(0);
  code.get(CPU).memory(OP.i32_load, layout.offset('fflags')).i32(NX).op(OP.i32_and);
  if (mode !== undefined) {
    mode();
    code.op(OP.i32_eqz).op(OP.i32_and);
  }
  code.op(OP.select);
}

/** The format whose limit an operation is compared with, if its result is rounded. */
export function resultFormatOf({ attributes, type }: Node): HostFormat | undefined {
  if (attributes.fp!.includes('.from')) return 'f32';
  return type === 'f32' || type === 'f64' ? type : undefined;
}
