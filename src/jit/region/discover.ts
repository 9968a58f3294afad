import { Builder, type Operand } from '../../ir/builder.ts';
import type { Decoded, Guest } from '../../ir/guest.ts';
import type { Node } from '../../ir/node.ts';
import { optimize } from '../../ir/passes/optimize.ts';
import type { CodePage, CodePages } from '../code-pages.ts';
import type { Optimizations } from '../optimizations.ts';
import type { Case } from './switches.ts';
import type { Transfers } from './transfers.ts';
import { makeNode, type Ending, type RegionBlock, type RegionNode } from './graph.ts';

const PAGE = 4096;

/** How large a region may become. */
export interface RegionLimits {
  readonly blocks: number;
  readonly instructions: number;
}
const LIMITS: RegionLimits = { blocks: 240, instructions: 1600 };
/** Most regions and instructions of a cluster, and pages it may span. */
const MOST_REGIONS = 16;
const MOST_IN_ALL = 1400;
const MOST_PAGES = 8;
/** A callee of up to this many instructions becomes part of its caller, through so many calls. */
const INLINE_INSTRUCTIONS = 32;
const INLINE_DEPTH = 3;
/** And one that calls itself or its caller, of up to this many, through one call: half of the calls remain. */
const INLINE_RECURSIVE = 64;
/** Instructions of a region that come to it by inlining. */
const MOST_INLINED = 500;
/** Functions that an indirect call is compared with. */
const MOST_CALLED = 3;
/** A target that took less than one in so many jumps is left out. */
const LEAST_SHARE = 1000;

interface Size {
  readonly instructions: number;
  /** The functions that are called. */
  readonly calls: ReadonlySet<number>;
}
const TOO_LARGE: Size = { instructions: Infinity, calls: new Set() };

/** Straight-line code up to the next transfer of control. */
interface Line {
  readonly count: number;
  readonly ending: Ending;
}

/** The pages that code is found in, and what is known of them. */
export type CodeSource<Page> = {
  readonly [Name in 'isCold' | 'wasEntered' | 'wasDecoded' | 'instructionAt']: (
    page: Page,
    ...rest: Parameters<CodePages[Name]> extends [unknown, ...infer Rest] ? Rest : never
  ) => ReturnType<CodePages[Name]>;
};

export interface DiscoveryOptions<Page> {
  readonly guest: Guest;
  readonly transfers: Transfers;
  readonly pages: CodeSource<Page>;
  readonly optimizations: Optimizations;
  /** The code page mapped `delta` pages from the region's first, if that is known now. */
  readonly pageAt: (delta: number) => Page | undefined;
  /** Where the computed jump at an offset of a page was seen to go, by distance, and how often. */
  readonly seenFrom: (page: Page, offset: number) => readonly (readonly [distance: number, count: number])[];
  /** Of the region that is asked for only the loops are wanted that come back to its start without passing this offset. */
  readonly around: number | undefined;
  /** A cluster of so many blocks gets no more regions. */
  readonly enough: number;
  readonly limits?: RegionLimits;
}

/** Code that one wasm function is made of. */
export interface Region {
  /** Where it begins. */
  readonly start: number;
  readonly nodes: readonly RegionNode[];
  readonly entry: RegionNode;
  /** The node of the code at an offset, in the copy that a context stands for. */
  readonly at: (offset: number, context: readonly number[]) => RegionNode | undefined;
  /** Where all computed jumps with many targets come together, if there are any. */
  readonly hub: Hub | undefined;
}

export interface Hub {
  readonly node: RegionNode;
  /** Blocks whose jumps go through it. */
  readonly from: ReadonlySet<RegionNode>;
  readonly cases: readonly Case[];
}

/** Targets of a computed jump from which on it goes through the hub. */
const HUB_TARGETS = 4;

/** Regions that call one another. */
export interface Cluster<Page = CodePage> {
  /** The first is the one that was asked for. */
  readonly regions: readonly Region[];
  /** The pages whose mapping it depends on, by distance from the first. */
  readonly pages: ReadonlyMap<number, Page>;
}

