/** Operations on bigint encodings, for oracles and tests; run loops use `SoftFloat`. */
import { WINDOW_WORDS } from './context.ts';
import type { FpOptions } from './context.ts';
import { fpOp } from './ops.ts';
import type { FpOpName } from './ops.ts';
import { SoftFloat } from './soft-float.ts';

export interface FpResult {
  /** The encoding of the result, unsigned, of the width of its type. */
  readonly value: bigint;
  readonly flags: number;
}

export type FpEvaluator = (name: FpOpName, rm: number, ...operands: readonly bigint[]) => FpResult;

export function fpEvaluator(options: FpOptions = {}): FpEvaluator {
  const window = new BigUint64Array(WINDOW_WORDS / 2);
  const unit = new SoftFloat(new Int32Array(window.buffer), options);
  return (name, rm, ...operands) => {
    const { code, args } = fpOp(name);
    if (operands.length !== args.length) {
      throw new RangeError(`${name} takes ${args.length} operands, not ${operands.length}`);
    }
    operands.forEach((operand, i) => {
      window[i] = BigInt.asUintN(64, operand);
    });
    const flags = unit.op(code, rm);
    return { value: window[3], flags };
  };
}
