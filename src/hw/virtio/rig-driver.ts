/** The guest's half of virtio-mmio, for tests: sets a device up and hands it buffers. */

import type { Device, Site } from '../device.ts';
import { RIG_RAM } from '../rig.ts';
import type { Rig } from '../rig.ts';
import { virtioMmio } from './mmio.ts';
import type { VirtioSlot } from './mmio.ts';
import type { VirtioModel } from './model.ts';

const QUEUE_AREA = 0x4000;
const DATA = 0x8_0000;

export interface GuestBuffer {
  /** Bytes for the device, or room for its answer. */
  readonly out?: Uint8Array | readonly number[];
  readonly in?: number;
}

export class RigDriver {
  readonly rig: Rig;
  readonly transport: Device<VirtioSlot>;
  readonly modern: boolean;
  readonly size: number;
  #data = RIG_RAM + DATA;
  readonly #heads: number[] = [];
  readonly #taken: number[] = [];
  readonly #free: number[] = [];

  constructor(
    rig: Rig,
    model: Device<VirtioModel>,
    options: { modern?: boolean; size?: number; features?: number } = {},
  ) {
    this.rig = rig;
    this.modern = options.modern ?? false;
    this.size = options.size ?? 16;
    const props: Site['props'] = { 'force-legacy': !this.modern };
    this.transport = rig.add(virtioMmio, { props: props as { 'force-legacy': boolean } });
    this.transport.api.plug(model);
    model.powerOn();
    this.transport.reset();
    this.start(options.features ?? 0xffff_ffff);
  }

  /** Resets the device, agrees on features and sets up the queues. */
  start(features: number): void {
    const { rig } = this;
    const model = this.transport.api.device!.api;
    this.#data = RIG_RAM + DATA;
    rig.write(0x70, 0);
    rig.write(0x70, 3);
    rig.write(0x14, 0);
    rig.write(0x24, 0);
    rig.write(0x20, (rig.read(0x10) & features) >>> 0);
    if (this.modern) {
      rig.write(0x24, 1);
      rig.write(0x20, 1);
      rig.write(0x70, 11);
    } else rig.write(0x28, 4096);
    for (let i = 0; i < Math.min(model.queues.length, 8); i++) {
      rig.memory.write(this.#at(i), new Uint8Array(QUEUE_AREA));
      rig.write(0x30, i);
      rig.write(0x38, this.size);
      if (this.modern) {
        [this.#at(i), this.available(i), this.used(i)].forEach((address, part) => {
          rig.write(0x80 + 16 * part, address % 2 ** 32);
          rig.write(0x84 + 16 * part, Math.floor(address / 2 ** 32));
        });
        rig.write(0x44, 1);
      } else {
        rig.write(0x3c, 4096);
        rig.write(0x40, this.#at(i) / 4096);
      }
      this.#heads[i] = this.#taken[i] = this.#free[i] = 0;
    }
    rig.write(0x70, this.modern ? 15 : 7);
  }

  #at(queue: number): number {
    return RIG_RAM + 0x1_0000 + queue * QUEUE_AREA;
  }
  descriptors(queue: number): number {
    return this.#at(queue);
  }
  available(queue: number): number {
    return this.#at(queue) + 16 * this.size;
  }
  used(queue: number): number {
    return this.#at(queue) + 0x1000;
  }

  /** Writes a descriptor. */
  describe(queue: number, index: number, address: number, length: number, flags: number, next: number): void {
    this.describeAt(this.descriptors(queue) + 16 * index, address, length, flags, next);
  }
  describeAt(at: number, address: number, length: number, flags: number, next: number): void {
    const { memory } = this.rig;
    memory.writeU64(at, BigInt(address));
    memory.writeU32(at + 8, length);
    memory.writeU16(at + 12, flags);
    memory.writeU16(at + 14, next);
  }

  /** Puts a chain into the available ring; returns the addresses of its buffers. */
  offer(queue: number, buffers: readonly GuestBuffer[]): number[] {
    const first = this.#free[queue];
    const addresses = buffers.map((buffer, i) => {
      const bytes = buffer.out === undefined ? new Uint8Array(buffer.in ?? 0) : Uint8Array.from(buffer.out);
      const address = this.#data;
      this.#data += Math.ceil(bytes.length / 16) * 16;
      this.rig.memory.write(address, bytes);
      const index = (first + i) % this.size;
      const flags = (buffer.out === undefined ? 2 : 0) | (i < buffers.length - 1 ? 1 : 0);
      this.describe(queue, index, address, bytes.length, flags, (index + 1) % this.size);
      return address;
    });
    this.#free[queue] = (first + buffers.length) % this.size;
    this.publish(queue, first);
    return addresses;
  }

  /** Puts a descriptor's number into the available ring. */
  publish(queue: number, head: number): void {
    const { memory } = this.rig;
    memory.writeU16(this.available(queue) + 4 + 2 * (this.#heads[queue] % this.size), head);
    memory.writeU16(this.available(queue) + 2, ++this.#heads[queue] & 0xffff);
  }

  kick(queue: number): void {
    this.rig.write(0x50, queue);
  }

  /** The next chain that the device gave back. */
  take(queue: number): { id: number; length: number } | undefined {
    const { memory } = this.rig;
    if (memory.readU16(this.used(queue) + 2) === (this.#taken[queue] & 0xffff)) return undefined;
    const at = this.used(queue) + 4 + 8 * (this.#taken[queue]++ % this.size);
    return { id: memory.readU32(at), length: memory.readU32(at + 4) };
  }

  get status(): number {
    return this.rig.read(0x70);
  }

  /** Takes the interrupt: its causes, which are acknowledged. */
  interrupt(): number {
    const causes = this.rig.read(0x60);
    this.rig.write(0x64, causes);
    return causes;
  }
}
