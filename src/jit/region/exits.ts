import type { Code } from '../../wasm/code.ts';
import { I64, OP } from '../../wasm/opcodes.ts';
import { CPU } from '../locals.ts';
import { LEFT } from '../outcome.ts';
import type { RegionEmitter } from './region-emitter.ts';
import type { RegisterSet } from './registers.ts';

/** In the word that says where a region is left: where that is, what was retired of the block, and how. */
const OFFSET = 14;
const RETIRED = 1;
const ALONE = 1;

/** Ways out of a node: labels, and at those in use the registers written by then, each set in the one before. */
interface NodeExits {
  readonly labels: readonly number[];
  readonly written: RegisterSet[];
}

/**
 * Where a region is left whose memory is a program's. Hardly any access misses, so all that is done for those, or where
 * cold code begins, is behind everything else and there as seldom as possible: the registers that the block has written
 * by then are stored, then those that were out of date before it, and the rest once for the region.
 */
export class RegionExits {
  readonly #emitter: RegionEmitter;
  /** Local: where and how the region is left. */
  #way = -1;
  /** The label behind which it is, and those behind which registers are stored that were out of date before a node. */
  #leaving = -1;
  readonly #behind = new Map<RegisterSet, number>();
  #node: NodeExits | undefined;

  constructor(emitter: RegionEmitter) {
    this.#emitter = emitter;
  }

  /** Emits a region; `dirty`: what is out of date on entry of each node. */
  around(dirty: Iterable<RegisterSet>, emit: () => void): void {
    const { code, locals } = this.#emitter;
    this.#way = locals.take(I64);
    this.#leaving = code.block();
    for (const set of dirty) if (!this.#behind.has(set)) this.#behind.set(set, code.block());
    emit();
    code.op(OP.unreachable);
    for (const set of [...this.#behind.keys()].reverse()) {
      code.end();
      this.#emitter.spill(set);
      code.br(this.#leaving);
    }
    code.end();
    this.#finish(code);
  }

  /** After a miss tier 0 executes the instruction by itself. */
  #finish(code: Code): void {
    const emitter = this.#emitter;
    const { layout, targets } = emitter;
    code.get(CPU);
    emitter.address(0);
    code.get(this.#way).i64(OFFSET).op(OP.i64_shr_s).op(OP.i64_add).memory(OP.i64_store, layout.offset('pc'));
    code.get(CPU);
    emitter.remaining();
    code.get(this.#way).op(OP.i32_wrap_i64).i32(RETIRED).op(OP.i32_shr_u);
    code.i32(2 ** (OFFSET - RETIRED) - 1).op(OP.i32_and);
    code.op(OP.i32_sub).memory(OP.i32_store, layout.offset('remaining'));
    code.get(this.#way).op(OP.i32_wrap_i64).i32(ALONE).op(OP.i32_and);
    code.if(0x40, false);
    code.get(CPU).call(targets.runtime.single).op(OP.drop);
    emitter.unwind();
    code.end();
    emitter.result(LEFT);
  }

  /** Emits a node that has so many accesses of memory. */
  aroundNode(accesses: number, dirty: RegisterSet, emit: () => void): void {
    const { code } = this.#emitter;
    const outer = this.#node;
    const labels = Array.from({ length: accesses + 1 }, () => code.block());
    const written: RegisterSet[] = [];
    this.#node = { labels, written };
    emit();
    this.#node = outer;
    for (let i = labels.length - 1; i >= 0; i--) {
      code.end();
      if (i < written.length) this.#emitter.spill(written[i]! & ~(i === 0 ? 0n : written[i - 1]!) & ~dirty);
    }
    if (written.length > 0) code.br(this.#behind.get(dirty)!);
    else code.op(OP.unreachable);
  }

  /**
   * Leaves for an offset, when the node has written these registers and `retired` instructions of its block are done;
   * `isAlone`: for tier 0 to execute the instruction there.
   */
  leave(written: RegisterSet, offset: number, retired: number, isAlone: boolean): void {
    const node = this.#node!;
    if (node.written.at(-1) !== written) node.written.push(written);
    this.#leaveBy(node.labels[node.written.length - 1]!, offset, retired, isAlone);
  }

  /** Leaves for an offset; the block is done, and all registers are in memory. */
  leaveStored(offset: number): void {
    this.#leaveBy(this.#leaving, offset, 0, false);
  }

  #leaveBy(label: number, offset: number, retired: number, isAlone: boolean): void {
    const way = offset * 2 ** OFFSET + retired * 2 ** RETIRED + (isAlone ? ALONE : 0);
    this.#emitter.code.i64(way).set(this.#way).br(label);
  }
}
