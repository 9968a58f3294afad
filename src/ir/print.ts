import { DEFAULT_ACCESS } from './builder.ts';
import { formOf, type Slot } from './form.ts';
import { definitionOf } from './ops.ts';
import type { Attributes, MemoryAccess, Node, Unit } from './node.ts';

/**
 * The text of a unit, one operation on a line:
 *
 *     insn_start 0, 4
 *     %1 = get.i64 x[10]
 *     %2 = const.i64 -1
 *     %3 = add.i64 %1, %2
 *     set.i64 x[rd], %3
 *     %5 = load.i64 %3, {4 signed}
 *     branch %6, +16
 *
 * A value is named by its place in the unit. `{…}` is a memory access: its size, then what differs
 * from the default. A distance has its sign, or is the operand that holds it.
 */
export function print(unit: Unit): string {
  let depth = 0;
  return unit.nodes
    .map((node) => {
      if (node.op === 'else' || node.op === 'end') depth--;
      const line = `${'  '.repeat(Math.max(depth, 0))}${printNode(node)}\n`;
      if (node.op === 'else' || node.op === 'if') depth++;
      return line;
    })
    .join('');
}

export function printNode(node: Node): string {
  const { before, after } = formOf(node.op);
  const written = (slot: Slot): string => printSlot(slot, node.attributes);
  const items = [...before.map(written), ...node.args.map(({ id }) => `%${id}`), ...after.map(written)];
  const result = makesValue(node) ? `%${node.id} = ` : '';
  const type = node.type === undefined ? '' : `.${node.type}`;
  return `${result}${node.op}${type}${items.length > 0 ? ` ${items.join(', ')}` : ''}`;
}

/** Whether later operations may use what the node makes. */
export function makesValue(node: Node): boolean {
  return node.type !== undefined && definitionOf(node.op).result !== 'none';
}

function printSlot(slot: Slot, attributes: Attributes): string {
  switch (slot) {
    case 'value':
      return String(attributes.value);
    case 'length':
      return String(attributes.length);
    case 'offset':
      return attributes.operand ?? distance(Number(attributes.value));
    case 'state': {
      const { field, index, operand } = attributes.state!;
      return `${field}[${operand ?? index}]`;
    }
    case 'access':
      return printAccess(attributes.access!);
    case 'helper':
      return attributes.helper!.name;
    case 'target':
      return typeof attributes.target === 'number' ? distance(attributes.target) : attributes.target!.operand;
    default:
      return attributes[slot]!;
  }
}

const distance = (bytes: number): string => (bytes < 0 ? String(bytes) : `+${bytes}`);

function printAccess({ size, rmw, signed, endian, align, order, mmu }: MemoryAccess): string {
  const words: string[] = [String(size)];
  if (rmw !== undefined) words.push(rmw);
  if (signed) words.push('signed');
  if (endian !== DEFAULT_ACCESS.endian) words.push(endian);
  if (align !== DEFAULT_ACCESS.align) words.push(align);
  if (order !== DEFAULT_ACCESS.order) words.push(order);
  if (mmu !== DEFAULT_ACCESS.mmu) words.push(`mmu${mmu}`);
  return `{${words.join(' ')}}`;
}
