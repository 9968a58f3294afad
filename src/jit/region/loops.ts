import { makeNode, type RegionNode } from './graph.ts';

/** The nodes of each loop by its header: those from which a backward edge to the header can be reached. */
export function findLoops(order: readonly RegionNode[]): Map<RegionNode, ReadonlySet<RegionNode>> {
  const loops = new Map<RegionNode, ReadonlySet<RegionNode>>();
  for (const header of order) {
    if (!header.isLoop) continue;
    const latches = header.predecessors.filter(({ order: from }) => from >= header.order);
    loops.set(
      header,
      bodyOf(header, latches, (node) => node.predecessors),
    );
  }
  return loops;
}

/** What leads to the latches of a loop without passing its header, and the header. */
function bodyOf(
  header: RegionNode,
  latches: readonly RegionNode[],
  predecessorsOf: (node: RegionNode) => readonly RegionNode[],
): ReadonlySet<RegionNode> {
  const body = new Set([header]);
  const open = [...latches];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (body.has(node)) continue;
    body.add(node);
    open.push(...predecessorsOf(node));
  }
  return body;
}

/**
 * A region that begins at the header of an inner loop has loops inside out: the outer ones come back to the same header.
 * They are told apart by addresses: what jumps back to the header is of the inner loop, what comes from above is
 * not, and gets a node before the header as the header of its own. Whether there are both.
 */
export function separateOuter(header: RegionNode, component: readonly RegionNode[], all: RegionNode[]): boolean {
  const { block } = header;
  if (block === undefined) return false;
  const context = block.context.join();
  const coming = component.filter(({ successors }) => successors.includes(header));
  const latches = coming.filter(
    ({ block: from }) => from !== undefined && from.offset >= block.offset && from.context.join() === context,
  );
  if (latches.length === 0 || latches.length === coming.length) return false;
  const predecessors = new Map<RegionNode, RegionNode[]>(component.map((node) => [node, []]));
  for (const node of component) for (const next of node.successors) predecessors.get(next)?.push(node);
  const body = bodyOf(header, latches, (node) => predecessors.get(node)!);
  if (coming.every((node) => body.has(node))) return false;
  const outer = makeNode(undefined, { entries: [header] });
  const redirect = (node: RegionNode): RegionNode => (node === header ? outer : node);
  for (const node of all) {
    if (body.has(node)) continue;
    node.successors = node.successors.map(redirect);
    if (node.dispatch !== undefined) node.dispatch.entries = node.dispatch.entries.map(redirect);
  }
  outer.successors = [header];
  outer.through = header.through;
  header.through = { node: outer, index: 0, except: body };
  all.push(outer);
  return true;
}