/** Finds the code that hangs together with what begins at `start` bytes into the first page. */
export function discover<Page>(options: DiscoveryOptions<Page>, first: Page, start: number): Cluster<Page> | undefined {
  return new Discovery(options, first).run(start);
}

const keyOf = (offset: number, context: readonly number[]): string => `${context.join()}:${offset}`;

class Discovery<Page> {
  readonly #guest: Guest;
  readonly #transfers: Transfers;
  readonly #codePages: CodeSource<Page>;
  readonly #pageAt: DiscoveryOptions<Page>['pageAt'];
  readonly #seenFrom: DiscoveryOptions<Page>['seenFrom'];
  /** Pages looked at, and those that code was taken from. */
  readonly #near = new Map<number, Page | undefined>();
  readonly #pages = new Map<number, Page>();
  readonly #names: readonly (readonly string[])[];
  readonly #leaders = new Set<number>();
  readonly #lines = new Map<number, Line | undefined>();
  readonly #sizes = new Map<number, Size>();
  readonly #optimizations: Optimizations;
  readonly #around: number | undefined;
  /** Where the region begins that is being found. */
  #start = 0;
  #inAll = 0;
  #blocks = 0;
  readonly #enough: number;
  readonly #limits: RegionLimits;

  constructor(options: DiscoveryOptions<Page>, first: Page) {
    const { guest, transfers, pages, pageAt, seenFrom, optimizations, around, enough } = options;
    this.#around = around;
    this.#enough = enough;
    this.#limits = options.limits ?? LIMITS;
    this.#guest = guest;
    this.#transfers = transfers;
    this.#codePages = pages;
    this.#pageAt = pageAt;
    this.#seenFrom = seenFrom;
    this.#optimizations = optimizations;
    this.#near.set(0, first);
    this.#pages.set(0, first);
    this.#names = guest.instructions.map(({ operands }) => operands.map(({ name }) => name));
  }

