/**
 * A bench for one device without a machine: RAM, a clock that tests turn, back ends that record.
 * Tests, fuzz targets and the reference generator stand devices on it.
 */

import { AddressSpace } from '../mem/address-space.ts';
import { Arena } from '../mem/arena.ts';
import { GuestMemory } from '../mem/guest-memory.ts';
import type { BlockCompletion, BlockPort, BlockRequest, CharPort, EntropyPort, Power } from './backends.ts';
import type { BackendSlots, Device, DeviceDeclaration, Site, TypedDeclaration } from './device.ts';
import type { Properties } from './properties.ts';
import { Timers } from './timers.ts';

export const RIG_RAM = 0x8000_0000;
export const RIG_RAM_SIZE = 0x10_0000;
export const RIG_BASE = 0x1000_0000;

/** A line whose other end is two queues. */
export class RigChar implements CharPort {
  open = true;
  readonly sent: number[] = [];
  readonly input: number[] = [];
  /** Bytes that the peer still takes. */
  room = Infinity;
  breaks = 0;

  write(byte: number): void {
    this.sent.push(byte);
    this.room--;
  }
  canWrite(): boolean {
    return this.room > 0;
  }
  available(): number {
    return this.input.length;
  }
  read(): number {
    return this.input.shift() ?? -1;
  }
  takeBreak(): boolean {
    if (this.breaks === 0) return false;
    this.breaks--;
    return true;
  }
  type(text: string): void {
    for (const char of text) this.input.push(char.charCodeAt(0));
  }
  get text(): string {
    return String.fromCharCode(...this.sent);
  }
}

/** A disk in memory; requests wait until `finish`. */
export class RigDisk implements BlockPort {
  readonly data: Uint8Array;
  readonly readonly: boolean;
  readonly requests: BlockRequest[] = [];
  /** The errno of the next requests. */
  error = 0;
  readonly #done: BlockCompletion[] = [];
  readonly #memory: Uint8Array;

  constructor(memory: WebAssembly.Memory, sectors: number, readonly = false) {
    this.data = new Uint8Array(sectors * 512);
    this.readonly = readonly;
    this.#memory = new Uint8Array(memory.buffer);
  }

  get sectors(): number {
    return this.data.length / 512;
  }
  submit(request: BlockRequest): void {
    this.requests.push(request);
  }
  poll(): BlockCompletion | undefined {
    return this.#done.shift();
  }
  /** Carries out what was submitted, the newest first if `backwards`. */
  finish(backwards = false): void {
    const requests = this.requests.splice(0);
    for (const request of backwards ? requests.reverse() : requests) {
      if (this.error === 0) this.#run(request);
      this.#done.push({ id: request.id, error: this.error });
    }
  }

  #run({ kind, sector, sectors, segments }: BlockRequest): void {
    let at = sector * 512;
    if (kind === 'discard' || kind === 'write-zeroes') this.data.fill(0, at, at + sectors * 512);
    for (const { address, length } of segments) {
      const guest = this.#memory.subarray(address, address + length);
      if (kind === 'read') guest.set(this.data.subarray(at, at + length));
      else if (kind === 'write') this.data.set(guest, at);
      at += length;
    }
  }
}

export class Rig {
  readonly arena: Arena;
  readonly space: AddressSpace;
  readonly memory: GuestMemory;
  readonly timers: Timers;
  readonly errors: string[] = [];
  readonly lines: boolean[] = [];
  readonly char = new RigChar();
  readonly disk: RigDisk;
  readonly power: Power & { log: string[] };
  readonly entropy: EntropyPort;
  readonly clock: { time: number; now(): number; wallSeconds(): number };

  constructor(options: { memory?: WebAssembly.Memory; bytes?: number } = {}) {
    const { memory } = options;
    this.arena = new Arena(options.bytes ?? 0x40_0000, memory);
    this.space = new AddressSpace(this.arena.memory);
    this.memory = new GuestMemory(this.arena, this.space);
    this.timers = new Timers(this.arena);
    if (memory === undefined) this.timers.reset();
    const hostOffset = this.arena.allocate(RIG_RAM_SIZE, 4096);
    this.space.add({ kind: 'ram', name: 'ram', base: RIG_RAM, size: RIG_RAM_SIZE, hostOffset });
    this.disk = new RigDisk(this.arena.memory, 64);
    const log: string[] = [];
    this.power = { log, shutdown: (code) => void log.push(`shutdown ${code}`), reset: () => void log.push('reset') };
    let random = 0;
    this.entropy = { fill: (bytes) => bytes.forEach((_, i) => (bytes[i] = random++)) };
    const clock = { time: 0, now: () => clock.time, wallSeconds: () => 1_700_000_000 + clock.time / 1e9 };
    this.clock = clock;
  }

  /** A rig that is large enough for the device's own memory. */
  static for({ spec }: { readonly spec: DeviceDeclaration['spec'] }, memory?: WebAssembly.Memory): Rig {
    const bytes = spec.romd === true ? 0x60_0000 + (spec.size ?? 0) : 0x40_0000;
    return new Rig(memory === undefined ? { bytes } : { bytes, memory });
  }

  /** Makes a device at RIG_BASE, and switches it on. */
  add<P extends Properties, B extends BackendSlots, A>(
    declaration: TypedDeclaration<P, B, A>,
    site: Partial<Site<P, B>> = {},
  ): Device<A> {
    const made = this.make(declaration, site);
    for (const region of made.regions) this.space.add(region);
    made.powerOn();
    return made;
  }

  /** Makes a device and leaves its state as it is. */
  make<P extends Properties, B extends BackendSlots, A>(
    declaration: TypedDeclaration<P, B, A>,
    site: Partial<Site<P, B>> = {},
  ): Device<A> {
    const { spec } = declaration as unknown as DeviceDeclaration;
    const ports = { char: this.char, block: this.disk, entropy: this.entropy, power: this.power };
    const backends = Object.fromEntries(
      Object.entries(spec.backends ?? {}).map(([slot, { kind }]) => [slot, ports[kind]]),
    );
    const storage = spec.romd === true ? this.arena.allocate(spec.size ?? 0, 4096) : undefined;
    return declaration.create({
      arena: this.arena,
      timers: this.timers,
      clock: this.clock,
      memory: this.memory,
      log: { guestError: (text) => void this.errors.push(text) },
      irqs: Array.from({ length: 16 }, (_, number) => ({
        number,
        line: { set: (level: boolean) => void (this.lines[number] = level) },
      })),
      ...(spec.bus === undefined && { base: RIG_BASE }),
      ...(storage !== undefined && { storage }),
      backends: backends as Site<P, B>['backends'] & object,
      ...site,
    });
  }

  /** Registers at an offset from RIG_BASE. */
  read(offset: number, size = 4): number {
    return this.space.load(RIG_BASE + offset, size);
  }
  write(offset: number, value: number, size = 4): void {
    this.space.store(RIG_BASE + offset, size, value);
  }

  /** Lets virtual time pass, timers included. */
  pass(nanoseconds: number): void {
    const end = this.clock.time + nanoseconds;
    for (let next = this.timers.next(); next <= end; next = this.timers.next()) {
      this.clock.time = Math.max(this.clock.time, next);
      this.timers.run(this.clock.time);
    }
    this.clock.time = end;
  }
}
