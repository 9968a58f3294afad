/** The flattened device tree, judged by dtc and by the tree that native QEMU makes. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readTree } from '../../src/firmware/fdt-reader.ts';
import { treeSource } from '../../src/firmware/fdt-source.ts';
import { cells64, flattenTree, type DtNode } from '../../src/firmware/fdt.ts';

const dtc = (input: Uint8Array | string, from: string, to: string) =>
  execFileSync('dtc', ['-q', '-I', from, '-O', to, '-'], { input });

const TREE: DtNode = {
  name: '',
  properties: {
    '#address-cells': [2],
    '#size-cells': [2],
    compatible: ['riscv-virtio', 'x'],
    model: 'riscv-virtio,qemu',
  },
  children: [
    { name: 'chosen', properties: { bootargs: 'console=ttyS0', 'rng-seed': Uint8Array.of(1, 2, 3, 4, 5) } },
    { name: 'memory@80000000', properties: { device_type: 'memory', reg: [...cells64(2 ** 31), ...cells64(2 ** 33)] } },
    {
      name: 'soc',
      properties: { '#address-cells': [2], '#size-cells': [2], ranges: true },
      children: [
        { name: 'plic@c000000', label: 'plic', properties: { '#interrupt-cells': [1], 'interrupt-controller': true } },
        { name: 'serial@10000000', properties: { interrupts: [10], 'interrupt-parent': [{ ref: 'plic' }] } },
      ],
    },
  ],
};

test('dtc reads what we write, and writes it again byte for byte', () => {
  const flat = flattenTree(TREE, [{ address: 0x8000_0000, size: 0x4_0000 }]);
  const source = dtc(flat, 'dtb', 'dts').toString();
  assert.match(source, /^\/memreserve\/\t0x0*80000000 0x0*40000;$/m);
  const compiled = dtc(source, 'dts', 'dtb');
  assert.equal(treeSource(readTree(compiled, 'dtc').root), treeSource(TREE));
  assert.deepEqual(readTree(compiled, 'dtc').reservations, [{ address: 0x8000_0000, size: 0x4_0000 }]);
});

test('dtc reads our source text as the same tree', () => {
  const flat = new Uint8Array(dtc(treeSource(TREE), 'dts', 'dtb'));
  assert.equal(treeSource(readTree(flat, 'dtc').root), treeSource(TREE));
});

test('the tree of native QEMU survives reading and writing', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tinamou-fdt-'));
  try {
    const path = join(directory, 'virt.dtb');
    execFileSync('qemu-system-riscv64', ['-M', `virt,dumpdtb=${path}`, '-display', 'none'], { stdio: 'ignore' });
    const file = new Uint8Array(readFileSync(path));
    // The file has room to grow behind the tree, at which dtc stops reading.
    const original = file.subarray(0, new DataView(file.buffer).getUint32(4));
    const { root, reservations } = readTree(original, 'virt');
    const again = flattenTree(root, reservations);
    assert.equal(dtc(again, 'dtb', 'dts').toString(), dtc(original, 'dtb', 'dts').toString());
    assert.match(treeSource(root), /compatible = "riscv-virtio";/);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
