/**
 * fw_cfg, how firmware and kernels learn what the machine was started with. QEMU documentation,
 * "QEMU Firmware Configuration (fw_cfg) Device"; the MMIO form: data at 0, selector at 8, DMA
 * address at 16, all big-endian except the data, which is a string of bytes.
 */

import { BugError } from '../base/errors.ts';
import { device } from './device.ts';
import { cells64 } from './fdt.ts';
import { bool, uint32 } from './properties.ts';

const SIGNATURE = 0x00;
const ID = 0x01;
const FILE_DIR = 0x19;
const FIRST_FILE = 0x20;
/** Bits of a selector that are not the item's number: write channel and architecture-local. */
const ITEM = 0x3fff;

const ID_TRADITIONAL = 1;
const ID_DMA = 2;

const DMA_ERROR = 0x01;
const DMA_READ = 0x02;
const DMA_SKIP = 0x04;
const DMA_SELECT = 0x08;
const DMA_WRITE = 0x10;
/** Reads of the DMA register: "QEMU CFG". */
const DMA_SIGNATURE_HIGH = 0x5145_4d55;
const DMA_SIGNATURE_LOW = 0x2043_4647;

export interface FwCfg {
  /** An item by number; to be added before the machine starts, on every thread the same. */
  add(key: number, bytes: Uint8Array): void;
  /** An item by name, listed in the directory. */
  addFile(name: string, bytes: Uint8Array): void;
}

const swap16 = (value: number): number => ((value & 0xff) << 8) | ((value >>> 8) & 0xff);
const swap32 = (value: number): number => ((swap16(value & 0xffff) << 16) | swap16(value >>> 16)) >>> 0;

export const fwCfg = device(
  'fw_cfg_mem',
  {
    doc: 'Firmware configuration (QEMU fw_cfg, memory-mapped).',
    windows: [
      { name: 'fwcfg.data', offset: 0, size: 8 },
      { name: 'fwcfg.ctl', offset: 8, size: 2, access: { min: 2, max: 2 } },
      { name: 'fwcfg.dma', offset: 16, size: 8, access: { min: 4, max: 8 } },
    ],
    regs: {
      DATA: [0, 'rw', 'the next bytes of the selected item; zeroes after its end', { span: 8 }],
      SELECTOR: [8, 'wo', 'number of the item, big-endian; starts it from its first byte', { width: 2 }],
      DMA: [16, 'rw', 'address of a DMA request, big-endian; writing its low half runs it', { span: 8 }],
    },
    state: { selected: 'u16', offset: 'u32', dmaHigh: 'u32' },
    properties: { data_width: uint32(8), dma_enabled: bool(true, ''), 'x-file-slots': uint32(32) },
    section: { name: 'fw_cfg', version: 2 },
    compatible: ['qemu,fw-cfg-mmio'],
    dt: ({ base }) => [
      {
        name: `fw-cfg@${base.toString(16)}`,
        properties: {
          'dma-coherent': true,
          reg: [...cells64(base), ...cells64(0x18)],
          compatible: 'qemu,fw-cfg-mmio',
        },
      },
    ],
  },
  (d, env) => {
    const items = new Map<number, Uint8Array>();
    const files: { name: string; bytes: Uint8Array }[] = [];
    const nothing = new Uint8Array(0);
    const limit = FIRST_FILE + env.props['x-file-slots'];
    items.set(SIGNATURE, new TextEncoder().encode('QEMU'));
    items.set(ID, Uint8Array.of(ID_TRADITIONAL | (env.props.dma_enabled ? ID_DMA : 0), 0, 0, 0));
    listFiles();

    /** Files are numbered in the order of their names, and so is the directory. */
    function listFiles(): void {
      files.sort((a, b) => (a.name < b.name ? -1 : 1));
      const directory = new DataView(new ArrayBuffer(4 + 64 * files.length));
      directory.setUint32(0, files.length);
      files.forEach(({ name, bytes }, i) => {
        const at = 4 + 64 * i;
        directory.setUint32(at, bytes.length);
        directory.setUint16(at + 4, FIRST_FILE + i);
        new Uint8Array(directory.buffer, at + 8, 55).set(new TextEncoder().encode(name).subarray(0, 55));
        items.set(FIRST_FILE + i, bytes);
      });
      items.set(FILE_DIR, new Uint8Array(directory.buffer));
    }

    function select(key: number): void {
      d.selected = (key & ITEM) >= limit ? 0xffff : key;
      d.offset = 0;
    }

    const item = (): Uint8Array => (d.selected === 0xffff ? nothing : (items.get(d.selected & ITEM) ?? nothing));

    /** The next `size` bytes as they lie in the guest's memory after a load. */
    function readData(size: number): number {
      const bytes = item();
      let value = 0;
      for (let i = 0; i < size; i++) {
        if (d.offset >= bytes.length) break;
        value |= bytes[d.offset++] << (8 * i);
      }
      return value >>> 0;
    }

    /** Carries out the request at `address`: control, length (32 bits), address (64 bits). */
    function runDma(address: number): void {
      const { memory } = env;
      if (!memory.contains(address, 16)) {
        env.log.guestError(`DMA request at 0x${address.toString(16)}, which is no RAM`);
        return;
      }
      const control = swap32(memory.readU32(address));
      const length = swap32(memory.readU32(address + 4));
      const target = swap32(memory.readU32(address + 8)) * 2 ** 32 + swap32(memory.readU32(address + 12));
      if (control & DMA_SELECT) select(control >>> 16);
      memory.writeU32(address, swap32(transfer(control, length, target) ? 0 : DMA_ERROR));
    }

    function transfer(control: number, length: number, target: number): boolean {
      const bytes = item();
      const from = Math.min(d.offset, bytes.length);
      const available = Math.min(length, bytes.length - from);
      if (control & DMA_READ) {
        if (length > 0 && !env.memory.contains(target, length)) {
          env.log.guestError(`DMA read of ${length} bytes to 0x${target.toString(16)}, which is no RAM`);
          return false;
        }
        env.memory
          .bytes(target, length)
          ?.fill(0, available)
          .set(bytes.subarray(from, from + available));
        env.memory.wrote(target, length);
      } else if (!(control & (DMA_WRITE | DMA_SKIP))) return true;
      d.offset = from + available;
      // No item can be written; a write that fails skips.
      return (control & (DMA_READ | DMA_WRITE)) !== DMA_WRITE || length === 0;
    }

    return {
      regs: {
        DATA: {
          read: (_offset, size) => readData(size),
          // The traditional interface writes nothing any more.
          write() {},
        },
        SELECTOR: { write: (value) => select(swap16(value)) },
        DMA: {
          read(offset, size) {
            if (size === 8 || offset === 0) return swap32(DMA_SIGNATURE_HIGH);
            return swap32(DMA_SIGNATURE_LOW);
          },
          write(value, offset) {
            if (!env.props.dma_enabled) return;
            if (offset < 4) d.dmaHigh = swap32(value);
            else {
              const address = d.dmaHigh * 2 ** 32 + swap32(value);
              d.dmaHigh = 0;
              runDma(address);
            }
          },
        },
      },
      api: {
        add: (key, bytes) => void items.set(key, bytes),
        addFile(name, bytes) {
          if (FIRST_FILE + files.length >= limit) throw new BugError('too many fw_cfg files');
          files.push({ name, bytes });
          listFiles();
        },
      } satisfies FwCfg as FwCfg,
    };
  },
);
