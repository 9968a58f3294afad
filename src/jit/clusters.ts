import { CONTINUE } from '../mem/cpu.ts';
import type { Guest } from '../ir/guest.ts';
import type { CodePage, CodePages, InstalledCode } from './code-pages.ts';
import type { JitCounters, RegionSize } from './counters.ts';
import type { FunctionTable } from './function-table.ts';
import { JumpProfile } from './jump-profile.ts';
import type { StateLayout } from './layout.ts';
import type { LiveCode } from './live-code.ts';
import type { Optimizations } from './optimizations.ts';
import { Pace } from './pace.ts';
import { NEVER, type Policy } from './policy.ts';
import { discover, type Cluster, type Region } from './region/discover.ts';
import { Transfers } from './region/transfers.ts';
import type { PlannedCluster, Translator } from './translator.ts';

const PAGE = 4096;
/** Counted entries after which the header of a loop is promoted whose region was left. */
const SOON = 64;

/** A cluster may take so many times as long as what is else done at once. */
const CLUSTER_STOPS = 1.5;

export interface ClustersOptions {
  readonly guest: Guest;
  readonly words: Int32Array;
  readonly layout: StateLayout;
  readonly pages: CodePages;
  readonly functions: FunctionTable;
  readonly translator: Translator;
  readonly policy: Policy;
  readonly optimizations: Optimizations;
  readonly counters: JitCounters;
  /** Milliseconds that this thread has worked. */
  readonly worked: () => number;
  readonly live: LiveCode;
  readonly pc: () => bigint;
  /** The code page mapped so many pages from the one that pc is in, if that is known now. */
  readonly pageNear: (delta: number) => CodePage | undefined;
  readonly instantiate: (bytes: Uint8Array<ArrayBuffer>) => void;
  /** Told of a module that was made. */
  readonly made: (clusters: readonly FoundCluster[], bytes: Uint8Array) => void;
}

/** The clusters of regions of a virtual CPU: when they are made, and when given up. */
export class Clusters {
  readonly #options: ClustersOptions;
  readonly #pages: CodePages;
  readonly #functions: FunctionTable;
  readonly #transfers: Transfers;
  /** By the entrance of a cluster: the cluster's pages, and how far from the first of them the entrance is. */
  readonly #pagesOf = new WeakMap<InstalledCode, { pages: ReadonlyMap<number, CodePage>; delta: number }>();
  #found: FoundCluster[] = [];
  /**
   * Records of the headers of loops in regions, where no region begins yet, and how far from the page of the header
   * the region begins that the loop is in, if it is still there.
   */
  readonly #headers = new Map<number, number | undefined>();
  /** Records whose cluster once had lost a page when it was entered there: they stay in one page. */
  readonly #solitary = new Set<number>();
  readonly #jumps = new JumpProfile();
  #toldTimes = 0;
  /** How much is translated at once. */
  readonly #pace = new Pace();

  constructor(options: ClustersOptions) {
    this.#options = options;
    this.#pages = options.pages;
    this.#functions = options.functions;
    this.#transfers = new Transfers(options.guest);
  }

  /** Records stand for other code from now on. */
  forget(): void {
    this.#jumps.clear();
    this.#headers.clear();
  }

  /** Entries after which a block that begins at an offset is promoted. */
  promotionAt(page: CodePage, offset: number): number {
    return this.#headers.has(this.#pages.recordAt(page, offset)) ? this.#soon : this.#options.policy.promotion;
  }

