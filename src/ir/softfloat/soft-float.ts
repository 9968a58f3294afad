/** Soft floating point over a register window, callable from wasm as `fp(code, rm)`. */
import { FpContext } from './context.ts';
import type { FpOptions } from './context.ts';
import { FP_OPS } from './ops.ts';

type Run = (cx: FpContext) => void;

function undeclared(): void {
  throw new RangeError('no floating-point operation has this code');
}

const runs: Run[] = Array.from({ length: 64 * 4 }, () => undeclared);
for (const op of FP_OPS) runs[op.code] = op.run;

/**
 * The window is eight words: a.lo a.hi b.lo b.hi c.lo c.hi r.lo r.hi. Narrow operands are read
 * from the low word alone (f16 from its low half); narrow results are zero-extended.
 * Boxing of narrow values in wide registers is the guest's.
 */
export class SoftFloat {
  readonly #context: FpContext;
  /** Flags accrued; the guest clears or replaces them. */
  flags: number;

  constructor(window: Int32Array, options: FpOptions = {}) {
    this.#context = new FpContext(window, options);
    this.flags = 0;
  }

  /**
   * Runs the operation of this code in rounding mode `rm` (RNE to ODD; a guest refuses others first).
   * Returns the flags it raised.
   */
  op(code: number, rm: number): number {
    const cx = this.#context;
    cx.rm = rm;
    cx.raised = 0;
    runs[code](cx);
    this.flags |= cx.raised;
    return cx.raised;
  }
}
