/**
 * Virtio over MMIO (section 4.2): one transport with room for one device, in its legacy form
 * (version 1, section 4.2.4) or its modern one (version 2).
 */

import { BugError } from '../../base/errors.ts';
import { array } from '../../mem/struct.ts';
import { device } from '../device.ts';
import type { Device } from '../device.ts';
import { cells64 } from '../fdt.ts';
import { bool } from '../properties.ts';
import { F_VERSION_1, STATUS_DRIVER_OK, STATUS_FEATURES_OK, STATUS_NEEDS_RESET } from './model.ts';
import type { VirtioModel, VirtioTransport } from './model.ts';
import { MAX_QUEUES, MAX_QUEUE_SIZE, Virtqueue, queueState } from './queue.ts';
import type { QueueState } from './queue.ts';

const MAGIC = 0x7472_6976;
/** "QEMU": drivers and their users look for it. */
const VENDOR = 0x554d_4551;
const CONFIG = 0x100;
const SIZE = 0x200;
const INTERRUPT_USED = 1;
const INTERRUPT_CONFIG = 2;

export interface VirtioSlot {
  /** Puts a device into the slot; before the machine starts, on every thread the same. */
  plug(device: Device<VirtioModel>): void;
  readonly device: Device<VirtioModel> | undefined;
}

