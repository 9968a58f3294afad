/** The predicate of `index.ts`, "When the host may compute", over the rules the operations declare. */
import { FP_OPS } from './ops.ts';
import type { FpOp } from './ops.ts';

const byCode: (FpOp | undefined)[] = [];
for (const op of FP_OPS) byCode[op.code] = op;

/**
 * True if the host's operation on a, b, c, which gave r, has the result of operation `code` in mode `rm`,
 * and raises no flag but NX. Operands that the operation lacks, and an integer result, may be NaN.
 * Integer operands are not looked at.
 */
export function hostExact(code: number, rm: number, a: number, b: number, c: number, r: number): boolean {
  const op = byCode[code];
  if (op === undefined) throw new RangeError('no floating-point operation has this code');
  return op.host.exact({ format: op.format, rm, a, b, c, r });
}
