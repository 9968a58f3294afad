import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeNode, type RegionBlock, type RegionNode } from './graph.ts';
import { findLoops } from './loops.ts';
import { route, structure } from './structure.ts';

/** Nodes of blocks at the offsets that are keys, with edges to those that are values. */
function graph(edges: Readonly<Record<number, readonly number[]>>): Map<number, RegionNode> {
  const nodes = new Map<number, RegionNode>();
  for (const offset of Object.keys(edges).map(Number)) {
    nodes.set(offset, makeNode({ offset, context: [] } as unknown as RegionBlock, undefined));
  }
  for (const [offset, next] of Object.entries(edges)) {
    nodes.get(Number(offset))!.successors = next.map((target) => nodes.get(target)!);
  }
  return nodes;
}

/** Offsets of a loop's blocks, in order. */
const offsetsOf = (nodes: Iterable<RegionNode>): number[] =>
  [...nodes].flatMap(({ block }) => block?.offset ?? []).sort((a, b) => a - b);

/** Two loops in one, found from the header of the inner one, 20: 10 comes before it, 30 after. */
const NEST = { 20: [20, 30], 30: [10, 40], 10: [20], 40: [] } as const;

test('a region that begins in an inner loop has the outer one around it', () => {
  const nodes = graph(NEST);
  const inner = nodes.get(20)!;
  const order = structure(inner, [...nodes.values()], true);
  const [root] = order as [RegionNode];
  assert.deepEqual(root.dispatch!.entries, [inner]);
  const loops = findLoops(order);
  assert.deepEqual(offsetsOf(loops.get(root)!), [10, 20, 30]);
  assert.deepEqual(offsetsOf(loops.get(inner)!), [20]);
  // From outside it is come to by the node before it, from itself at once.
  assert.equal(route(nodes.get(10)!, inner).target, root);
  assert.equal(route(inner, inner).target, inner);
  assert.equal(route(root, inner).target, inner);
});

test('what a loop is left for comes behind it, and behind those around it', () => {
  const nodes = graph(NEST);
  const [root] = structure(nodes.get(20)!, [...nodes.values()], true) as [RegionNode];
  assert.deepEqual(offsetsOf(nodes.get(20)!.exits), [30]);
  assert.deepEqual(offsetsOf(root.exits), [40]);
  assert.ok(nodes.get(30)!.isPlace && nodes.get(40)!.isPlace);
});

test('one loop with two ways back stays one', () => {
  const nodes = graph({ 10: [20], 20: [30, 10], 30: [10] });
  const order = structure(nodes.get(10)!, [...nodes.values()], true);
  assert.equal(order[0], nodes.get(10));
  assert.deepEqual(
    [...findLoops(order).values()].map((body) => offsetsOf(body)),
    [[10, 20, 30]],
  );
});

test('a loop with two entries has one header, which outer loops come to as well', () => {
  const nodes = graph({ 0: [10, 20], 10: [20], 20: [10, 30], 30: [0] });
  const order = structure(nodes.get(0)!, [...nodes.values()], true);
  assert.equal(order[0], nodes.get(0));
  const dispatch = order.find((node) => node.dispatch !== undefined)!;
  assert.deepEqual(offsetsOf(dispatch.dispatch!.entries), [10, 20]);
  assert.deepEqual(route(nodes.get(0)!, nodes.get(20)!).labels, [
    [dispatch, dispatch.dispatch!.entries.indexOf(nodes.get(20)!)],
  ]);
});
