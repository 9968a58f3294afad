import type { DtNode } from '../firmware/fdt.ts';
import { cells64 } from '../firmware/fdt.ts';
import type { Device } from '../hw/device.ts';
import { isaString, mmuType, type RiscvFeatures } from '../isa/riscv/features.ts';
import { TIMEBASE, VIRT } from './memory-map.ts';

/** Devices that stand at the root, not in the soc node. */
const AT_ROOT = ['fw_cfg_mem', 'cfi.pflash01'];

/** The device tree of a `virt` machine with these devices. */
export function virtTree(features: RiscvFeatures, harts: number, ramSize: number, devices: readonly Device[]): DtNode {
  const nodes = (isRoot: boolean): DtNode[] =>
    devices
      .filter(({ declaration }) => AT_ROOT.includes(declaration.name) === isRoot)
      .flatMap((device) => device.dtNodes());
  return {
    name: '',
    properties: {
      '#address-cells': [2],
      '#size-cells': [2],
      compatible: 'riscv-virtio',
      model: 'riscv-virtio,qemu',
    },
    children: [
      ...nodes(true),
      { name: 'chosen', properties: { 'stdout-path': `/soc/serial@${VIRT.uart.base.toString(16)}` } },
      powerNode('poweroff', 0x5555),
      powerNode('reboot', 0x7777),
      {
        name: `memory@${VIRT.ram.base.toString(16)}`,
        properties: { device_type: 'memory', reg: [...cells64(VIRT.ram.base), ...cells64(ramSize)] },
      },
      cpus(features, harts),
      {
        name: 'soc',
        properties: { '#address-cells': [2], '#size-cells': [2], compatible: 'simple-bus', ranges: true },
        children: nodes(false),
      },
    ],
  };
}

function powerNode(name: string, value: number): DtNode {
  return {
    name,
    properties: { value: [value], offset: [0], regmap: [{ ref: 'test' }], compatible: `syscon-${name}` },
  };
}

function cpus(features: RiscvFeatures, count: number): DtNode {
  const harts = Array.from({ length: count }, (_, hart) => hart);
  return {
    name: 'cpus',
    properties: { '#address-cells': [1], '#size-cells': [0], 'timebase-frequency': [TIMEBASE] },
    children: [
      ...harts.map((hart) => cpu(features, hart)),
      {
        name: 'cpu-map',
        properties: {},
        children: [
          {
            name: 'cluster0',
            properties: {},
            children: harts.map((hart) => ({ name: `core${hart}`, properties: { cpu: [{ ref: `cpu${hart}` }] } })),
          },
        ],
      },
    ],
  };
}

function cpu(features: RiscvFeatures, hart: number): DtNode {
  return {
    name: `cpu@${hart}`,
    label: `cpu${hart}`,
    properties: {
      device_type: 'cpu',
      reg: [hart],
      status: 'okay',
      compatible: 'riscv',
      'riscv,isa': isaString(features),
      'mmu-type': mmuType(features),
    },
    children: [
      {
        name: 'interrupt-controller',
        label: `intc${hart}`,
        properties: { '#interrupt-cells': [1], 'interrupt-controller': true, compatible: 'riscv,cpu-intc' },
      },
    ],
  };
}
