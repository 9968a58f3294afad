import type { Node, Unit } from '../ir/node.ts';

/** Most bytes from the first byte of a group to the end of its last. */
export const GROUP_SPAN = 512;

/**
 * Loads, or stores, of one unit at constant distances from one value: fields of a struct, registers
 * saved in a frame. The first checks for all of them. What it finds stays right for the rest of the
 * unit: mappings change only where the unit is left, and neither a slow access nor the code it may
 * drop makes a page of data one of code.
 */
export interface AccessGroup {
  /** Distance of the first byte from the value, and bytes from there to the end. */
  start: number;
  end: number;
  /** Members that are not emitted yet. */
  left: number;
  /** Local with the host address of the first byte, or 0 if each member has to see for itself; -1 at first. */
  host: number;
  /** Code behind the first member is only reached if the check held for all. */
  isSure: boolean;
}

export interface GroupMember {
  readonly group: AccessGroup;
  /** Bytes from the value to the access. */
  readonly offset: number;
}

export type AccessGroups = ReadonlyMap<Node, GroupMember>;

/** The members of all groups of a unit, for one emission of it. */
export function groupAccesses({ nodes }: Unit): AccessGroups {
  const members = new Map<Node, GroupMember>();
  /** Groups whose first member comes before this place on every way to it; those outside of each open `if`. */
  let open: Groups = new Map();
  const outside: Groups[] = [];
  for (const node of nodes) {
    if (node.op === 'if') {
      outside.push(open);
      open = new Map(open);
    } else if (node.op === 'else') open = new Map(outside.at(-1));
    else if (node.op === 'end') open = outside.pop()!;
    else if (node.op === 'call' && node.attributes.helper!.raises !== true) {
      // A helper may change mappings.
      for (const groups of [open, ...outside]) groups.clear();
    }
    if (node.op !== 'load' && node.op !== 'store') continue;
    const { size, align } = node.attributes.access!;
    const [base, offset] = baseOf(node.args[0]!);
    if (align === 'natural' || size > 8 || base.op === 'const') continue;
    const key = `${node.op} ${base.id}`;
    let group = open.get(key);
    const start = Math.min(group?.start ?? offset, offset);
    const end = Math.max(group?.end ?? 0, offset + size);
    if (group === undefined || end - start > GROUP_SPAN) {
      open.set(key, (group = { start: offset, end: offset + size, left: 0, host: -1, isSure: false }));
    } else {
      group.start = start;
      group.end = end;
    }
    group.left++;
    members.set(node, { group, offset });
  }
  for (const [node, { group }] of members) if (group.left === 1) members.delete(node);
  return members;
}

type Groups = Map<string, AccessGroup>;

/** A value, and how far from it an address is. */
function baseOf(address: Node): [Node, number] {
  let base = address;
  let offset = 0;
  while (base.op === 'add') {
    const [a, b] = base.args as [Node, Node];
    const distance = constantOf(b) ?? constantOf(a);
    if (distance === undefined) break;
    offset += distance;
    base = constantOf(b) === undefined ? b : a;
  }
  return [base, offset];
}

/** The value of a constant that may be a distance. */
function constantOf({ op, attributes: { value } }: Node): number | undefined {
  return op === 'const' && typeof value === 'number' && Math.abs(value) < 2 ** 31 ? value : undefined;
}
