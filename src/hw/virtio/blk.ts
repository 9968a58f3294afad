/**
 * Block device (section 5.2). Requests go to the backend as they come and complete in any order:
 *
 *     kick --> header and status checked --> submitted --> poll --> status byte, used ring
 *                       |
 *                  answered at once: bad range, unknown type, serial number
 */

import { array } from '../../mem/struct.ts';
import type { BlockRequestKind, Segment } from '../backends.ts';
import { device } from '../device.ts';
import { bool, onOffAuto, size, str, uint16, uint32 } from '../properties.ts';
import { lengthOf, readBuffers, sliceOf, writeBuffers } from './buffers.ts';
import { ringFeatures, virtioProperties } from './model.ts';
import type { VirtioModel, VirtioTransport } from './model.ts';
import { MAX_QUEUE_SIZE } from './queue.ts';
import type { Chain } from './queue.ts';

/** Feature bits (5.2.3). */
const F_SEG_MAX = 2;
const F_GEOMETRY = 4;
const F_RO = 5;
const F_BLK_SIZE = 6;
const F_SCSI = 7;
const F_FLUSH = 9;
const F_TOPOLOGY = 10;
const F_CONFIG_WCE = 11;
const F_DISCARD = 13;
const F_WRITE_ZEROES = 14;

/** Request types and status values (5.2.6). */
const T_IN = 0;
const T_OUT = 1;
const T_FLUSH = 4;
const T_GET_ID = 8;
const T_DISCARD = 11;
const T_WRITE_ZEROES = 13;
const S_OK = 0;
const S_IOERR = 1;
const S_UNSUPP = 2;

const SECTOR = 512;
const HEADER = 16;
const SERIAL_LENGTH = 20;
const UNMAP = 1;
const MAX_DISCARD = 0x3f_ffff;
const CONFIG_SIZE = 0x39;

/** What is done when a request of the backend finished. */
const STAGE_FREE = 0;
const STAGE_LAST = 1;
const STAGE_THEN_FLUSH = 2;
/** The device was reset meanwhile: nobody waits for it. */
const STAGE_ORPHAN = 3;

