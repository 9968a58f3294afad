import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { UserError } from '../base/errors.ts';
import { withChosen } from './chosen.ts';
import { readTree } from './fdt-reader.ts';
import { treeSource } from './fdt-source.ts';
import { cells64, flattenTree, type DtNode } from './fdt.ts';

const TREE: DtNode = {
  name: '',
  properties: { '#address-cells': [2], compatible: ['riscv-virtio', 'other'], model: 'test', ranges: true },
  children: [
    {
      name: 'serial@10000000',
      properties: { 'interrupt-parent': [{ ref: 'plic' }], reg: [...cells64(0x1_1000_0000), ...cells64(0x100)] },
    },
    { name: 'plic@c000000', label: 'plic', properties: { 'interrupt-controller': true, odd: Uint8Array.of(1, 2, 3) } },
    { name: 'taken', properties: { phandle: [1] } },
  ],
};

const SOURCE = `/dts-v1/;

/ {
	#address-cells = <0x2>;
	compatible = "riscv-virtio", "other";
	model = "test";
	ranges;
	serial@10000000 {
		interrupt-parent = <0x2>;
		reg = <0x1 0x10000000 0x0 0x100>;
	};
	plic@c000000 {
		interrupt-controller;
		odd = [01 02 03];
		phandle = <0x2>;
	};
	taken {
		phandle = <0x1>;
	};
};
`;

test('a tree survives flattening and reading', () => {
  const flat = flattenTree(TREE, [{ address: 0x8000_0000, size: 0x2_0000_0000 }]);
  const { root, reservations } = readTree(flat, 'device tree x');
  assert.equal(treeSource(root), SOURCE);
  assert.equal(treeSource(TREE), SOURCE);
  assert.deepEqual(reservations, [{ address: 0x8000_0000, size: 0x2_0000_0000 }]);
  assert.deepEqual(flattenTree(root, reservations), flat);
});

test('a reference to nothing and a label twice are our mistakes', () => {
  const node = { name: 'a', label: 'l', properties: {} };
  assert.throws(
    () => flattenTree({ name: '', properties: {}, children: [node, { ...node, name: 'b' }] }),
    /two device tree/,
  );
  assert.throws(() => flattenTree({ name: '', properties: { x: [{ ref: 'y' }] } }), /refers to y/);
});

test('chosen is made, or changed where it is', () => {
  const initrd = { start: 0x8420_0000, end: 0x8450_0000 };
  const made = withChosen({ name: '', properties: {} }, { bootargs: 'a b', initrd });
  assert.match(treeSource(made), /chosen \{\n\t\tbootargs = "a b";\n\t\tlinux,initrd-start = <0x84200000>;/);
  const kept = withChosen(made, { bootargs: '', initrd: { start: 2 ** 32, end: 2 ** 33 } });
  assert.match(
    treeSource(kept),
    /bootargs = "a b";\n\t\tlinux,initrd-start = <0x1 0x0>;\n\t\tlinux,initrd-end = <0x2 0x0>;/,
  );
  assert.equal(kept.children?.length, 1);
});

test('names that JavaScript treats specially are names', () => {
  const properties = Object.assign(Object.create(null), { ['__proto__']: 'x' });
  Object.defineProperty(properties, '__proto__', { value: 'x', enumerable: true });
  const { root } = readTree(flattenTree({ name: '', properties }), 'device tree x');
  assert.match(treeSource(root), /__proto__ = "x"/);
});

test('any prefix and any changed byte is a tree or a mistake of the user', () => {
  const flat = flattenTree(TREE);
  const survives = (file: Uint8Array) => {
    try {
      treeSource(readTree(file, 'device tree x').root);
    } catch (error) {
      assert.ok(error instanceof UserError, String(error));
      assert.doesNotMatch(error.message, /\n/);
    }
  };
  for (let length = 0; length < flat.length; length++) survives(flat.subarray(0, length));
  fc.assert(
    fc.property(fc.nat(flat.length - 1), fc.nat(255), (at, byte) => {
      const file = flat.slice();
      file[at] = byte;
      survives(file);
    }),
  );
});

test('depth is bounded', () => {
  let node: DtNode = { name: 'leaf', properties: {} };
  for (let i = 0; i < 100; i++) node = { name: `n${i}`, properties: {}, children: [node] };
  assert.throws(() => readTree(flattenTree(node), 'device tree x'), /more than 64 levels/);
});
