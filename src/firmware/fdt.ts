import { BugError } from '../base/errors.ts';

/**
 * A device tree as plain data, and its flattened form (DTB, version 17).
 * Devicetree Specification v0.4: section 2.2 (nodes and properties), 2.3.3 (phandle), chapter 5
 * (flattened format).
 *
 * Nodes refer to each other by label; labels become phandle numbers when the tree is flattened.
 * The node type is the one that devices describe themselves with (src/hw/fdt.ts): the two folders
 * do not import each other, so the type is declared on both sides and equal.
 */

export type Cell = number | { readonly ref: string };

/** Cells are big-endian 32 bits, strings NUL-terminated; `true` is a property without a value. */
export type DtValue = readonly Cell[] | string | readonly string[] | Uint8Array | true;

export interface DtNode {
  /** With its unit address: `serial@10000000`. The root's is empty. */
  readonly name: string;
  /** Set if others refer to this node: it gets a phandle. */
  readonly label?: string;
  readonly properties: Readonly<Record<string, DtValue>>;
  readonly children?: readonly DtNode[];
}

/** A range of memory that the operating system must leave alone (section 5.3). */
export interface MemoryReservation {
  readonly address: number;
  readonly size: number;
}

export const FDT_MAGIC = 0xd00dfeed;
export const FDT_BEGIN_NODE = 1;
export const FDT_END_NODE = 2;
export const FDT_PROP = 3;
export const FDT_NOP = 4;
export const FDT_END = 9;
const HEADER_SIZE = 40;

/** Two cells, high first: an address or size under `#address-cells = <2>`. */
export function cells64(value: number): [number, number] {
  return [Math.floor(value / 2 ** 32), value % 2 ** 32];
}

/** The child of that name, or undefined. */
export function childOf(node: DtNode, name: string): DtNode | undefined {
  return node.children?.find((child) => child.name === name);
}

/** The node with one child put in the place of the one of the same name, or added at the end. */
export function withChild(node: DtNode, child: DtNode): DtNode {
  const children = node.children ?? [];
  const at = children.findIndex(({ name }) => name === child.name);
  return { ...node, children: at < 0 ? [...children, child] : children.with(at, child) };
}

/** The node without its labels: phandle properties and numbers where they stood. */
export function resolveLabels(root: DtNode): DtNode {
  const phandles = assignPhandles(root);
  const resolve = (node: DtNode): DtNode => {
    const properties: Record<string, DtValue> = Object.create(null);
    for (const [name, value] of Object.entries(node.properties)) {
      properties[name] = resolveValue(value, phandles, node.name);
    }
    if (node.label !== undefined) properties['phandle'] ??= [phandles.get(node.label)!];
    return { name: node.name, properties, children: (node.children ?? []).map(resolve) };
  };
  return resolve(root);
}

/** Label to phandle: the explicit ones, and the smallest free numbers from 1 in tree order. */
function assignPhandles(root: DtNode): ReadonlyMap<string, number> {
  const phandles = new Map<string, number>();
  const taken = new Set<number>();
  const unnumbered: string[] = [];
  const labels = new Set<string>();
  const visit = (node: DtNode): void => {
    const explicit = phandleOf(node);
    if (explicit !== undefined) taken.add(explicit);
    if (node.label !== undefined) {
      if (labels.has(node.label)) throw new BugError(`two device tree nodes have the label ${node.label}`);
      labels.add(node.label);
      if (explicit !== undefined) phandles.set(node.label, explicit);
      else unnumbered.push(node.label);
    }
    node.children?.forEach(visit);
  };
  visit(root);
  let next = 1;
  for (const label of unnumbered) {
    while (taken.has(next)) next++;
    phandles.set(label, next++);
  }
  return phandles;
}

function phandleOf({ properties }: DtNode): number | undefined {
  const value = properties['phandle'];
  if (value instanceof Uint8Array) {
    return value.length === 4 ? new DataView(value.buffer, value.byteOffset).getUint32(0) : undefined;
  }
  return Array.isArray(value) && typeof value[0] === 'number' ? value[0] : undefined;
}

function resolveValue(value: DtValue, phandles: ReadonlyMap<string, number>, node: string): DtValue {
  if (!Array.isArray(value) || typeof value[0] === 'string') return value;
  return (value as readonly Cell[]).map((cell) => {
    if (typeof cell === 'number') return cell;
    const phandle = phandles.get(cell.ref);
    if (phandle === undefined) throw new BugError(`device tree node ${node} refers to ${cell.ref}, which is not there`);
    return phandle;
  });
}

/** The bytes of a property without references. */
export function valueBytes(value: DtValue): Uint8Array {
  if (value === true) return new Uint8Array(0);
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return new TextEncoder().encode(`${value}\0`);
  if (typeof value[0] === 'string') return new TextEncoder().encode(value.map((text) => `${String(text)}\0`).join(''));
  const bytes = new Uint8Array(value.length * 4);
  const view = new DataView(bytes.buffer);
  value.forEach((cell, i) => {
    if (typeof cell !== 'number') throw new BugError('a device tree reference was not resolved');
    view.setUint32(i * 4, cell);
  });
  return bytes;
}

/** Grows by doubling; big-endian. */
class Writer {
  #bytes = new Uint8Array(4096);
  length = 0;

  #reserve(more: number): number {
    const at = this.length;
    this.length += more;
    if (this.length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.length, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return at;
  }

  cell(value: number): void {
    const at = this.#reserve(4);
    new DataView(this.#bytes.buffer).setUint32(at, value);
  }

  bytes(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** A NUL-terminated name, one byte a character. */
  name(text: string): void {
    this.bytes(Uint8Array.from(`${text}\0`, (character) => character.charCodeAt(0)));
  }

  align(to: number): void {
    this.#reserve((to - (this.length % to)) % to);
  }

  done(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.length);
  }
}

/**
 * Flattens a tree (section 5.1): header, memory reservations, structure, strings, in this order and
 * without room to grow.
 */
export function flattenTree(root: DtNode, reservations: readonly MemoryReservation[] = []): Uint8Array<ArrayBuffer> {
  const strings = new Writer();
  const offsets = new Map<string, number>();
  const structure = new Writer();
  const node = ({ name, properties, children }: DtNode): void => {
    structure.cell(FDT_BEGIN_NODE);
    structure.name(name);
    structure.align(4);
    for (const [key, value] of Object.entries(properties)) {
      const bytes = valueBytes(value);
      let offset = offsets.get(key);
      if (offset === undefined) {
        offset = strings.length;
        offsets.set(key, offset);
        strings.name(key);
      }
      structure.cell(FDT_PROP);
      structure.cell(bytes.length);
      structure.cell(offset);
      structure.bytes(bytes);
      structure.align(4);
    }
    children?.forEach(node);
    structure.cell(FDT_END_NODE);
  };
  node(resolveLabels(root));
  structure.cell(FDT_END);

  const out = new Writer();
  const structureAt = HEADER_SIZE + (reservations.length + 1) * 16;
  const stringsAt = structureAt + structure.length;
  for (const word of [FDT_MAGIC, stringsAt + strings.length, structureAt, stringsAt, HEADER_SIZE, 17, 16, 0]) {
    out.cell(word);
  }
  out.cell(strings.length);
  out.cell(structure.length);
  for (const { address, size } of [...reservations, { address: 0, size: 0 }]) {
    for (const cell of [...cells64(address), ...cells64(size)]) out.cell(cell);
  }
  out.bytes(structure.done());
  out.bytes(strings.done());
  return out.done();
}
