import { childOf, withChild, type DtNode, type DtValue } from './fdt.ts';

/**
 * The /chosen node: what the loader tells the operating system (Devicetree Specification v0.4
 * section 3.6; Linux Documentation/devicetree/bindings/chosen for the initrd and the seed).
 */
export interface Chosen {
  /** The kernel command line. A tree given by the user keeps its own when this is empty. */
  readonly bootargs?: string | undefined;
  readonly initrd?: { readonly start: number; readonly end: number } | undefined;
  /** Randomness for the kernel's pool. */
  readonly rngSeed?: Uint8Array | undefined;
}

/** The tree with those properties set in /chosen, which is added if need be. */
export function withChosen(root: DtNode, { bootargs, initrd, rngSeed }: Chosen): DtNode {
  const old = childOf(root, 'chosen') ?? { name: 'chosen', properties: {} };
  const properties: Record<string, DtValue> = Object.assign(Object.create(null), old.properties);
  if (bootargs !== undefined && bootargs !== '') properties['bootargs'] = bootargs;
  if (initrd !== undefined) {
    properties['linux,initrd-start'] = addressCells(initrd.start);
    properties['linux,initrd-end'] = addressCells(initrd.end);
  }
  if (rngSeed !== undefined) properties['rng-seed'] = rngSeed;
  return withChild(root, { ...old, properties });
}

/** One cell if the address fits, else two: readers take either. */
function addressCells(address: number): number[] {
  return address < 2 ** 32 ? [address] : [Math.floor(address / 2 ** 32), address % 2 ** 32];
}
