import type { Node } from '../../ir/node.ts';
import { I32 } from '../../wasm/opcodes.ts';
import { stateLoad } from '../conversions.ts';
import type { Emitter } from '../emitter.ts';
import { emitLimit, roundingOf } from '../host-limit.ts';
import { CPU, wasmType } from '../locals.ts';
import type { Optimizations } from '../optimizations.ts';
import type { RegionNode } from './graph.ts';

/**
 * What stays the same from a region's entry to where it is left, in locals: the guest's steady fields,
 * and the limits of host results that follow from them. Flags only accrue in a region, so a limit may
 * be too strict after a while, which costs time until the next entry, but is never wrong.
 */
export class RegionConstants {
  readonly #emitter: Emitter;
  readonly #fields = new Map<string, { readonly local: number; readonly node: Node }>();
  /** By the field that the rounding mode is in; undefined: to nearest. */
  readonly #limits = new Map<string | undefined, number>();

  constructor(
    emitter: Emitter,
    order: readonly RegionNode[],
    { steady, optimizations }: { readonly steady: ReadonlySet<string>; readonly optimizations: Optimizations },
  ) {
    this.#emitter = emitter;
    if (!optimizations.has('steady')) return;
    for (const node of order.flatMap(({ block }) => block?.unit.nodes ?? [])) {
      const field = node.attributes.state?.field;
      if (node.op === 'get' && steady.has(field!) && !this.#fields.has(field!)) {
        this.#fields.set(field!, { local: emitter.locals.take(wasmType(node.type!)), node });
      }
      if (node.op === 'fp') this.#want(node, steady);
    }
  }

  #want(node: Node, steady: ReadonlySet<string>): void {
    const rounding = roundingOf(node.args.at(-1)!);
    if (rounding === undefined) return;
    const field = rounding === 'nearest' ? undefined : rounding.field;
    if ((field === undefined || steady.has(field)) && !this.#limits.has(field)) {
      this.#limits.set(field, this.#emitter.locals.take(I32));
    }
  }

  /** Whether something may be too strict until the region is entered again. */
  get hasLimits(): boolean {
    return this.#limits.size > 0;
  }

  /** Emits the loads, at the region's entry. */
  load(): void {
    const { code, layout } = this.#emitter;
    for (const { local, node } of this.#fields.values()) {
      const { field, index } = node.attributes.state!;
      code
        .get(CPU)
        .memory(stateLoad(layout.field(field).type, node.type!), layout.offset(field, index))
        .set(local);
    }
    for (const [field, local] of this.#limits) {
      const mode = field === undefined ? undefined : (): void => void code.get(this.#fields.get(field)!.local);
      emitLimit(this.#emitter, mode);
      code.set(local);
    }
  }

  /** The local of what a `get` reads. */
  localOf(node: Node): number | undefined {
    return this.#fields.get(node.attributes.state!.field)?.local;
  }

  /** The local of the limit of results rounded in a mode. */
  limitOf(mode: Node): number | undefined {
    const rounding = roundingOf(mode);
    if (rounding === undefined) return undefined;
    return this.#limits.get(rounding === 'nearest' ? undefined : rounding.field);
  }
}
