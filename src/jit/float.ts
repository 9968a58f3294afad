import { BugError } from '../base/errors.ts';
import type { Node } from '../ir/node.ts';
import { FP_OPS } from '../ir/softfloat/index.ts';
import { I32 } from '../wasm/opcodes.ts';
import { fromI64, toI64 } from './conversions.ts';
import type { Emitter } from './emitter.ts';
import { emitHostFloat } from './host-float.ts';
import { CPU, wasmType } from './locals.ts';

const CODES = new Map<string, number>(FP_OPS.map((op) => [op.name, op.code]));

/** Code of a floating-point operation in softfloat's table. */
function codeOf(name: string): number {
  const code = CODES.get(name);
  if (code === undefined) throw new BugError(`no floating-point operation is called ${name}`);
  return code;
}

/** A floating-point operation: by the host where that is right, else by soft float. */
export function emitFloat(emitter: Emitter, node: Node): void {
  const { code, locals } = emitter;
  const operands = node.args.slice(0, -1);
  const mode = node.args.at(-1)!;
  const values = operands.map((operand) => {
    const local = locals.take(wasmType(operand.type!));
    emitter.use(operand);
    code.set(local);
    return local;
  });
  const modeLocal = locals.take(I32);
  emitter.use(mode);
  code.set(modeLocal);
  const result = locals.take(wasmType(node.type!));
  const done = code.block();
  emitHostFloat(emitter, { node, values, mode: modeLocal, result, done });
  code.get(CPU);
  for (let i = 0; i < 3; i++) {
    if (i >= operands.length) code.i64(0);
    else {
      code.get(values[i]!);
      toI64(code, operands[i]!.type!);
    }
  }
  code.i32(codeOf(node.attributes.fp!)).get(modeLocal).call(emitter.targets.runtime.soft);
  fromI64(code, node.type!);
  code.set(result).end();
  for (const local of [...values, modeLocal]) locals.release(local);
  // Handed on to a local of the node's own, which costs nothing once it is compiled.
  code.get(result);
  emitter.keep(node);
  locals.release(result);
}
