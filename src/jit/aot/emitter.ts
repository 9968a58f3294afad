import { CPU } from '../locals.ts';
import type { StateLayout } from '../layout.ts';
import { countEntry } from '../promotion.ts';
import type { RecordLayout } from '../record.ts';
import type { CallTargets } from '../runtime-imports.ts';
import { Tier1Emitter, type BlockSource } from '../tier1-emitter.ts';
import { OP } from '../../wasm/opcodes.ts';

/** What a block that is made ahead of time knows of the others. */
export interface AotSurroundings {
  /** Address of the block. */
  readonly address: number;
  /** Index of the table of links, and of the global with the slot of the first block. */
  readonly links: number;
  readonly firstSlot: number;
  /** The number of the block at an address; undefined: there is none. */
  numberAt(address: number): number | undefined;
  /** The function of a block that is made in the same module; undefined: it was made before. */
  functionOf(number: number): number | undefined;
}

const PAGE = 4096;

/**
 * Emits a block for every process of a program: it names nothing by where it lies in this one. Other blocks are
 * reached by the number that they have in the image, through the table of links, where what is put in place of one is
 * found at once. A block is where it was when it was made, so its address is a constant.
 */
export class AotEmitter extends Tier1Emitter {
  readonly #around: AotSurroundings;

  constructor(
    block: BlockSource,
    around: AotSurroundings,
    layout: StateLayout,
    targets: CallTargets,
    width: 32 | 64,
    records: RecordLayout,
  ) {
    super(block, layout, targets, width, records);
    this.#around = around;
  }

  protected override begin(): void {}

  protected override address(offset: number): void {
    this.code.i64(this.#around.address + offset);
  }

  protected override transfer(offset: number): void {
    const { code, source } = this;
    const { address, links, firstSlot } = this.#around;
    const number = this.#around.numberAt(address + offset);
    if (number === undefined) {
      code.get(CPU).returnCall(this.targets.runtime.jump);
      return;
    }
    const isHere = source.offset + offset < PAGE && !this.isBackward(offset);
    const there = isHere ? this.#around.functionOf(number) : undefined;
    if (there !== undefined) {
      // What changes anything in the page makes all its blocks unreachable from elsewhere.
      code.get(CPU).returnCall(there);
      return;
    }
    this.leaveIfAsked();
    code.globalGet(firstSlot).i32(number).op(OP.i32_add).set(this.status);
    countEntry(this, this.status, this.granted, this.targets.runtime.promoted);
    code.get(CPU).i32(number).returnCallIndirect(this.targets.blockType, links);
  }

  /** It is found by the jump's address. */
  protected override recordOfJump(): number {
    return 0;
  }
}
