import { BugError } from '../base/errors.ts';
import type { Node } from '../ir/node.ts';
import { OP } from '../wasm/opcodes.ts';
import type { Emitter } from './emitter.ts';
import { wasmType } from './locals.ts';

/** Conditions on a subtraction that are one comparison of its inputs, for i32 and i64. */
const COMPARISONS: Readonly<Record<string, readonly [number, number]>> = {
  eq: [OP.i32_eq, OP.i64_eq],
  ne: [OP.i32_ne, OP.i64_ne],
  lt_u: [OP.i32_lt_u, OP.i64_lt_u],
  le_u: [OP.i32_le_u, OP.i64_le_u],
  gt_u: [OP.i32_gt_u, OP.i64_gt_u],
  ge_u: [OP.i32_ge_u, OP.i64_ge_u],
  lt_s: [OP.i32_lt_s, OP.i64_lt_s],
  le_s: [OP.i32_le_s, OP.i64_le_s],
  gt_s: [OP.i32_gt_s, OP.i64_gt_s],
  ge_s: [OP.i32_ge_s, OP.i64_ge_s],
};

/** Pushes 1 if the flags that `kind` sets for its inputs meet the condition, else 0. */
export function emitTest(emitter: Emitter, node: Node): void {
  const { code, locals } = emitter;
  const [a, b] = node.args as [Node, Node];
  const wide = a.type === 'i64' ? 1 : 0;
  const condition = node.attributes.lane!;
  const kind = node.attributes.kind!;
  const comparison = COMPARISONS[condition];
  if (kind === 'sub' && comparison !== undefined) {
    emitter.use(a);
    emitter.use(b);
    code.op(comparison[wide]);
    return;
  }
  const type = wasmType(a.type!);
  const x = locals.take(type);
  const y = locals.take(type);
  const r = locals.take(type);
  emitter.use(a);
  code.set(x);
  emitter.use(b);
  code.set(y).get(x);
  if (kind === 'sub') code.get(y).op(wide ? OP.i64_sub : OP.i32_sub);
  else if (kind === 'add') code.get(y).op(wide ? OP.i64_add : OP.i32_add);
  else if (kind !== 'logic') throw new BugError(`no flags of ${kind}`);
  code.set(r);
  const zero = (): void => void (wide ? code.i64(0) : code.i32(0));
  const xor = wide ? OP.i64_xor : OP.i32_xor;
  switch (condition) {
    case 'eq':
    case 'ne':
      code.get(r).op(wide ? OP.i64_eqz : OP.i32_eqz);
      if (condition === 'ne') code.op(OP.i32_eqz);
      break;
    case 'negative':
      code.get(r);
      zero();
      code.op(wide ? OP.i64_lt_s : OP.i32_lt_s);
      break;
    case 'carry':
      // A carry out of a sum; for a difference, that there was no borrow.
      if (kind === 'add')
        code
          .get(r)
          .get(x)
          .op(wide ? OP.i64_lt_u : OP.i32_lt_u);
      else if (kind === 'sub')
        code
          .get(x)
          .get(y)
          .op(wide ? OP.i64_ge_u : OP.i32_ge_u);
      else code.i32(0);
      break;
    case 'overflow':
      if (kind === 'logic') {
        code.i32(0);
        break;
      }
      code
        .get(x)
        .get(r)
        .op(xor)
        .get(kind === 'add' ? y : x)
        .get(kind === 'add' ? r : y)
        .op(xor);
      code.op(wide ? OP.i64_and : OP.i32_and);
      zero();
      code.op(wide ? OP.i64_lt_s : OP.i32_lt_s);
      break;
    default:
      throw new BugError(`no condition ${condition} after ${kind}`);
  }
  for (const local of [x, y, r]) locals.release(local);
}