export const virtioMmio = device(
  'virtio-mmio',
  {
    doc: 'Virtio transport over memory-mapped registers (VIRTIO 1.2, section 4.2).',
    size: SIZE,
    provides: 'virtio-bus',
    // "The driver MUST only use 32 bit wide and aligned reads and writes" below Config (4.2.2.2).
    wholeOnly: true,
    regs: {
      MagicValue: [0x00, 'ro', '"virt"'],
      Version: [0x04, 'ro', '1: legacy, 2: modern'],
      DeviceID: [0x08, 'ro', 'type of the device; 0: none'],
      VendorID: [0x0c, 'ro', '"QEMU"'],
      DeviceFeatures: [0x10, 'ro', 'offered features, 32 of them'],
      DeviceFeaturesSel: [0x14, 'wo', 'which 32'],
      DriverFeatures: [0x20, 'wo', 'accepted features, 32 of them'],
      DriverFeaturesSel: [0x24, 'wo', 'which 32'],
      GuestPageSize: [0x28, 'wo', 'legacy: bytes of the page that QueuePFN counts'],
      QueueSel: [0x30, 'wo', 'queue that the registers below are about'],
      QueueNumMax: [0x34, 'ro', 'largest size of the queue; 0: there is no such queue'],
      QueueNum: [0x38, 'wo', 'its size'],
      QueueAlign: [0x3c, 'wo', 'legacy: alignment of its used ring'],
      QueuePFN: [0x40, 'rw', 'legacy: page number of the queue; 0 resets the device'],
      QueueReady: [0x44, 'rw', '1: the queue may be used'],
      QueueNotify: [0x50, 'wo', 'number of a queue that has new buffers'],
      InterruptStatus: [0x60, 'ro', 'bit 0: used buffers, bit 1: configuration changed'],
      InterruptACK: [0x64, 'wo', 'clears bits of InterruptStatus'],
      Status: [0x70, 'rw', 'device status; 0 resets the device'],
      QueueDescLow: [0x80, 'wo', 'address of the descriptor table'],
      QueueDescHigh: [0x84, 'wo', 'its upper half'],
      QueueDriverLow: [0x90, 'wo', 'address of the available ring'],
      QueueDriverHigh: [0x94, 'wo', 'its upper half'],
      QueueDeviceLow: [0xa0, 'wo', 'address of the used ring'],
      QueueDeviceHigh: [0xa4, 'wo', 'its upper half'],
      SHMSel: [0xac, 'wo', 'shared memory region; there are none'],
      SHMLenLow: [0xb0, 'ro', 'all ones: no such region'],
      SHMLenHigh: [0xb4, 'ro', 'all ones'],
      SHMBaseLow: [0xb8, 'ro', 'all ones'],
      SHMBaseHigh: [0xbc, 'ro', 'all ones'],
      ConfigGeneration: [0xfc, 'ro', 'changes when the configuration space does'],
      Config: [CONFIG, 'rw', "the device's configuration space", { span: SIZE - CONFIG }],
    },
    state: {
      featureSelect: 'u32',
      driverSelect: 'u32',
      /** As written; in force since FEATURES_OK or, legacy, at once. */
      driver0: 'u32',
      driver1: 'u32',
      pageSize: 'u32',
      queue: 'u32',
      interrupts: 'u32',
      status: 'u32',
      generation: 'u32',
      broken: 'u8',
      /** Legacy: alignment of each queue's used ring. */
      alignOf: array('u32', MAX_QUEUES),
      ...queueState,
    },
    properties: { 'force-legacy': bool(true, '') },
    irqs: 1,
    compatible: ['virtio,mmio'],
    dt: ({ base, irqs }) => [
      {
        name: `virtio_mmio@${base.toString(16)}`,
        properties: {
          interrupts: [...irqs],
          'interrupt-parent': [{ ref: 'plic' }],
          reg: [...cells64(base), ...cells64(0x1000)],
          compatible: 'virtio,mmio',
        },
      },
    ],
  },
  (d, env) => {
    const line = env.irq(0);
    const modern = !env.props['force-legacy'];
    const queues = d as unknown as QueueState;
    let plugged: Device<VirtioModel> | undefined;
    let model: VirtioModel | undefined;
    // Desc, driver and device address of each queue, by the register's offset.
    const rings = { 0x80: queues.descriptors, 0x90: queues.available, 0xa0: queues.used };

    const has = (bit: number): boolean => (((bit < 32 ? d.driver0 : d.driver1) >>> (bit & 31)) & 1) === 1;
    const offered = (): [number, number] =>
      model === undefined ? [0, 0] : [model.features(modern) >>> 0, modern ? 1 << (F_VERSION_1 - 32) : 0];
    const updateLine = (): void => line.set(d.interrupts !== 0);
    const isLive = (): boolean => (d.status & STATUS_DRIVER_OK) !== 0;

    function raise(bits: number): void {
      d.interrupts |= bits;
      updateLine();
    }

    function configChanged(): void {
      if (!isLive()) return;
      d.generation++;
      raise(INTERRUPT_CONFIG);
    }

    function fail(why: string): void {
      env.log.guestError(why);
      d.broken = 1;
      // "The device SHOULD set DEVICE_NEEDS_RESET when it enters an error state" (2.1.2).
      if (modern) d.status |= STATUS_NEEDS_RESET;
      if (modern && isLive()) raise(INTERRUPT_CONFIG);
    }

    const owner = {
      memory: env.memory,
      has,
      fail,
      isBroken: () => d.broken !== 0,
      interrupt: () => raise(INTERRUPT_USED),
    };
    const virtqueues = Array.from({ length: MAX_QUEUES }, (_, i) => new Virtqueue(i, queues, owner));
    const transport: VirtioTransport = { queue: (index) => virtqueues[index], has, isLive, configChanged, fail };

    /** The queue that QueueSel chose; -1 if it does not exist. */
    const selected = (): number => (d.queue < (model?.queues.length ?? 0) ? d.queue : -1);

    function resetTransport(): void {
      d.driver0 = d.driver1 = 0;
      d.queue = d.interrupts = d.status = d.broken = 0;
      for (const field of Object.keys(queueState) as (keyof QueueState)[]) queues[field].fill(0);
      d.alignOf.fill(0);
      model?.queues.forEach((size, i) => (queues.size[i] = size));
      updateLine();
    }

    function resetDevice(): void {
      plugged?.reset();
      resetTransport();
    }

    function notLegacy(register: string): boolean {
      if (modern) env.log.guestError(`${register} belongs to the legacy interface`);
      return modern;
    }

    function notModern(register: string): boolean {
      if (!modern) env.log.guestError(`${register} does not exist in the legacy interface`);
      return !modern;
    }

    function setRing(ring: Float64Array, value: number, high: boolean): void {
      const queue = selected();
      if (queue < 0) return;
      const old = ring[queue];
      const low = old % 2 ** 32;
      ring[queue] = high ? value * 2 ** 32 + low : old - low + value;
    }

    const address = (offset: keyof typeof rings, register: string, high: boolean) => ({
      write(value: number) {
        if (!notModern(register)) setRing(rings[offset], value, high);
      },
    });

    /** Legacy layout: descriptors, available ring, and the used ring at the next boundary (2.7.2). */
    function placeLegacy(queue: number, page: number): void {
      const align = d.alignOf[queue] || 4096;
      const descriptors = page * (d.pageSize || 1);
      const available = descriptors + 16 * queues.size[queue];
      queues.descriptors[queue] = descriptors;
      queues.available[queue] = available;
      queues.used[queue] = Math.ceil((available + 4 + 2 * queues.size[queue] + 2) / align) * align;
      queues.ready[queue] = 1;
    }

    function setStatus(value: number): void {
      if (value === 0) return resetDevice();
      let status = value;
      if (modern && status & STATUS_FEATURES_OK && !(d.status & STATUS_FEATURES_OK)) {
        const [low, high] = offered();
        // "The device MUST NOT accept features it did not offer" is told by FEATURES_OK staying
        // clear (2.2.2, 3.1.1 step 6).
        if (d.driver0 & ~low || d.driver1 & ~high) {
          env.log.guestError('the driver accepted features that were not offered');
          status &= ~STATUS_FEATURES_OK;
        }
      }
      d.status = (status & ~STATUS_NEEDS_RESET) | (d.status & STATUS_NEEDS_RESET);
      model?.statusChanged?.();
    }

    function writeFeatures(value: number): void {
      // Once agreed on they stay (2.2.1); a legacy driver chooses from what is offered.
      if (d.status & STATUS_FEATURES_OK) return env.log.guestError('features written after FEATURES_OK');
      const [low] = offered();
      if (!modern) {
        if (d.driverSelect === 0) d.driver0 = value & low;
      } else if (d.driverSelect === 0) d.driver0 = value;
      else if (d.driverSelect === 1) d.driver1 = value;
    }

    const ones = { read: () => (model === undefined ? 0 : 0xffff_ffff) };
    return {
      regs: {
        MagicValue: { read: () => MAGIC },
        Version: { read: () => (modern ? 2 : 1) },
        DeviceID: { read: () => model?.id ?? 0 },
        VendorID: { read: () => VENDOR },
        DeviceFeatures: { read: () => (d.featureSelect < 2 ? offered()[d.featureSelect] : 0) },
        DeviceFeaturesSel: { write: (value) => void (d.featureSelect = value) },
        DriverFeatures: { write: writeFeatures },
        DriverFeaturesSel: { write: (value) => void (d.driverSelect = value) },
        GuestPageSize: {
          write(value) {
            // A power of two (4.2.4).
            if (!notLegacy('GuestPageSize')) d.pageSize = (value & -value) >>> 0;
          },
        },
        QueueSel: { write: (value) => void (d.queue = value) },
        QueueNumMax: { read: () => (selected() < 0 ? 0 : MAX_QUEUE_SIZE) },
        QueueNum: {
          write(value) {
            const queue = selected();
            if (queue < 0 || value === 0 || value > MAX_QUEUE_SIZE) return;
            queues.size[queue] = value;
            if (!modern && queues.ready[queue] !== 0) placeLegacy(queue, pageOf(queue));
          },
        },
        QueueAlign: {
          write(value) {
            if (notLegacy('QueueAlign') || selected() < 0 || value === 0) return;
            d.alignOf[selected()] = (value & -value) >>> 0;
          },
        },
        QueuePFN: {
          read: () => (notLegacy('QueuePFN') || selected() < 0 ? 0 : pageOf(selected())),
          write(value) {
            if (notLegacy('QueuePFN')) return;
            if (value === 0) resetDevice();
            else if (selected() >= 0) placeLegacy(selected(), value);
          },
        },
        QueueReady: {
          read: () => (notModern('QueueReady') || selected() < 0 ? 0 : queues.ready[selected()]),
          write(value) {
            if (!notModern('QueueReady') && selected() >= 0) queues.ready[selected()] = value & 1;
          },
        },
        QueueNotify: {
          write(value) {
            if (value < (model?.queues.length ?? 0) && virtqueues[value].isReady()) model?.kick(value);
          },
        },
        InterruptStatus: { read: () => d.interrupts },
        InterruptACK: {
          write(value) {
            d.interrupts &= ~value;
            updateLine();
          },
        },
        Status: {
          read: () => d.status,
          write: (value) => {
            if (model !== undefined) setStatus(value & 0xff);
          },
        },
        QueueDescLow: address(0x80, 'QueueDescLow', false),
        QueueDescHigh: address(0x80, 'QueueDescHigh', true),
        QueueDriverLow: address(0x90, 'QueueDriverLow', false),
        QueueDriverHigh: address(0x90, 'QueueDriverHigh', true),
        QueueDeviceLow: address(0xa0, 'QueueDeviceLow', false),
        QueueDeviceHigh: address(0xa0, 'QueueDeviceHigh', true),
        SHMSel: { write() {} },
        SHMLenLow: ones,
        SHMLenHigh: ones,
        SHMBaseLow: ones,
        SHMBaseHigh: ones,
        ConfigGeneration: { read: () => (modern ? d.generation : 0) },
        Config: {
          read(offset, size) {
            if (plugged === undefined) return 0;
            const known = offset + size <= plugged.api.configSize;
            return known ? plugged.readConfig(offset, size) : 2 ** (8 * size) - 1;
          },
          write(value, offset, size) {
            if (plugged !== undefined && offset + size <= plugged.api.configSize)
              plugged.writeConfig(offset, size, value);
          },
        },
      },
      reset: resetTransport,
      loaded: updateLine,
      api: {
        plug(added) {
          if (plugged !== undefined) throw new BugError('the virtio slot is taken');
          if (added.api.queues.length > MAX_QUEUES) throw new BugError('too many queues');
          plugged = added;
          model = added.api;
          model.connect(transport);
        },
        get device() {
          return plugged;
        },
      } satisfies VirtioSlot as VirtioSlot,
    };

    function pageOf(queue: number): number {
      return Math.floor(queues.descriptors[queue] / (d.pageSize || 1));
    }
  },
);
