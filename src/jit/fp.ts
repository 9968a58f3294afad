import { FP_OPS } from '../ir/softfloat/index.ts';
import { BugError } from '../base/errors.ts';

const CODES = new Map<string, number>(FP_OPS.map((op) => [op.name, op.code]));

/** Code of a floating-point operation in softfloat's table. */
export function fpCodeOf(name: string): number {
  const code = CODES.get(name);
  if (code === undefined) throw new BugError(`no floating-point operation is called ${name}`);
  return code;
}
