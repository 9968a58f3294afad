import type { Node, Unit } from '../node.ts';
import { definitionOf } from '../ops.ts';

/** Drops what makes a value that nothing uses, and has no other effect; numbers the rest anew. */
export function dropUnused(unit: Unit): void {
  const { nodes } = unit;
  for (let place = nodes.length - 1; place >= 0; place--) {
    if (!isUnused(nodes[place]!)) continue;
    for (const argument of nodes[place]!.args) argument.uses--;
  }
  let count = 0;
  for (const node of nodes) {
    if (isUnused(node)) continue;
    node.id = count;
    nodes[count++] = node;
  }
  nodes.length = count;
}

function isUnused({ op, uses }: Node): boolean {
  return uses === 0 && (op === 'get' || definitionOf(op).effect === 'pure');
}
