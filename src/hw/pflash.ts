/**
 * Parallel NOR flash with the Intel command set: two 16-bit chips side by side on a 32-bit bus, each
 * of which sees every command. JEDEC JESD68.01 (Common Flash Interface), Intel StrataFlash data sheet
 * (order number 290737) for the commands.
 *
 *     read array --0x90--> read identifiers          --0x20--> erase set-up   --0xd0--> status
 *         ^      --0x98--> read CFI table            --0x40--> program set-up --data--> status
 *         |      --0x70--> read status               --0xe8--> buffer: count, data .., --0xd0--> status
 *         +------------------------ 0xff ------------------------ any of them
 */

import { device } from './device.ts';
import { cells64 } from './fdt.ts';
import { str, uint16, uint32, uint8 } from './properties.ts';

const SIZE = 0x200_0000;
/** Bytes of an erase block on the bus, of both chips together. */
const BLOCK = 0x4_0000;
const SECTOR = 512;
const CHIPS = 2;

const MODE_ARRAY = 0;
const MODE_ID = 1;
const MODE_CFI = 2;
const MODE_STATUS = 3;

/** What the next write is. */
const STEP_COMMAND = 0;
const STEP_PROGRAM = 1;
const STEP_ERASE = 2;
const STEP_COUNT = 3;
const STEP_BUFFER = 4;
const STEP_CONFIRM = 5;
const STEP_LOCK = 6;

const STATUS_READY = 0x80;
const STATUS_PROGRAM_ERROR = 0x10;
const STATUS_ERASE_ERROR = 0x20;
/** Bytes of the write buffer of both chips together. */
const BUFFER_BYTES = 4096;

/** The CFI query table of one chip, from offset 0x10 (JESD68.01, section 4). */
function cfiTable(blocks: number): Uint8Array {
  const table = new Uint8Array(0x52);
  const chipBlock = BLOCK / CHIPS / 256;
  table.set([0x51, 0x52, 0x59, 0x01, 0x00, 0x31, 0x00, 0, 0, 0, 0], 0x10);
  // Voltages, then typical and maximum times as powers of two.
  table.set([0x45, 0x55, 0, 0, 0x07, 0x07, 0x0a, 0, 0x04, 0x04, 0x04, 0], 0x1b);
  table.set([Math.log2(SIZE / CHIPS), 0x02, 0, Math.log2(BUFFER_BYTES / CHIPS), 0, 1], 0x27);
  table.set([(blocks - 1) & 0xff, (blocks - 1) >> 8, chipBlock & 0xff, chipBlock >> 8], 0x2d);
  table.set([0x50, 0x52, 0x49, 0x31, 0x30], 0x31);
  table[0x3f] = 1;
  return table;
}

