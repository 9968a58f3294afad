import type { Unit } from '../../ir/node.ts';

/** How a block ends. */
export type Ending =
  /** Goes on at `next`. */
  | { readonly kind: 'fall'; readonly next: number }
  /** To `taken` if the branch's condition holds, else on at `next`. */
  | { readonly kind: 'branch'; readonly taken: number; readonly next: number }
  | { readonly kind: 'jump'; readonly target: number }
  /** A call; comes back at `next`. `target` is known, or `seen` are those of an indirect call that were. */
  | {
      readonly kind: 'call';
      readonly target: number | undefined;
      readonly seen: readonly number[];
      readonly next: number;
    }
  /** A return to whoever called; `inlined` is where the call that is in the region comes back. */
  | { readonly kind: 'return'; readonly inlined: number | undefined }
  /** To an address in a register; where it was seen to go, the most frequent first. */
  | { readonly kind: 'computed'; readonly seen: readonly number[] }
  /** Through the run loop. */
  | { readonly kind: 'exit' };

/** Offsets are bytes from the region's first page. */
export interface RegionBlock {
  readonly offset: number;
  /** Return offsets of the calls that this copy of the code is inlined through, innermost last. */
  readonly context: readonly number[];
  /** Instructions, and the bytes they span. */
  readonly count: number;
  readonly length: number;
  readonly unit: Unit;
  /** The same before it was optimized, if it was. */
  readonly lowered?: Unit;
  readonly ending: Ending;
}

/**
 * A node that sends control to one of several entries of a loop that has no single header: the
 * entry's number is in a local. Or, with one entry, the header of the loops around one that begins there.
 */
export interface Dispatch {
  entries: readonly RegionNode[];
}

/** A node of the region's control-flow graph, with what structuring finds out about it. */
export interface RegionNode {
  readonly block: RegionBlock | undefined;
  readonly dispatch: Dispatch | undefined;
  successors: RegionNode[];
  predecessors: RegionNode[];
  /** Place in reverse postorder. */
  order: number;
  dominator: RegionNode | undefined;
  /** Nodes that it immediately dominates. */
  children: RegionNode[];
  isLoop: boolean;
  /** Of a loop's header: where control goes from the loop and not from elsewhere, nor from a loop around it. */
  exits: RegionNode[];
  /** Forward edges that lead here. */
  forward: number;
  /** A place of its own to branch to: with more than one forward edge, or an exit. */
  isPlace: boolean;
  /** The dispatch node that edges to this entry go through, except those from some nodes, and its number there. */
  through: { readonly node: RegionNode; readonly index: number; readonly except?: ReadonlySet<RegionNode> } | undefined;
}

export function makeNode(block: RegionBlock | undefined, dispatch?: Dispatch): RegionNode {
  return {
    block,
    dispatch,
    successors: [],
    predecessors: [],
    order: -1,
    dominator: undefined,
    children: [],
    isLoop: false,
    exits: [],
    forward: 0,
    isPlace: false,
    through: undefined,
  };
}