  run(start: number): Cluster<Page> | undefined {
    const first = this.#region(start, this.#around);
    if (first === undefined) return undefined;
    const regions = new Map([[start, first]]);
    // Those found on the way are gone through, too.
    for (const { nodes, at } of regions.values()) {
      for (const { block } of nodes) {
        const { ending, context } = block!;
        if (!this.#optimizations.has('clusters') || ending.kind !== 'call') continue;
        for (const target of ending.target === undefined ? ending.seen : [ending.target]) {
          if (regions.has(target) || at(target, [...context, ending.next]) !== undefined) continue;
          if (regions.size === MOST_REGIONS || this.#inAll >= MOST_IN_ALL || this.#blocks >= this.#enough) break;
          const region = this.#isWarm(target, ending) ? this.#region(target) : undefined;
          if (region !== undefined) regions.set(target, region);
        }
      }
    }
    return { regions: [...regions.values()], pages: this.#pages };
  }

  #region(start: number, around?: number): Region | undefined {
    let instructions = 0;
    let inlined = 0;
    this.#start = start;
    this.#findLeaders(start);
    const nodes = new Map<string, RegionNode>();
    const queue: RegionNode[] = [];
    const want = (offset: number, context: readonly number[]): RegionNode | undefined => {
      const key = keyOf(offset, context);
      const known = nodes.get(key);
      if (known !== undefined) return known;
      if (nodes.size >= this.#limits.blocks || instructions >= this.#limits.instructions) return undefined;
      const block = this.#take(offset) ? this.#lower(offset, context) : undefined;
      if (block === undefined) return undefined;
      instructions += block.count;
      const node = makeNode({ ...block, lowered: block.unit, unit: optimize(block.unit, this.#optimizations) });
      nodes.set(key, node);
      queue.push(node);
      return node;
    };
    const entry = want(start, []);
    if (entry === undefined) return undefined;
    for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
      const { ending, context } = node.block!;
      let isLast = true;
      for (const [offset, copy] of this.#targets(ending, context)) {
        if (copy.length > context.length && !nodes.has(keyOf(offset, copy))) {
          inlined += this.#sizeOf(offset).instructions;
          if (inlined > MOST_INLINED) continue;
        }
        if (this.#isWarm(offset, ending) && want(offset, copy) !== undefined) isLast = false;
      }
      // Not inlined after all.
      if (isLast && ending.kind === 'call' && this.#isWarm(ending.next, ending)) want(ending.next, context);
    }
    // Whatever leads to a block of the region is an edge, whether or not it was warm by itself.
    for (const node of nodes.values()) {
      for (const [offset, context] of this.#targets(node.block!.ending, node.block!.context)) {
        const next = nodes.get(keyOf(offset, context));
        if (next !== undefined && !node.successors.includes(next)) node.successors.push(next);
      }
      // A callee that would be inlined but is not in the region is called, and comes back.
      const { ending, context } = node.block!;
      if (ending.kind !== 'call' || node.successors.length > 0) continue;
      const back = nodes.get(keyOf(ending.next, context));
      if (back !== undefined) node.successors.push(back);
    }
    if (around !== undefined) instructions = keepLoops(nodes, entry, around);
    this.#inAll += instructions;
    this.#blocks += nodes.size;
    const at = (offset: number, context: readonly number[]): RegionNode | undefined =>
      nodes.get(keyOf(offset, context));
    return { start, nodes: [...nodes.values()], entry, at, hub: hubOf([...nodes.values()], at) };
  }

  /** Where control may go on inside the region, and in which copy. */
  #targets(ending: Ending, context: readonly number[]): [number, readonly number[]][] {
    switch (ending.kind) {
      case 'fall':
        return [[ending.next, context]];
      case 'branch':
        return [
          [ending.next, context],
          [ending.taken, context],
        ];
      case 'jump':
        return [[ending.target, context]];
      case 'call': {
        const { target, seen, next } = ending;
        const inlined = (target === undefined ? seen : [target]).filter((one) => this.#mayInline(one, next, context));
        const targets = inlined.map((one): [number, readonly number[]] => [one, [...context, next]]);
        return target !== undefined && inlined.length > 0 ? targets : [[next, context], ...targets];
      }
      case 'return':
        return ending.inlined === undefined ? [] : [[ending.inlined, context.slice(0, -1)]];
      case 'computed':
        return ending.seen.map((offset) => [offset, context]);
      default:
        return [];
    }
  }

  /** Code that was never run is left to the run loop. */
  #isWarm(offset: number, ending: Ending): boolean {
    const page = this.#page(Math.floor(offset / PAGE));
    if (page === undefined) return false;
    const inPage = offset - Math.floor(offset / PAGE) * PAGE;
    // Seen, if rarely enough that nothing was decoded there since it changed.
    if (ending.kind === 'computed') return true;
    const isTransfer =
      (ending.kind === 'branch' && offset === ending.taken) ||
      ending.kind === 'jump' ||
      (ending.kind === 'call' && offset !== ending.next);
    return isTransfer ? this.#codePages.wasEntered(page, inPage) : this.#codePages.wasDecoded(page, inPage);
  }

  /** Whether a call of `target` that comes back at `next` is to be part of its caller. */
  #mayInline(target: number, next: number, context: readonly number[]): boolean {
    if (!this.#optimizations.has('inlining') || context.length >= INLINE_DEPTH || context.includes(next)) return false;
    const { instructions, calls } = this.#sizeOf(target);
    if (calls.size === 0) return instructions <= INLINE_INSTRUCTIONS;
    const isRecursive = calls.has(target) || calls.has(this.#start);
    return (
      isRecursive && this.#optimizations.has('recursion') && context.length === 0 && instructions <= INLINE_RECURSIVE
    );
  }

  /** The size of the function at an offset; Infinity if it computes jumps, is unknown or too large. */
  #sizeOf(start: number): Size {
    const known = this.#sizes.get(start);
    if (known !== undefined) return known;
    const size = this.#measure(start);
    this.#sizes.set(start, size);
    return size;
  }

  #measure(start: number): Size {
    const seen = new Set<number>();
    const queue = [start];
    const calls = new Set<number>();
    const size = { instructions: 0, calls };
    for (let offset = queue.pop(); offset !== undefined; offset = queue.pop()) {
      if (seen.has(offset)) continue;
      seen.add(offset);
      const line = this.#line(offset);
      if (line === undefined) return TOO_LARGE;
      size.instructions += line.count;
      if (size.instructions > INLINE_RECURSIVE) return TOO_LARGE;
      const { ending } = line;
      if (ending.kind === 'fall') queue.push(ending.next);
      else if (ending.kind === 'branch') queue.push(ending.next, ending.taken);
      else if (ending.kind === 'jump') queue.push(ending.target);
      else if (ending.kind === 'call' && ending.target !== undefined) {
        queue.push(ending.next);
        calls.add(ending.target);
      } else if (ending.kind !== 'return') return TOO_LARGE;
    }
    return size;
  }

  /** Collects every place that is jumped to, so that blocks end before one. */
  #findLeaders(start: number): void {
    const queue = [start];
    let instructions = 0;
    for (let offset = queue.shift(); offset !== undefined; offset = queue.shift()) {
      if (this.#leaders.has(offset)) continue;
      this.#leaders.add(offset);
      const line = this.#line(offset);
      if (line === undefined) continue;
      const { count, ending } = line;
      instructions += count;
      if (instructions > this.#limits.instructions) return;
      for (const [next] of this.#targets(ending, [])) if (this.#isWarm(next, ending)) queue.push(next);
      // Where an inlined call comes back.
      if (ending.kind === 'call') queue.push(ending.next);
    }
  }

  /** Where the computed jump at an offset was seen to go, the most frequent first. */
  #seen(page: Page, from: number): number[] {
    const seen = this.#seenFrom(page, from - Math.floor(from / PAGE) * PAGE);
    const all = seen.reduce((sum, [, count]) => sum + count, 0);
    return seen.filter(([, count]) => count * LEAST_SHARE >= all).map(([distance]) => from + distance);
  }

  #page(delta: number): Page | undefined {
    if (!this.#near.has(delta)) this.#near.set(delta, this.#pageAt(delta));
    return this.#near.get(delta);
  }

  /** Whether code may be taken from the page that an offset is in. */
  #take(offset: number): boolean {
    const delta = Math.floor(offset / PAGE);
    const page = this.#page(delta);
    if (page === undefined || this.#codePages.isCold(page)) return false;
    if (!this.#pages.has(delta) && this.#pages.size === MOST_PAGES) return false;
    this.#pages.set(delta, page);
    return true;
  }

  /** The line that begins at an offset; undefined if not even one instruction of it can be had. */
  #line(offset: number): Line | undefined {
    if (this.#lines.has(offset)) return this.#lines.get(offset);
    const delta = Math.floor(offset / PAGE);
    const page = this.#page(delta);
    let line: Line | undefined;
    for (let at = offset, count = 0; page !== undefined;) {
      const decoded = at < (delta + 1) * PAGE ? this.#codePages.instructionAt(page, at - delta * PAGE) : undefined;
      // The end of the page, or an instruction across it, is another line's affair.
      if (decoded === undefined) {
        if (count > 0) line = { count, ending: { kind: 'fall', next: at } };
        break;
      }
      count++;
      if (this.#transfers.includes(decoded.instruction)) {
        line = {
          count,
          ending: this.#endingOf(this.#instruction(decoded, new Builder(), 0), page, at, decoded.length),
        };
        break;
      }
      at += decoded.length;
    }
    this.#lines.set(offset, line);
    return line;
  }

  /** Lowers an instruction, `at` bytes into what is built; gives the last operation of it. */
  #instruction({ instruction, length, operands: values }: Decoded, builder: Builder, at: number): Node {
    const names = this.#names[instruction]!;
    const operands: Record<string, Operand> = {};
    for (let i = 0; i < names.length; i++) operands[names[i]!] = { name: names[i]!, value: values[i]! };
    builder.startInstruction(at, length);
    this.#guest.instructions[instruction]!.lower(builder, operands);
    return builder.unit.nodes.at(-1)!;
  }

  /** How a line ends with the transfer of control at an offset, whose last operation is given as if alone. */
  #endingOf({ op, attributes }: Node, page: Page, at: number, length: number): Ending {
    const next = at + length;
    const target = at + (attributes.target as number);
    switch (op) {
      case 'branch':
        return { kind: 'branch', taken: target, next };
      case 'jump':
        return attributes.kind === 'call' ? { kind: 'call', target, seen: [], next } : { kind: 'jump', target };
      case 'jump_reg': {
        if (attributes.kind === 'return') return { kind: 'return', inlined: undefined };
        const has = this.#optimizations.has(attributes.kind === 'call' ? 'pointers' : 'switches');
        const seen = has ? this.#seen(page, at) : [];
        if (attributes.kind !== 'call') return { kind: 'computed', seen };
        return { kind: 'call', target: undefined, seen: seen.slice(0, MOST_CALLED), next };
      }
      case 'exit':
        return { kind: 'exit' };
      default:
        return { kind: 'fall', next };
    }
  }

  /** Lowers from `offset` to the first transfer of control or the next leader. */
  #lower(offset: number, context: readonly number[]): RegionBlock | undefined {
    const line = this.#line(offset);
    if (line === undefined) return undefined;
    const delta = Math.floor(offset / PAGE);
    const page = this.#page(delta)!;
    const builder = new Builder();
    let at = offset;
    let count = 0;
    while (count < line.count && (count === 0 || !this.#leaders.has(at))) {
      const decoded = this.#codePages.instructionAt(page, at - delta * PAGE)!;
      this.#instruction(decoded, builder, at - offset);
      at += decoded.length;
      count++;
    }
    const ending: Ending = count < line.count ? { kind: 'fall', next: at } : inContext(line.ending, context);
    return { offset, context, count, length: at - offset, unit: builder.unit, ending };
  }
}

/**
 * Leaves of the nodes those on ways from the entry back to it that do not pass an offset; all of them if there are no
 * such ways. Gives their instructions.
 */
function keepLoops(nodes: Map<string, RegionNode>, entry: RegionNode, around: number): number {
  const predecessors = new Map<RegionNode, RegionNode[]>([...nodes.values()].map((node) => [node, []]));
  for (const node of nodes.values()) for (const next of node.successors) predecessors.get(next)!.push(node);
  const isPassable = (node: RegionNode): boolean => node.block!.offset !== around;
  const coming = reach(entry, (node) => predecessors.get(node)!.filter(isPassable));
  if (coming.has(entry)) {
    const kept = reach(entry, (node) => node.successors.filter((next) => coming.has(next)));
    for (const [key, node] of nodes) if (!kept.has(node)) nodes.delete(key);
    for (const node of kept) node.successors = node.successors.filter((next) => kept.has(next));
  }
  return [...nodes.values()].reduce((sum, { block }) => sum + block!.count, 0);
}

/** What can be come to from a node in one step or more. */
function reach(from: RegionNode, steps: (node: RegionNode) => readonly RegionNode[]): Set<RegionNode> {
  const reached = new Set<RegionNode>();
  const queue = [from];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    for (const next of steps(node)) {
      if (reached.has(next)) continue;
      reached.add(next);
      queue.push(next);
    }
  }
  return reached;
}

/** An ending in a copy of its code: a return goes to where the call that is in the region comes back. */
function inContext(ending: Ending, context: readonly number[]): Ending {
  return ending.kind === 'return' ? { kind: 'return', inlined: context.at(-1) } : ending;
}

/** Gives the jumps with many targets a node of their own, which all of them go to. */
function hubOf(nodes: readonly RegionNode[], at: Region['at']): Hub | undefined {
  const from = new Set<RegionNode>();
  const cases = new Map<number, RegionNode>();
  for (const node of nodes) {
    const { ending, context } = node.block!;
    if (ending.kind !== 'computed' || node.successors.length < HUB_TARGETS) continue;
    from.add(node);
    for (const offset of ending.seen) {
      const target = at(offset, context);
      if (target !== undefined) cases.set(offset, target);
    }
  }
  if (from.size === 0) return undefined;
  const hub = makeNode(undefined);
  hub.successors = [...cases.values()];
  for (const node of from) node.successors = [hub];
  return { node: hub, from, cases: [...cases] };
}