export const pflash = device(
  'cfi.pflash01',
  {
    doc: 'Parallel NOR flash, Intel command set (JESD68.01).',
    size: SIZE,
    romd: true,
    access: { min: 1, max: 8 },
    regs: { ARRAY: [0, 'rw', 'reads: what the last command asked for; writes: commands and data', { span: SIZE }] },
    state: {
      mode: 'u8',
      step: 'u8',
      status: 'u8',
      left: 'u32',
      block: 'u32',
      dirtyFrom: 'u32',
      dirtyTo: 'u32',
      busy: 'u8',
    },
    // The backend may still write what it was given before.
    keep: ['busy'],
    properties: {
      'num-blocks': uint32(SIZE / BLOCK),
      'sector-length': uint32(BLOCK),
      width: uint8(4),
      'device-width': uint8(2),
      id0: uint16(0x89),
      id1: uint16(0x18),
      name: str(),
    },
    backends: { drive: { kind: 'block', doc: 'Node name or ID of a block device to use as a backend' } },
    counters: { wr_bytes: { doc: 'bytes written to the backend', unit: 'bytes' } },
    section: { name: 'pflash_cfi01', version: 1 },
    compatible: ['cfi-flash'],
    dt: ({ base }) => [
      {
        name: `flash@${base.toString(16)}`,
        properties: { 'bank-width': [4], reg: [...cells64(base), ...cells64(SIZE)], compatible: 'cfi-flash' },
      },
    ],
  },
  (d, env) => {
    const port = env.backends.drive;
    const array = env.storage;
    const table = cfiTable(SIZE / BLOCK);
    const isReadonly = (): boolean => port?.readonly === true;

    /** Each chip answers with the low half of the value. */
    const both = (value: number): number => ((value << 16) | value) >>> 0;

    function readArray(offset: number, size: number): number {
      let value = 0;
      for (let i = 0; i < size; i++) value |= array[offset + i] << (8 * i);
      return value >>> 0;
    }

    function read(offset: number, size: number): number {
      const word = offset >>> 2;
      let value: number;
      if (d.mode === MODE_STATUS) value = both(d.status);
      else if (d.mode === MODE_ID) {
        const register = word & 0xff;
        value = both(register === 0 ? env.props.id0 : register === 1 ? env.props.id1 : 0);
      } else if (d.mode === MODE_CFI) value = both(table[word & 0xff] ?? 0);
      else return readArray(offset, size);
      return value >>> (8 * (offset & 3));
    }

    /** Programming only clears bits. */
    function program(offset: number, value: number, size: number): void {
      if (isReadonly()) {
        d.status |= STATUS_PROGRAM_ERROR;
        return;
      }
      for (let i = 0; i < size && offset + i < array.length; i++) array[offset + i] &= value >>> (8 * i);
      changed(offset, size);
    }

    function erase(offset: number): void {
      if (isReadonly()) {
        d.status |= STATUS_ERASE_ERROR;
        return;
      }
      const from = offset - (offset % BLOCK);
      array.fill(0xff, from, from + BLOCK);
      changed(from, BLOCK);
    }

    /** The sectors around the bytes are to be written to the backend. */
    function changed(offset: number, length: number): void {
      env.memory.wroteStorage(env.storageOffset + offset, length);
      const from = offset - (offset % SECTOR);
      const to = Math.min(Math.ceil((offset + length) / SECTOR) * SECTOR, SIZE);
      d.dirtyFrom = d.dirtyTo === 0 ? from : Math.min(d.dirtyFrom, from);
      d.dirtyTo = Math.max(d.dirtyTo, to);
      if (d.step !== STEP_BUFFER) writeBack();
    }

    function writeBack(): void {
      if (port === undefined || d.busy !== 0 || d.dirtyTo === 0) return;
      const to = Math.min(d.dirtyTo, port.sectors * SECTOR);
      const from = Math.min(d.dirtyFrom - (d.dirtyFrom % SECTOR), to);
      d.dirtyFrom = d.dirtyTo = 0;
      if (from === to) return;
      d.busy = 1;
      env.counters.wr_bytes += to - from;
      const sectors = (to - from) / SECTOR;
      const segments = [{ address: env.storageOffset + from, length: to - from }];
      port.submit({ id: 0, kind: 'write', sector: from / SECTOR, sectors, segments });
    }

    function toStatus(): void {
      d.mode = MODE_STATUS;
      d.step = STEP_COMMAND;
      d.status |= STATUS_READY;
    }

    function command(offset: number, value: number): void {
      switch (value & 0xff) {
        case 0x00:
        case 0xff:
        case 0xf0:
          d.mode = MODE_ARRAY;
          break;
        case 0x10:
        case 0x40:
          d.mode = MODE_STATUS;
          d.step = STEP_PROGRAM;
          break;
        case 0x20:
        case 0x28:
          d.mode = MODE_STATUS;
          d.step = STEP_ERASE;
          break;
        case 0x50:
          d.status = 0;
          d.mode = MODE_ARRAY;
          break;
        case 0x60:
          d.mode = MODE_STATUS;
          d.step = STEP_LOCK;
          break;
        case 0x70:
          toStatus();
          break;
        case 0x90:
          d.mode = MODE_ID;
          break;
        case 0x98:
          d.mode = MODE_CFI;
          break;
        case 0xe8:
          d.status |= STATUS_READY;
          d.mode = MODE_STATUS;
          d.step = STEP_COUNT;
          d.block = offset - (offset % BLOCK);
          break;
        default:
          env.log.guestError(`unknown command 0x${(value & 0xff).toString(16)}`);
          d.mode = MODE_ARRAY;
      }
    }

    function write(value: number, offset: number, size: number): void {
      switch (d.step) {
        case STEP_PROGRAM:
          program(offset, value, size);
          return toStatus();
        case STEP_ERASE:
          if ((value & 0xff) === 0xd0) erase(offset);
          else if ((value & 0xff) === 0xff) d.mode = MODE_ARRAY;
          else d.status |= STATUS_PROGRAM_ERROR | STATUS_ERASE_ERROR;
          if ((value & 0xff) !== 0xff) return toStatus();
          d.step = STEP_COMMAND;
          return;
        case STEP_COUNT:
          // Words of each chip, less one.
          d.left = (value & 0xffff) + 1;
          d.step = d.left * 4 > BUFFER_BYTES ? STEP_CONFIRM : STEP_BUFFER;
          if (d.step === STEP_CONFIRM) d.status |= STATUS_PROGRAM_ERROR;
          return;
        case STEP_BUFFER:
          // All of a buffer goes into one block.
          if (offset - (offset % BLOCK) !== d.block) d.status |= STATUS_PROGRAM_ERROR;
          else program(offset, value, size);
          if (--d.left === 0) d.step = STEP_CONFIRM;
          return;
        case STEP_CONFIRM:
          if ((value & 0xff) !== 0xd0) d.status |= STATUS_PROGRAM_ERROR;
          toStatus();
          writeBack();
          return;
        case STEP_LOCK:
          if ((value & 0xff) === 0xff) {
            d.mode = MODE_ARRAY;
            d.step = STEP_COMMAND;
          } else if ((value & 0xff) === 0xd0 || (value & 0xff) === 0x01) toStatus();
          else {
            env.log.guestError(`unknown lock command 0x${(value & 0xff).toString(16)}`);
            d.mode = MODE_ARRAY;
            d.step = STEP_COMMAND;
          }
          return;
        default:
          command(offset, value);
      }
    }

    return {
      direct: () => d.mode === MODE_ARRAY,
      regs: { ARRAY: { read, write: (value, offset, size) => write(value, offset, size) } },
      poll() {
        let any = false;
        for (let done = port?.poll(); done !== undefined; done = port?.poll()) any = true;
        if (!any) return;
        d.busy = 0;
        writeBack();
      },
      reset() {
        d.status = STATUS_READY;
      },
      loaded() {
        d.dirtyFrom = Math.min(d.dirtyFrom, SIZE);
        d.dirtyTo = Math.min(d.dirtyTo, SIZE);
        d.step %= STEP_LOCK + 1;
        d.busy = 0;
      },
    };
  },
);
