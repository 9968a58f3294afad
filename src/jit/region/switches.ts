import { I64, OP } from '../../wasm/opcodes.ts';
import type { RegionNode } from './graph.ts';
import type { RegionEmitter } from './region-emitter.ts';

/** Entries of a table at most; targets that lie further apart are compared one by one. */
const MOST_ENTRIES = 4096;
/** Compared at most, the most frequent first. */
const MOST_COMPARED = 8;

/** The node of the region that begins at an offset, to be reached from a computed jump. */
export type Case = readonly [offset: number, node: RegionNode];

/**
 * Goes on in the case that the address in an i64 local is the one of; falls through if it is none.
 * Everything before the jump is done.
 */
export function emitCases(emitter: RegionEmitter, cases: readonly Case[], target: number, parcel: number): void {
  const offsets = cases.map(([offset]) => offset);
  const low = Math.min(...offsets);
  const span = Math.max(...offsets) - low;
  if (cases.length < 4 || span / parcel >= MOST_ENTRIES) compare(emitter, cases.slice(0, MOST_COMPARED), target);
  else table(emitter, cases, target, parcel, low, span);
}

function compare(emitter: RegionEmitter, cases: readonly Case[], target: number): void {
  const { code } = emitter;
  for (const [offset, node] of cases) {
    code.get(target);
    emitter.address(offset);
    code.op(OP.i64_eq);
    code.if();
    emitter.transfer(node, () => emitter.storePc(offset));
    code.end();
  }
}

function table(
  emitter: RegionEmitter,
  cases: readonly Case[],
  target: number,
  parcel: number,
  low: number,
  span: number,
): void {
  const { code, locals } = emitter;
  const distance = locals.take(I64);
  const none = code.block();
  // A case is a label that is there already, or a block behind whose end the way to it begins.
  const ways = cases.filter(([, node]) => emitter.labelOf(node) === undefined);
  const labels = new Map(ways.map(([offset]) => [offset, code.block()]));
  const entries = Array.from({ length: span / parcel + 1 }, () => none);
  for (const [offset, node] of cases) {
    entries[(offset - low) / parcel] = labels.get(offset) ?? emitter.labelOf(node)!;
  }
  code.get(target);
  emitter.address(low);
  code.op(OP.i64_sub).tee(distance).i64(span).op(OP.i64_gt_u).brIf(none, false);
  // What lies between two parcels becomes a large number.
  code.get(distance).op(OP.i32_wrap_i64).i32(Math.log2(parcel)).op(OP.i32_rotr).brTable(entries, none);
  locals.release(distance);
  for (const [offset, node] of ways.toReversed()) {
    code.end();
    emitter.transfer(node, () => emitter.storePc(offset));
  }
  code.end();
}
