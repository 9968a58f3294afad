import type { Guest } from '../../ir/guest.ts';
import type { CodePages } from '../code-pages.ts';
import type { Optimizations } from '../optimizations.ts';
import { discover, type CodeSource, type RegionLimits } from '../region/discover.ts';
import { Transfers } from '../region/transfers.ts';
import type { BlockSource } from '../tier1-emitter.ts';
import type { AotIndex } from './image.ts';
import type { AotRegionSource } from './region-layer.ts';

const PAGE = 4096;
/** A function of the guest should be one region: where it is left in its middle, blocks go on until it returns. */
const LIMITS: RegionLimits = { blocks: 1000, instructions: 6000 };
const COVERED = 1;
const START = 2;

interface AotPage {
  readonly number: number;
  /** Where it is in memory now. */
  readonly hostPage: number;
}

export interface RegionFinderOptions {
  readonly guest: Guest;
  readonly pages: Pick<CodePages, 'instructionAt'>;
  readonly optimizations: Optimizations;
  /** The page of the shared memory that the guest's page 0 is. */
  readonly firstHostPage: number;
  /** See DiscoveryOptions; the place is one in the shared memory. */
  readonly seenFrom: (host: number) => readonly (readonly [distance: number, count: number])[];
}

/** Finds what hangs together among an image's blocks. */
export class RegionFinder {
  readonly #options: RegionFinderOptions;
  readonly #image: AotIndex;
  readonly #transfers: Transfers;
  /** What of the bytes of each page is in blocks. */
  readonly #marks = new Map<number, Uint8Array>();
  readonly #code: CodeSource<AotPage>;

  constructor(image: AotIndex, options: RegionFinderOptions) {
    this.#image = image;
    this.#options = options;
    this.#transfers = new Transfers(options.guest);
    for (const number of image.pages.keys()) this.#marks.set(number, new Uint8Array(PAGE));
    image.addresses.forEach((address, block) => {
      const marks = this.#marks.get(Math.floor(address / PAGE))!;
      const offset = address % PAGE;
      for (let at = offset; at < offset + image.lengths[block]!; at++) marks[at]! |= COVERED;
      marks[offset]! |= START;
    });
    this.#code = {
      isCold: () => false,
      wasEntered: ({ number }, offset) => (this.#marks.get(number)![offset]! & START) !== 0,
      wasDecoded: ({ number }, offset) => (this.#marks.get(number)![offset]! & COVERED) !== 0,
      instructionAt: (page, offset) => options.pages.instructionAt(page, offset),
    };
  }

  /** The region that begins with a block; undefined: it would be no better than the block. */
  regionAt(block: number): AotRegionSource | undefined {
    const address = this.#image.addresses[block]!;
    const first = Math.floor(address / PAGE);
    const pageAt = (delta: number): AotPage | undefined => {
      const number = first + delta;
      return this.#marks.has(number) ? { number, hostPage: this.#options.firstHostPage + number } : undefined;
    };
    const found = discover(
      {
        guest: this.#options.guest,
        transfers: this.#transfers,
        pages: this.#code,
        optimizations: this.#options.optimizations,
        pageAt,
        seenFrom: ({ hostPage }, offset) => this.#options.seenFrom(hostPage * PAGE + offset),
        around: undefined,
        // It is called by others, and calls them, through a table.
        enough: 0,
        limits: LIMITS,
      },
      pageAt(0)!,
      address % PAGE,
    );
    const region = found?.regions[0];
    if (region === undefined || (region.nodes.length === 1 && region.entry.successors.length === 0)) return undefined;
    return { block, region, base: first * PAGE, pages: [...found!.pages.values()].map(({ number }) => number) };
  }
}

/**
 * The blocks where regions may begin: what is called, and what no other block goes on to. `lower` gives a block of the
 * image.
 */
export function rootsOf(image: AotIndex, lower: (address: number) => BlockSource | undefined): number[] {
  const called = new Set<number>();
  const goneTo = new Set<number>();
  for (const address of image.addresses) {
    const block = lower(address);
    if (block === undefined) continue;
    for (const { op, attributes } of block.unit.nodes) {
      const target = address + (attributes.target as number);
      if (op === 'branch') goneTo.add(target);
      else if (op === 'jump') (attributes.kind === 'call' ? called : goneTo).add(target);
    }
    // Behind a call or the end of a block.
    goneTo.add(address + block.length);
  }
  return Array.from(image.addresses.keys()).filter((block) => {
    const address = image.addresses[block]!;
    return called.has(address) || !goneTo.has(address);
  });
}
