/**
 * The device tree node that a device contributes, as plain data. The firmware side flattens it.
 * Phandles are symbolic: `{ ref: 'plic' }` stands for the node whose `label` is 'plic'.
 */

export type Cell = number | { readonly ref: string };

/** `number[]` becomes big-endian 32-bit cells, strings NUL-terminated, `true` an empty property. */
export type DtValue = readonly Cell[] | string | readonly string[] | Uint8Array | true;

export interface DtNode {
  /** With its unit address: `serial@10000000`. */
  readonly name: string;
  /** Set if others refer to this node: it gets a phandle. */
  readonly label?: string;
  readonly properties: Readonly<Record<string, DtValue>>;
  readonly children?: readonly DtNode[];
}

/** Two cells, high first: an address or size under `#address-cells = <2>`. */
export function cells64(value: number): [number, number] {
  return [Math.floor(value / 2 ** 32), value % 2 ** 32];
}