export const virtioBlk = device(
  'virtio-blk-device',
  {
    doc: 'Disk (VIRTIO 1.2, section 5.2).',
    category: 'Storage',
    bus: 'virtio-bus',
    regs: {
      capacity: [0x00, 'ro', 'sectors of 512 bytes', { span: 8 }],
      size_max: [0x08, 'ro', 'not used'],
      seg_max: [0x0c, 'ro', 'most buffers of data in a request'],
      cylinders: [0x10, 'ro', 'geometry', { width: 2 }],
      heads: [0x12, 'ro', 'geometry', { width: 1 }],
      sectors: [0x13, 'ro', 'geometry', { width: 1 }],
      blk_size: [0x14, 'ro', 'bytes of a logical block'],
      physical_block_exp: [0x18, 'ro', 'logical blocks of a physical one, as a power of two', { width: 1 }],
      alignment_offset: [0x19, 'ro', 'first aligned logical block', { width: 1 }],
      min_io_size: [0x1a, 'ro', 'suggested least logical blocks of a request', { width: 2 }],
      opt_io_size: [0x1c, 'ro', 'suggested logical blocks of a request'],
      writeback: [0x20, 'rw', '1: a finished write may still be in a cache', { width: 1 }],
      unused0: [0x21, 'ro', 'zero', { width: 1 }],
      num_queues: [0x22, 'ro', 'number of queues', { width: 2 }],
      max_discard_sectors: [0x24, 'ro', 'most sectors of a discard'],
      max_discard_seg: [0x28, 'ro', 'most ranges of a discard'],
      discard_sector_alignment: [0x2c, 'ro', 'alignment of a discard'],
      max_write_zeroes_sectors: [0x30, 'ro', 'most sectors of a write of zeroes'],
      max_write_zeroes_seg: [0x34, 'ro', 'most ranges of it'],
      write_zeroes_may_unmap: [0x38, 'ro', '1: it may unmap', { width: 1 }],
    },
    state: {
      /** By the number of the chain's first descriptor. */
      stage: array('u8', MAX_QUEUE_SIZE),
      type: array('u8', MAX_QUEUE_SIZE),
      bytes: array('u32', MAX_QUEUE_SIZE),
      statusAt: array('f64', MAX_QUEUE_SIZE),
    },
    // The backend still has what it was given: a reset marks it instead.
    keep: ['stage', 'type', 'bytes', 'statusAt'],
    properties: {
      serial: str(),
      logical_block_size: size(SECTOR, 'A power of two between 512 B and 2 MiB'),
      physical_block_size: size(SECTOR, 'A power of two between 512 B and 2 MiB'),
      min_io_size: size(0),
      opt_io_size: size(0),
      'write-cache': onOffAuto(),
      'config-wce': bool(true),
      'queue-size': uint16(256),
      discard: bool(true),
      'write-zeroes': bool(true),
      'max-discard-sectors': uint32(MAX_DISCARD),
      'max-write-zeroes-sectors': uint32(MAX_DISCARD),
      ...virtioProperties,
      any_layout: bool(false),
    },
    backends: { drive: { kind: 'block', doc: 'Node name or ID of a block device to use as a backend' } },
    counters: {
      rd_bytes: { doc: 'bytes read', unit: 'bytes' },
      wr_bytes: { doc: 'bytes written', unit: 'bytes' },
      unmap_bytes: { doc: 'bytes discarded', unit: 'bytes' },
      rd_operations: { doc: 'reads done' },
      wr_operations: { doc: 'writes done' },
      flush_operations: { doc: 'flushes done' },
      unmap_operations: { doc: 'discards done' },
      failed_operations: { doc: 'requests that the disk failed' },
      invalid_operations: { doc: 'requests that the guest got wrong' },
    },
    section: { name: 'virtio-blk', version: 2 },
  },
  (d, env) => {
    const port = env.backends.drive;
    const { props, memory, counters } = env;
    const queueSize = Math.max(2, Math.min(props['queue-size'], MAX_QUEUE_SIZE));
    const blockSectors = props.logical_block_size / SECTOR;
    const capacity = port?.sectors ?? 0;
    const writeback = props['write-cache'] !== 'off';
    let transport: VirtioTransport | undefined;

    /** A write is done when it is on the disk, not in a cache (5.2.5.2, 5.2.6.2). */
    const isWriteThrough = (): boolean => (d.writeback & 1) === 0;

    function finish(chain: Pick<Chain, 'head'>, statusAt: number, written: number, status: number): void {
      memory.writeU8(statusAt, status);
      const queue = transport!.queue(0);
      queue.push(chain, written);
    }

    function start(chain: Chain): void {
      const { readable, writable } = chain;
      const header = readBuffers(memory, readable, HEADER);
      const answer = lengthOf(writable);
      if (header.length < HEADER || answer < 1) {
        return transport!.fail('a request without header or status');
      }
      const view = new DataView(header.buffer);
      const type = view.getUint32(0, true);
      const sector = view.getUint32(12, true) * 2 ** 32 + view.getUint32(8, true);
      const last = writable.at(-1)!;
      const statusAt = last.address + last.length - 1;
      const done = (written: number, status: number): void => {
        if (status !== S_OK) counters.invalid_operations++;
        finish(chain, statusAt, written, status);
      };

      switch (type) {
        case T_IN: {
          const segments = sliceOf(writable, 0, answer - 1);
          if (!isInRange(sector, answer - 1)) return done(answer, S_IOERR);
          if (answer === 1) return done(1, S_OK);
          return submit(chain, statusAt, 'read', type, sector, answer - 1, toSegments(segments));
        }
        case T_OUT: {
          const length = lengthOf(readable) - HEADER;
          if (port?.readonly !== false || !isInRange(sector, length)) return done(1, S_IOERR);
          if (length === 0) return done(1, S_OK);
          return submit(chain, statusAt, 'write', type, sector, length, toSegments(sliceOf(readable, HEADER, length)));
        }
        case T_FLUSH:
          return submit(chain, statusAt, 'flush', type, 0, 0, []);
        case T_GET_ID: {
          const serial = new TextEncoder().encode(props.serial).subarray(0, SERIAL_LENGTH);
          const padded = new Uint8Array(SERIAL_LENGTH);
          padded.set(serial);
          writeBuffers(memory, sliceOf(writable, 0, answer - 1), padded);
          return done(answer, S_OK);
        }
        case T_DISCARD:
        case T_WRITE_ZEROES:
          return erase(chain, statusAt, type, done);
        default:
          return done(answer, S_UNSUPP);
      }
    }

    /** One range of sectors, flags (5.2.6): the device takes one range at a time. */
    function erase(
      chain: Chain,
      statusAt: number,
      type: number,
      done: (written: number, status: number) => void,
    ): void {
      const discards = type === T_DISCARD;
      const range = readBuffers(memory, sliceOf(chain.readable, HEADER, 32), 32);
      if (!(discards ? props.discard : props['write-zeroes'])) return done(1, S_UNSUPP);
      if (port?.readonly !== false || range.length !== 16) return done(1, S_IOERR);
      const view = new DataView(range.buffer);
      const sector = view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true);
      const sectors = view.getUint32(8, true);
      const flags = view.getUint32(12, true);
      // "The unmap bit MUST be zero for discard commands" and unknown bits are unsupported (5.2.6.2).
      if (flags & ~UNMAP || (discards && flags !== 0)) return done(1, S_UNSUPP);
      const limit = props[discards ? 'max-discard-sectors' : 'max-write-zeroes-sectors'];
      if (sectors > limit || !isInRange(sector, sectors * SECTOR)) return done(1, S_IOERR);
      submit(chain, statusAt, discards ? 'discard' : 'write-zeroes', type, sector, sectors * SECTOR, []);
    }

    function isInRange(sector: number, length: number): boolean {
      const sectors = length / SECTOR;
      return sectors % blockSectors === 0 && sector % blockSectors === 0 && sector + sectors <= capacity;
    }

    const toSegments = (buffers: readonly { host: number; length: number }[]): Segment[] =>
      buffers.map(({ host, length }) => ({ address: host, length }));

    function submit(
      chain: Chain,
      statusAt: number,
      kind: BlockRequestKind,
      type: number,
      sector: number,
      bytes: number,
      segments: Segment[],
    ): void {
      const id = chain.head;
      if (d.stage[id] !== STAGE_FREE) return transport!.fail(`descriptor ${id} is in use`);
      const changes = kind === 'write' || kind === 'discard' || kind === 'write-zeroes';
      d.stage[id] = changes && isWriteThrough() ? STAGE_THEN_FLUSH : STAGE_LAST;
      d.type[id] = type;
      d.bytes[id] = bytes;
      d.statusAt[id] = statusAt;
      if (port === undefined) return complete(id, 5);
      port.submit({ id, kind, sector, sectors: bytes / SECTOR, segments });
    }

    function complete(id: number, error: number): void {
      const stage = d.stage[id];
      if (stage === STAGE_THEN_FLUSH && error === 0) {
        d.stage[id] = STAGE_LAST;
        port!.submit({ id, kind: 'flush', sector: 0, sectors: 0, segments: [] });
        return;
      }
      d.stage[id] = STAGE_FREE;
      if (stage === STAGE_ORPHAN || stage === STAGE_FREE) return;
      if (error === 0) count(id);
      else counters.failed_operations++;
      const reads = d.type[id] === T_IN;
      if (reads) dataArrived(id);
      finish({ head: id }, d.statusAt[id], reads ? d.bytes[id] + 1 : 1, error === 0 ? S_OK : S_IOERR);
    }

    /** The backend filled the chain's buffers: code in them is stale. */
    function dataArrived(id: number): void {
      // A guest that changed the descriptors meanwhile cheats only itself.
      const chain = transport!.queue(0).chainAt(id);
      if (typeof chain === 'string') return;
      for (const { address, length } of chain.writable) memory.wrote(address, length);
    }

    function count(id: number): void {
      const bytes = d.bytes[id];
      switch (d.type[id]) {
        case T_IN:
          counters.rd_operations++;
          counters.rd_bytes += bytes;
          break;
        case T_FLUSH:
          counters.flush_operations++;
          break;
        case T_DISCARD:
          counters.unmap_operations++;
          counters.unmap_bytes += bytes;
          break;
        default:
          counters.wr_operations++;
          counters.wr_bytes += bytes;
      }
    }

    const heads = 16;
    const sectorsPerTrack = 63;
    const cylinders = Math.min(16383, Math.max(2, Math.floor(capacity / (heads * sectorsPerTrack))));
    const zero = { read: () => 0 };
    return {
      regs: {
        capacity: { read: (offset) => Math.floor(capacity / 2 ** (8 * offset)) % 256 },
        size_max: zero,
        seg_max: { read: () => queueSize - 2 },
        cylinders: { read: () => cylinders },
        heads: { read: () => heads },
        sectors: { read: () => sectorsPerTrack },
        blk_size: { read: () => props.logical_block_size },
        physical_block_exp: {
          read: () => Math.max(0, Math.log2(props.physical_block_size / props.logical_block_size)),
        },
        alignment_offset: zero,
        min_io_size: { read: () => props.min_io_size / props.logical_block_size },
        opt_io_size: { read: () => props.opt_io_size / props.logical_block_size },
        unused0: zero,
        num_queues: { read: () => 1 },
        max_discard_sectors: { read: () => props['max-discard-sectors'] },
        max_discard_seg: { read: () => 1 },
        discard_sector_alignment: { read: () => blockSectors },
        max_write_zeroes_sectors: { read: () => props['max-write-zeroes-sectors'] },
        max_write_zeroes_seg: { read: () => 1 },
        write_zeroes_may_unmap: { read: () => 1 },
      },
      poll() {
        if (port === undefined || transport === undefined) return;
        let any = false;
        for (let done = port.poll(); done !== undefined; done = port.poll()) {
          complete(done.id % MAX_QUEUE_SIZE, done.error);
          any = true;
        }
        if (any) transport.queue(0).notify();
      },
      reset() {
        port?.drain?.();
        for (let id = 0; id < MAX_QUEUE_SIZE; id++) if (d.stage[id] !== STAGE_FREE) d.stage[id] = STAGE_ORPHAN;
        d.writeback = writeback ? 1 : 0;
      },
      api: {
        id: 2,
        configSize: CONFIG_SIZE,
        queues: [queueSize],
        features(modern) {
          let features = ringFeatures(props, modern);
          for (const bit of [F_SEG_MAX, F_GEOMETRY, F_BLK_SIZE, F_FLUSH, F_TOPOLOGY]) features |= 1 << bit;
          // A legacy driver may look for it; its requests are answered as unsupported.
          if (!modern) features |= 1 << F_SCSI;
          if (port?.readonly === true) features |= 1 << F_RO;
          if (props['config-wce']) features |= 1 << F_CONFIG_WCE;
          if (props.discard) features |= 1 << F_DISCARD;
          if (props['write-zeroes']) features |= 1 << F_WRITE_ZEROES;
          return features;
        },
        connect: (to) => void (transport = to),
        statusChanged() {
          // A driver that can neither choose nor flush gets a disk without a cache (5.2.5.2).
          if (transport!.isLive() && !transport!.has(F_CONFIG_WCE)) d.writeback = transport!.has(F_FLUSH) ? 1 : 0;
        },
        kick(index) {
          const queue = transport!.queue(index);
          for (let chain = queue.next(); chain !== undefined; chain = queue.next()) start(chain);
          queue.notify();
        },
      } satisfies VirtioModel as VirtioModel,
    };
  },
);
