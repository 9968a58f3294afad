import { UserError } from '../base/errors.ts';
import { withChosen } from './chosen.ts';
import { readTree } from './fdt-reader.ts';
import { treeSource } from './fdt-source.ts';
import { flattenTree } from './fdt.ts';

/** The device tree reader, and everything that is done with a tree that has been read. */
export const target = {
  name: 'device-tree',
  run(bytes: Uint8Array): void {
    try {
      const { root, reservations } = readTree(bytes, 'device tree x');
      const chosen = withChosen(root, { bootargs: 'a', initrd: { start: 1, end: 2 } });
      const flat = flattenTree(chosen, reservations);
      const again = readTree(flat, 'device tree x');
      if (treeSource(again.root) !== treeSource(chosen)) throw new Error('the tree has changed');
    } catch (error) {
      if (!(error instanceof UserError) || error.message.includes('\n')) throw error;
    }
  },
  seeds: () => [
    flattenTree({ name: '', properties: {} }),
    flattenTree(
      {
        name: '',
        properties: { '#address-cells': [2], model: 'x', compatible: ['a', 'b'] },
        children: [
          { name: 'chosen', properties: { bootargs: 'console=ttyS0' } },
          { name: 'memory@80000000', properties: { reg: [0, 0x80000000, 0, 0x8000000], device_type: 'memory' } },
          { name: 'soc', properties: { ranges: true }, children: [{ name: 'x', label: 'x', properties: {} }] },
        ],
      },
      [{ address: 0x80000000, size: 0x1000 }],
    ),
  ],
};