  /**
   * The block in `slot`, where pc is, was entered often: finds the region that begins there. It is
   * made with others, or alone if it goes on being entered. Gives the slot to enter.
   */
  promote(slot: number): number {
    const start = this.#options.worked();
    this.#functions.promoteAfter(slot, NEVER);
    const code = this.#functions.at(slot);
    // Even a count that never ends does so after 2^31 entries.
    if (this.#options.policy.promotion === NEVER) return slot;
    if (code === undefined || code.isRegion || this.#pages.isCold(code.page)) return slot;
    const known = this.#found.find((found) => found.code === code);
    if (known === undefined) {
      const found = this.#findCluster(code);
      if (found === undefined) return slot;
      this.#found.push(found);
      const blocks = this.#found.reduce((sum, { cluster }) => sum + blocksOf(cluster), 0);
      const isEnough = this.#found.length >= this.#options.policy.regions || blocks >= this.#pace.blocks;
      // Finding and making are two stops: what is enough is made at the next entry.
      this.#functions.promoteAfter(slot, isEnough ? 1 : this.promotionAt(code.page, code.offset));
      this.#options.counters.stopped(this.#options.worked() - start);
      return slot;
    }
    this.#makeClusters(this.#takeFound(known));
    this.#options.counters.stopped(this.#options.worked() - start);
    return this.#pages.linkAt(code.page, code.offset);
  }

  /** A computed jump of a block, at a record, goes to pc. The low half of the jump's address is `va`. */
  told(record: number, va: number): number {
    const { words, layout, policy } = this.#options;
    const { telling } = policy;
    // Not always as many: jumps come in patterns.
    words[layout.offset('untilTold') / 4] = Math.min(NEVER, telling + (this.#toldTimes++ % telling));
    this.#jumps.note(record, (words[layout.offset('pc') / 4]! - va) | 0);
    return CONTINUE;
  }

  /** A jump of a region went where the region did not expect it. If that is so often, the region is made anew. */
  surprised(record: number, va: number): number {
    this.told(record, va);
    if (!this.#jumps.isSurprising(record)) return 0;
    const page = this.#pages.pageOf(record)!;
    for (const code of this.#pages.regionsAt(page, this.#pages.offsetOf(page, record))) {
      for (const one of [code, ...code.companions]) {
        this.#headers.set(this.#pages.recordAt(one.page, one.offset), undefined);
      }
      this.#pages.drop(code);
    }
    return 1;
  }

  /** Where the computed jump at a record was seen to go, by distance, and how often. */
  seenAt(record: number): readonly (readonly [distance: number, count: number])[] {
    return this.#jumps.targets(record);
  }

  #findCluster(code: InstalledCode): FoundCluster | undefined {
    const isSolitary = this.#solitary.has(code.page.records + code.offset);
    const cluster = discover(
      {
        guest: this.#options.guest,
        transfers: this.#transfers,
        pages: this.#pages,
        optimizations: this.#options.optimizations,
        seenFrom: (page, offset) => this.seenAt(this.#pages.recordAt(page, offset)),
        enough: this.#pace.blocks * CLUSTER_STOPS,
        around: this.#headers.get(this.#pages.recordAt(code.page, code.offset)),
        pageAt: (delta) => (isSolitary ? undefined : this.#options.pageNear(delta)),
      },
      code.page,
      code.offset,
    );
    if (cluster === undefined) return undefined;
    // One block that does not loop gains nothing.
    const { nodes, entry } = cluster.regions[0]!;
    if (nodes.length === 1 && entry.successors.length === 0) return undefined;
    const generations = new Map([...cluster.pages.values()].map((page) => [page, page.generation]));
    return { code, cluster, pc: this.#options.pc(), generations };
  }

  /** Takes a cluster that was found and as many others as may be made in the same stop; the rest is next. */
  #takeFound(wanted: FoundCluster): FoundCluster[] {
    const taken = [wanted];
    const rest: FoundCluster[] = [];
    let room = this.#pace.blocks - blocksOf(wanted.cluster);
    for (const found of this.#found) {
      if (found === wanted) continue;
      room -= blocksOf(found.cluster);
      if (room >= 0) taken.push(found);
      else {
        rest.push(found);
        if (!found.code.isDropped) this.#functions.promoteAfter(found.code.slot, 1);
      }
    }
    this.#found = rest;
    return taken;
  }

  /** Translates clusters that were found, except those whose code has changed since. */
  #makeClusters(all: readonly FoundCluster[]): void {
    const start = this.#options.worked();
    const taken = new Set<number>();
    const made: MadeCluster[] = [];
    for (const found of all) {
      const isStale = [...found.generations].some(([page, generation]) => page.generation !== generation);
      if (found.code.isDropped || isStale) continue;
      const entrances = this.#entrancesOf(found.cluster, taken);
      if (entrances.size > 0) made.push({ ...found, entrances });
    }
    if (made.length === 0) return;
    const bytes = this.#options.translator.translateClusters(made);
    this.#options.instantiate(bytes);
    const installed = made.flatMap((each) => this.#installCluster(each));
    this.#options.live.add(installed, bytes.length);
    const sizes = made.flatMap(({ cluster }) => cluster.regions.map(sizeOf));
    const blocks = made.reduce((sum, { cluster }) => sum + blocksOf(cluster), 0);
    const took = this.#options.worked() - start;
    this.#pace.took(blocks, took);
    this.#options.counters.regions(sizes, bytes.length, took);
    this.#options.made(made, bytes);
  }

  /** The regions of a cluster that are to be entered from outside, by number: not those that others are already. */
  #entrancesOf({ regions, pages }: Cluster, taken: Set<number>): Map<number, PlannedEntrance> {
    const entrances = new Map<number, PlannedEntrance>();
    for (const [i, { start }] of regions.entries()) {
      const delta = Math.floor(start / PAGE);
      const page = pages.get(delta)!;
      const offset = start - delta * PAGE;
      const place = page.records + offset;
      const isTaken = taken.has(place) || this.#functions.entered(this.#pages, page, offset)?.isRegion === true;
      // What the cluster was asked for may be part of another one by now.
      if (i === 0 && isTaken) break;
      if (isTaken || (i > 0 && this.#solitary.has(place))) continue;
      taken.add(place);
      entrances.set(i, { slot: this.#functions.take(NEVER), page, offset, delta });
    }
    return entrances;
  }

  /** Entries after which the header of a loop is promoted whose region was left. */
  get #soon(): number {
    return Math.min(SOON, this.#options.policy.promotion);
  }

  /** A loop that is left, for an interrupt or since it ran for long, is to come back to a region. */
  #expectHeaders({ regions, pages }: Cluster): void {
    if (!this.#options.optimizations.has('headers')) return;
    for (const { start, nodes } of regions) {
      for (const { block, isLoop } of nodes) {
        if (!isLoop || block!.offset === start) continue;
        const delta = Math.floor(block!.offset / PAGE);
        const record = this.#pages.recordAt(pages.get(delta)!, block!.offset - delta * PAGE);
        this.#headers.set(record, start - delta * PAGE);
        const code = this.#functions.entered(this.#pages, pages.get(delta)!, block!.offset - delta * PAGE);
        if (code?.isRegion === false) this.#functions.promoteAfter(code.slot, this.#soon);
      }
    }
  }

  #installCluster({ cluster, entrances }: MadeCluster): InstalledCode[] {
    const { pages } = cluster;
    const all: InstalledCode[] = [];
    for (const { slot, page, offset, delta } of entrances.values()) {
      const block = this.#functions.entered(this.#pages, page, offset);
      if (block !== undefined) this.#pages.drop(block);
      const code = { slot, page, offset, companions: all, isRegion: true, isDropped: false };
      this.#functions.install(code);
      this.#pagesOf.set(code, { pages, delta });
      // All that the cluster was made from is noted once: what drops one entrance drops all.
      this.#pages.install(code, all.length === 0 ? partsOf(cluster) : []);
      all.push(code);
    }
    this.#expectHeaders(cluster);
    return all;
  }

  /** Whether the pages of a cluster are where it assumes; if not, it is dropped. */
  verify(slot: number): number {
    const code = this.#functions.at(slot)!;
    const { pages, delta } = this.#pagesOf.get(code)!;
    for (const [distance, page] of pages) {
      if (this.#options.pageNear(distance - delta) !== page) {
        this.#solitary.add(code.page.records + code.offset);
        this.#pages.drop(code);
        return 0;
      }
    }
    return 1;
  }
}

/** A cluster that is to be made, and what it was found in. */
export interface FoundCluster {
  /** The block that it begins with. */
  readonly code: InstalledCode;
  readonly cluster: Cluster;
  /** Where it was found, as the guest saw it. */
  readonly pc: bigint;
  /** Of its pages, when it was found. */
  readonly generations: ReadonlyMap<CodePage, number>;
}

interface PlannedEntrance {
  readonly slot: number;
  readonly page: CodePage;
  readonly offset: number;
  /** Pages from the cluster's first. */
  readonly delta: number;
}

interface MadeCluster extends FoundCluster, PlannedCluster {
  readonly entrances: ReadonlyMap<number, PlannedEntrance>;
}

const sizeOf = ({ nodes }: Region): RegionSize => ({
  blocks: nodes.length,
  instructions: nodes.reduce((sum, { block }) => sum + block!.count, 0),
});

function blocksOf({ regions }: Cluster): number {
  return regions.reduce((sum, { nodes }) => sum + nodes.length, 0);
}

/** The bytes of each page that a cluster was made from, runs of them joined. */
function partsOf({ regions, pages }: Cluster): [CodePage, number, number][] {
  const blocks = regions.flatMap(({ nodes }) => nodes.map(({ block }) => block!));
  const parts: [CodePage, number, number][] = [];
  let end = -Infinity;
  for (const { offset, length } of blocks.toSorted((a, b) => a.offset - b.offset)) {
    const delta = Math.floor(offset / PAGE);
    const start = offset - delta * PAGE;
    const last = parts.at(-1);
    // A block does not leave its page.
    if (last !== undefined && offset <= end && start > 0) last[2] = Math.max(last[2], start + length);
    else parts.push([pages.get(delta)!, start, start + length]);
    end = Math.max(end, offset + length);
  }
  return parts;
}
