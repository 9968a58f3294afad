import { CPU } from '../locals.ts';
import { RegionEmitter, type RegionContext } from '../region/region-emitter.ts';

/** What a region that is made ahead of time knows of where it is, and of the others. */
export interface RegionSurroundings {
  /** Address of the page that its offsets count from. */
  readonly base: number;
  /** Index of the table of regions. */
  readonly regions: number;
  /** The number of the block at an address, where a region may begin; undefined: there is none. */
  readonly numberAt: (address: number) => number | undefined;
  /** The function of the region at block `number`, if it is in the same module and never goes away before the caller. */
  readonly functionOf: (number: number) => number | undefined;
}

/**
 * Emits a region for every process of a program. As with blocks (AotEmitter), addresses are constants and nothing is
 * named by where it lies in this process. Another region is called by the number of the block that it begins with,
 * through the table of regions; where none is in place, what is there leaves for the address that is passed.
 */
export class AotRegionEmitter extends RegionEmitter {
  readonly #regionType: number;
  readonly #around: RegionSurroundings;

  constructor(context: RegionContext, around: RegionSurroundings) {
    super(context);
    this.#regionType = context.targets.regionType;
    this.#around = around;
  }

  override address(offset: number): void {
    this.code.i64(this.#around.base + offset);
  }

  override isRegion(offset: number): boolean {
    return this.#around.numberAt(this.#around.base + offset) !== undefined;
  }

  override callRegion(offset: number, pushRest: () => void): void {
    const { code } = this;
    const { base, regions, numberAt, functionOf } = this.#around;
    const number = numberAt(base + offset)!;
    const there = functionOf(number);
    code.get(CPU).i64(base + offset);
    pushRest();
    if (there !== undefined) code.call(there);
    else code.i32(number).callIndirect(this.#regionType, regions);
  }
}
