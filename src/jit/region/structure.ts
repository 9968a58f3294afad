import { makeNode, type RegionNode } from './graph.ts';
import { findLoops, separateOuter } from './loops.ts';

/**
 * Prepares a control-flow graph for structured code, after Ramsey, "Beyond Relooper: recursive
 * translation of unstructured control flow to structured control flow" (ICFP 2022): reverse
 * postorder, dominator tree, loop headers and merge points. A loop with several entries is first
 * given a dispatch node of its own, so that the rest of the region keeps its structure.
 *
 * Returns the reachable nodes in reverse postorder; the first is `entry`, or a dispatch node that leads there.
 */
export function structure(entry: RegionNode, nodes: readonly RegionNode[], separates: boolean): RegionNode[] {
  const all = [...nodes];
  giveHeaders(new Set(all), entry, all, separates);
  let root = entry;
  while (root.through?.except !== undefined) root = root.through.node;
  const order = reversePostorder(root);
  order.forEach((node, i) => {
    node.order = i;
    node.predecessors = [];
  });
  for (const node of order) for (const next of node.successors) next.predecessors.push(node);
  findDominators(order);
  for (const node of order) {
    if (node !== root) node.dominator!.children.push(node);
    for (const next of node.successors) {
      if (next.order <= node.order) next.isLoop = true;
      else next.forward++;
    }
  }
  // Its entries are branched to from the dispatch as well as to it; it itself perhaps by two edges of one node.
  for (const node of order) {
    if (node.dispatch === undefined || node.dispatch.entries.length === 1) continue;
    for (const target of [node, ...node.dispatch.entries]) target.forward = Math.max(target.forward, 2);
  }
  for (const node of order) node.isPlace = node.forward > 1;
  if (separates) findExits(order);
  return order;
}

/**
 * What a loop's header dominates comes inside the loop's wasm, and locals that are assigned there are assigned in the
 * loop as V8 sees it: it would carry them around the loop. So what is not part of the loop goes behind it.
 */
function findExits(order: readonly RegionNode[]): void {
  const loops = [...findLoops(order)];
  for (const node of order) {
    const loop = loops.find(([, body]) => body.has(node.dominator!) && !body.has(node));
    if (loop === undefined) continue;
    loop[0].exits.push(node);
    node.isPlace = true;
  }
}

/** Where an edge to `target` leads once loops have one header each, and the numbers to pass on. */
export function route(from: RegionNode, target: RegionNode): { target: RegionNode; labels: [RegionNode, number][] } {
  const labels: [RegionNode, number][] = [];
  let at = target;
  for (;;) {
    const { through } = at;
    if (through === undefined || through.node === from || through.except?.has(from) === true) break;
    at = through.node;
    if (at.dispatch!.entries.length > 1) labels.push([at, through.index]);
  }
  return { target: at, labels };
}

/** Gives every loop that can be entered at several places a dispatch node, from the outside in. */
function giveHeaders(nodes: Set<RegionNode>, entry: RegionNode, all: RegionNode[], separates: boolean): void {
  for (const component of components(nodes)) {
    const inside = new Set(component);
    const fromOutside = new Set([entry]);
    for (const other of all) {
      if (!inside.has(other)) for (const next of other.successors) fromOutside.add(next);
    }
    const entries = component.filter((node) => fromOutside.has(node));
    let header = entries[0]!;
    if (entries.length > 1) {
      const dispatch = { entries: [...entries] };
      header = makeNode(undefined, dispatch);
      for (const node of all) {
        node.successors = [...new Set(node.successors.map((next) => (entries.includes(next) ? header : next)))];
      }
      header.successors = [...entries];
      entries.forEach((node, index) => (node.through = { node: header, index }));
      all.push(header);
    } else if (separates && separateOuter(header, component, all)) {
      giveHeaders(inside, entry, all, separates);
      continue;
    }
    inside.delete(header);
    if (inside.size > 0) giveHeaders(inside, entry, all, separates);
  }
}

/** Strongly connected components with a cycle, among `nodes` (Tarjan). */
function components(nodes: Set<RegionNode>): RegionNode[][] {
  const index = new Map<RegionNode, number>();
  const low = new Map<RegionNode, number>();
  const open = new Set<RegionNode>();
  const stack: RegionNode[] = [];
  const found: RegionNode[][] = [];
  for (const root of nodes) {
    if (index.has(root)) continue;
    const path: [RegionNode, number][] = [];
    const enter = (node: RegionNode): void => {
      index.set(node, index.size);
      low.set(node, index.get(node)!);
      stack.push(node);
      open.add(node);
      path.push([node, 0]);
    };
    enter(root);
    while (path.length > 0) {
      const top = path.at(-1)!;
      const [node, next] = top;
      if (next < node.successors.length) {
        top[1]++;
        const successor = node.successors[next]!;
        if (!nodes.has(successor)) continue;
        if (!index.has(successor)) enter(successor);
        else if (open.has(successor)) low.set(node, Math.min(low.get(node)!, index.get(successor)!));
        continue;
      }
      path.pop();
      const above = path.at(-1);
      if (above !== undefined) low.set(above[0], Math.min(low.get(above[0])!, low.get(node)!));
      if (low.get(node) !== index.get(node)) continue;
      const component: RegionNode[] = [];
      for (;;) {
        const member = stack.pop()!;
        open.delete(member);
        component.push(member);
        if (member === node) break;
      }
      if (component.length > 1) found.push(component);
    }
  }
  return found;
}

function reversePostorder(entry: RegionNode): RegionNode[] {
  const seen = new Set([entry]);
  const post: RegionNode[] = [];
  const path: [RegionNode, number][] = [[entry, 0]];
  while (path.length > 0) {
    const top = path.at(-1)!;
    const [node, next] = top;
    if (next === node.successors.length) {
      post.push(node);
      path.pop();
      continue;
    }
    top[1]++;
    // Last successor first, so that the first one comes right after the node.
    const successor = node.successors[node.successors.length - 1 - next]!;
    if (seen.has(successor)) continue;
    seen.add(successor);
    path.push([successor, 0]);
  }
  return post.reverse();
}

/** Cooper, Harvey and Kennedy, "A simple, fast dominance algorithm". */
function findDominators(order: readonly RegionNode[]): void {
  const entry = order[0]!;
  entry.dominator = entry;
  const meet = (a: RegionNode, b: RegionNode): RegionNode => {
    while (a !== b) {
      while (a.order > b.order) a = a.dominator!;
      while (b.order > a.order) b = b.dominator!;
    }
    return a;
  };
  for (let changed = true; changed;) {
    changed = false;
    for (const node of order) {
      if (node === entry) continue;
      let dominator: RegionNode | undefined;
      for (const from of node.predecessors) {
        if (from.dominator !== undefined) dominator = dominator ? meet(dominator, from) : from;
      }
      if (dominator !== node.dominator) {
        node.dominator = dominator;
        changed = true;
      }
    }
  }
}
