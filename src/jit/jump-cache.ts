import type { Arena } from '../mem/arena.ts';
import type { Code } from '../wasm/code.ts';
import { OP } from '../wasm/opcodes.ts';
import { CPU } from './locals.ts';

/** A power of two: programs with flat profiles jump to some ten thousand places. All entries fit in a second-level cache. */
const ENTRIES = 16_384;
const ENTRY_BYTES = 8;
/** Where in an entry the slot is. */
const SLOT = 4;
/** Bits of an address that those above are folded onto: code in a row does not compete. */
const FOLD = Math.log2(ENTRIES) + 1;

/**
 * Which translated code is entered at an address, for the addresses of a program that computed jumps went to last: a
 * direct-mapped cache of what the instruction TLB and a record's link say, found with one access to memory instead of
 * two that depend on each other. Only where an address always means the same byte, and addresses have 32 bits. An entry
 * is the address and the slot, 32 bits each.
 *
 * An entry is made of a link that leads to a slot, of a page that is in the instruction TLB, by code on this cache's
 * own thread (`fillJump`). It is right as long as both stay so, and is cleared by whatever changes one of them:
 * `CodePages`, which is all that ever changes a link that leads to a slot, and `SoftTlb`. A slot is free for other code
 * only after no link leads to it, so no entry leads to a slot that is used for something else. No other thread writes to
 * the cache: each has its own, as it has its own links, slots and TLB.
 */
export class JumpCache {
  static readonly bytes = ENTRIES * ENTRY_BYTES;
  readonly address: number;
  readonly #words: Int32Array;

  constructor(arena: Arena) {
    this.address = arena.allocate(JumpCache.bytes, 64);
    this.#words = new Int32Array(arena.memory.buffer, this.address, JumpCache.bytes / 4);
  }

  /** Nothing is known. To be called once before it is used. */
  clear(): void {
    // No instruction has an odd address.
    this.#words.fill(-1);
  }

  /** Nothing is known of addresses `first` to `end` - 1. */
  drop(first: number, end: number): void {
    for (let pc = first - (first % 2); pc < end; pc += 2) {
      const at = indexOf(pc) * (ENTRY_BYTES / 4);
      if (this.#words[at] === (pc | 0)) this.#words[at] = -1;
    }
  }

  /** The address and the slot of each entry. */
  *entries(): Generator<{ readonly pc: number; readonly slot: number }> {
    for (let at = 0; at < this.#words.length; at += ENTRY_BYTES / 4) {
      const [pc, slot] = [this.#words[at]!, this.#words[at + SLOT / 4]!];
      if (pc !== -1) yield { pc: pc >>> 0, slot };
    }
  }
}

function indexOf(pc: number): number {
  return ((pc >>> 1) ^ (pc >>> FOLD)) & (ENTRIES - 1);
}

/** What `jump` is made of; `entry` is a local for an address, `pc` has the address to go to, as i64. */
interface Jump {
  readonly code: Code;
  readonly width: 32 | 64;
  /** Address of the cache, from that of the CPU's state. */
  readonly distance: number;
  readonly pc: number;
  readonly entry: number;
}

/** Sets local `entry`, and pushes whether it is of the address in local `pc`. */
export function probeJump({ code, width, distance, pc, entry }: Jump): void {
  const shift = Math.log2(ENTRY_BYTES);
  // The same as indexOf, in bytes.
  code
    .get(pc)
    .op(OP.i32_wrap_i64)
    .i32(shift - 1)
    .op(OP.i32_shl);
  code
    .get(pc)
    .op(OP.i32_wrap_i64)
    .i32(FOLD - shift)
    .op(OP.i32_shr_u);
  code
    .op(OP.i32_xor)
    .i32((ENTRIES - 1) << shift)
    .op(OP.i32_and);
  if (width === 64) code.op(OP.i64_extend_i32_u);
  code
    .get(CPU)
    .op(width === 64 ? OP.i64_add : OP.i32_add)
    .tee(entry);
  code.memory(OP.i64_load32_u, distance).get(pc).op(OP.i64_eq);
}

/** Pushes the slot of the entry in local `entry`. */
export function jumpSlot({ code, distance, entry }: Jump): void {
  code.get(entry).memory(OP.i32_load, distance + SLOT);
}

/** The entry in local `entry` is of the address in local `pc` and the slot in local `slot` from now on. */
export function fillJump({ code, distance, pc, entry }: Jump, slot: number): void {
  code.get(entry).get(pc).memory(OP.i64_store32, distance);
  code
    .get(entry)
    .get(slot)
    .memory(OP.i32_store, distance + SLOT);
}
