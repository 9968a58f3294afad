import type { Node } from '../../ir/node.ts';
import type { Type } from '../../ir/types.ts';
import type { RegionNode } from './graph.ts';
import { findLoops } from './loops.ts';

/** A set of guest registers: bit i is the i-th of RegionRegisters.list. */
export type RegisterSet = bigint;

export interface Register {
  readonly field: string;
  readonly index: number;
  /** How often it is read and written as a float, less how often as an integer. */
  floats: number;
}

/** What a block does with the registers that the region keeps in locals. */
export interface BlockRegisters {
  /** Read before they are written. */
  readonly reads: RegisterSet;
  readonly writes: RegisterSet;
  /** Has a place in its middle where it may be left. */
  readonly mayFault: boolean;
  /** On entry: registers whose memory may be out of date. */
  dirty: RegisterSet;
  /** On entry: registers whose locals must be right. */
  live: RegisterSet;
}

/**
 * The guest registers that a region uses, each in a local of its own, and the data flow that says
 * which of them have to be loaded when the region is entered and stored where it is left.
 */
export class RegionRegisters {
  readonly list: Register[] = [];
  readonly #ids = new Map<string, number>();
  readonly #fields: ReadonlySet<string>;
  readonly #blocks = new Map<RegionNode, BlockRegisters>();
  /** By the header of a loop: what is written in it. */
  readonly #written = new Map<RegionNode, RegisterSet>();

  /** `fields` are the register files to keep in locals. */
  constructor(order: readonly RegionNode[], fields: ReadonlySet<string>, cleansLoops: boolean) {
    this.#fields = fields;
    for (const node of order) this.#blocks.set(node, this.#scan(node));
    if (cleansLoops) {
      for (const [header, body] of findLoops(order)) {
        let written = 0n;
        for (const node of body) written |= this.of(node).writes;
        this.#written.set(header, written);
      }
    }
    this.#flow(order);
  }

  /**
   * Registers of a set that are dirty and to be stored on an edge: those that the loop which it enters does not
   * write. What may leave the loop then has nothing to do with them, so that they need no host registers in it.
   */
  storedBefore(from: RegionNode, to: RegionNode, dirty: RegisterSet): RegisterSet {
    const isTold = from.dispatch !== undefined && from.dispatch.entries.length > 1;
    const written = to.order > from.order && !isTold ? this.#written.get(to) : undefined;
    return written === undefined ? 0n : dirty & ~written;
  }

  of(node: RegionNode): BlockRegisters {
    return this.#blocks.get(node)!;
  }

  /** Number of the register that a get or set is about, or undefined if it stays in memory. */
  idOf(node: Node): number | undefined {
    const { field, index } = node.attributes.state!;
    if (!this.#fields.has(field)) return undefined;
    const key = `${field}.${index}`;
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.list.push({ field, index, floats: 0 }) - 1;
      this.#ids.set(key, id);
    }
    return id;
  }

  /** The registers of a set. */
  *members(set: RegisterSet): Iterable<number> {
    for (let id = 0; set !== 0n; id++, set >>= 1n) if (set & 1n) yield id;
  }

  /** Whether a helper looks at or changes registers that are kept in locals. */
  concerns(fields: readonly string[]): boolean {
    return fields.some((field) => this.#fields.has(field));
  }

  #scan({ block }: RegionNode): BlockRegisters {
    let reads = 0n;
    let writes = 0n;
    let mayFault = false;
    for (const node of block?.unit.nodes ?? []) {
      switch (node.op) {
        case 'get': {
          const id = this.idOf(node);
          if (id === undefined) break;
          if (!((writes >> BigInt(id)) & 1n)) reads |= 1n << BigInt(id);
          this.#count(id, node.type!);
          break;
        }
        case 'set': {
          const id = this.idOf(node);
          if (id === undefined) break;
          writes |= 1n << BigInt(id);
          this.#count(id, node.args[0]!.type!);
          break;
        }
        case 'load':
        case 'store':
        case 'atomic_rmw':
        case 'atomic_cas':
        case 'load_reserved':
        case 'store_conditional':
        case 'call':
          mayFault = true;
          break;
        default:
      }
    }
    return { reads, writes, mayFault, dirty: 0n, live: 0n };
  }

  #count(id: number, type: Type): void {
    this.list[id]!.floats += type === 'f64' ? 1 : -1;
  }

  #flow(order: readonly RegionNode[]): void {
    const blocks = this.#blocks;
    /** A call that is not inlined stores everything, and comes back with memory right. */
    const isCall = (node: RegionNode, next: RegionNode): boolean =>
      node.block?.ending.kind === 'call' && next.block?.context.length === node.block.context.length;
    for (let changed = true; changed;) {
      changed = false;
      for (const node of order) {
        const { dirty, writes } = blocks.get(node)!;
        for (const next of node.successors) {
          const to = blocks.get(next)!;
          const all = dirty | writes;
          const out = isCall(node, next) ? to.dirty : to.dirty | (all & ~this.storedBefore(node, next, all));
          if (out !== to.dirty) {
            to.dirty = out;
            changed = true;
          }
        }
      }
    }
    for (let changed = true; changed;) {
      changed = false;
      for (let i = order.length - 1; i >= 0; i--) {
        const node = order[i]!;
        const of = blocks.get(node)!;
        // Where the region is left, what is dirty is stored: that reads it.
        let out = of.dirty | of.writes;
        for (const next of node.successors) if (!isCall(node, next)) out |= blocks.get(next)!.live;
        let live = of.reads | (out & ~of.writes);
        if (of.mayFault) live |= of.dirty;
        if (live !== of.live) {
          of.live = live;
          changed = true;
        }
      }
    }
  }
}
