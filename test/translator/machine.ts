/**
 * The least machine that guest code runs on, under a chosen engine: a hart, RAM, ROM, and a device
 * that writes down what is done to it. Time is what the program does, so that every run is the same.
 */

import { createHash } from 'node:crypto';
import { OracleContexts, OracleEngine } from '../../src/isa/oracle.ts';
import { RiscvCpu } from '../../src/isa/riscv/cpu.ts';
import { parseFeatures } from '../../src/isa/riscv/features.ts';
import { createRiscv } from '../../src/isa/riscv/guest.ts';
import { RiscvState } from '../../src/isa/riscv/state.ts';
import { Engine } from '../../src/jit/engine.ts';
import type { Tiers } from '../../src/jit/policy.ts';
import { isStress, type Stress } from '../../src/jit/stress.ts';
import { AddressSpace } from '../../src/mem/address-space.ts';
import { Arena } from '../../src/mem/arena.ts';
import { ENGINE_FIELDS, EXIT_TIMER } from '../../src/mem/cpu.ts';
import { silentLog } from '../../src/mem/guest-log.ts';
import { GuestMemory } from '../../src/mem/guest-memory.ts';

import { SoftTlb } from '../../src/mem/tlb.ts';

export type EngineName = 'oracle' | Tiers;
export const ENGINES: readonly EngineName[] = ['oracle', 'tier0', 'tier1', 'auto', 'tier2', 'regions'];

export const RAM = 0x8000_0000;
export const RAM_SIZE = 2 << 20;
export const ROM = 0x2000_0000;
export const DEVICE = 0x1000_0000;

const features = parseFeatures('rv64,svinval=true');
const guest = createRiscv(features);

export interface MachineOptions {
  /** 64: guest RAM lies above 4 GiB of the shared memory. */
  readonly width?: 32 | 64;
  /** Pages of predecoded code. */
  readonly codePages?: number;
  /** What is done to the translator meanwhile; by default what TRANSLATOR_STRESS says: names joined by +. */
  readonly stress?: Stress | undefined;
  /** As in EngineOptions. */
  readonly loadsDevicesAlone?: boolean;
}

const names = (process.env['TRANSLATOR_STRESS'] ?? '').split('+').filter(isStress);
export const STRESS: Stress | undefined = names.length === 0 ? undefined : { names, seed: 1, regions: 3 };

/** A bit of mip that changes when so many instructions are retired. */
export interface InterruptEvent {
  readonly at: number;
  readonly bit: number;
  readonly level: boolean;
}

export class Machine {
  readonly name: EngineName;
  readonly arena: Arena;
  readonly space: AddressSpace;
  readonly memory: GuestMemory;
  readonly cpu: RiscvCpu;
  readonly state: ReturnType<typeof RiscvState.at>;
  readonly words: Int32Array;
  readonly ram: Uint8Array;
  readonly engine: Engine | OracleEngine;
  /** What was done to the device: offset, size, value written or -1. */
  readonly accesses: string[] = [];
  /** Answers an ecall from S, as firmware that is part of the machine does; false: it traps. */
  onEnvironmentCall: (() => boolean) | undefined;
  /** Called on a read from the device. */
  onDeviceRead: (() => void) | undefined;
  /** Called on a write to the device. */
  onDeviceWrite: ((offset: number, size: number, value: number) => void) | undefined;
  readonly #ramHost: number;

  constructor(name: EngineName, options: MachineOptions = {}) {
    const { width = 32, codePages = 64, stress = STRESS, loadsDevicesAlone = false } = options;
    this.name = name;
    const arena = new Arena(width === 64 ? 2 ** 32 + (32 << 20) : 16 << 20);
    this.arena = arena;
    const address = arena.allocate(RiscvState.size, 4096);
    this.state = RiscvState.at(arena.memory, address);
    this.words = new Int32Array(arena.memory.buffer, address, RiscvState.size / 4);
    const space = new AddressSpace(arena.memory);
    this.space = space;
    this.memory = new GuestMemory(arena, space);
    const tlb = new SoftTlb(arena, this.state);
    const contexts = name === 'oracle' ? new OracleContexts() : tlb;
    let alarm = Infinity;
    this.cpu = new RiscvCpu({
      memory: arena.memory,
      stateAddress: address,
      contexts,
      features,
      hartId: 0,
      space,
      log: silentLog,
      environmentCall: () => this.onEnvironmentCall?.() ?? false,
      timer: {
        now: () => this.cpu.hart.retired(),
        arm: (ticks) => {
          alarm = ticks;
          // The run is cut anew, to end there.
          this.state.exit |= EXIT_TIMER;
        },
      },
    });
    this.alarm = () => alarm;
    const common = { guest, cpu: this.cpu, stateStruct: RiscvState, state: address, space };
    this.engine =
      name === 'oracle'
        ? new OracleEngine({ ...common, memory: arena.memory, contexts: contexts as OracleContexts })
        : new Engine({
            ...common,
            arena,
            tlb,
            pageFlags: this.memory.pageFlags,
            granules: this.memory.granules,
            claims: this.memory.claims.of(0),
            tiers: name,
            codePages,
            stress,
            loadsDevicesAlone,
          });
    const rom = arena.allocate(4096, 4096);
    if (width === 64) arena.allocate(2 ** 32 - arena.used + 0x5000, 4096);
    this.#ramHost = arena.allocate(RAM_SIZE, 4096);
    this.ram = new Uint8Array(arena.memory.buffer, this.#ramHost, RAM_SIZE);
    space.add({ kind: 'ram', name: 'ram', base: RAM, size: RAM_SIZE, hostOffset: this.#ramHost });
    space.add({ kind: 'rom', name: 'rom', base: ROM, size: 4096, hostOffset: rom });
    new Uint8Array(arena.memory.buffer, rom, 4096).forEach((_, i, bytes) => (bytes[i] = i * 7));
    space.add({
      kind: 'mmio',
      name: 'device',
      base: DEVICE,
      size: 0x1000,
      read: (offset, size) => {
        this.accesses.push(`${offset} ${size}`);
        this.onDeviceRead?.();
        return Math.imul(offset + 1, 0x8f1b_bcdd) >>> 0;
      },
      write: (offset, size, value) => {
        this.accesses.push(`${offset} ${size} ${value}`);
        this.onDeviceWrite?.(offset, size, value);
      },
    });
    if (this.engine instanceof Engine) {
      const engine = this.engine;
      this.memory.onCodeWrite = (pa, length) => engine.written(this.memory.hostOffset(pa, length), length);
    }
    this.reset();
  }

  /** When the hart's timer is to expire. */
  readonly alarm: () => number;

  /** As new: RAM and state are zero, the hart starts at the start of RAM. */
  reset(): void {
    this.memory.write(RAM, new Uint8Array(RAM_SIZE));
    for (let bit = 0; bit < 16; bit++) this.cpu.setPending(bit, false);
    this.state.retired = 0n;
    this.state.runState = 0;
    this.state.reservationValue = 0n;
    this.cpu.reset(RAM | 0);
    this.state.exit = 0;
    this.accesses.length = 0;
    this.onEnvironmentCall = undefined;
    this.onDeviceRead = undefined;
    this.onDeviceWrite = undefined;
  }

  load(address: number, bytes: Uint8Array): void {
    this.memory.write(address, bytes);
  }

  get retired(): number {
    return this.cpu.hart.retired();
  }

  /** Runs until so many instructions are retired since the reset, or nothing can go on. */
  runTo(end: number, events: readonly InterruptEvent[] = []): void {
    const pending = events.toSorted((a, b) => a.at - b.at);
    while (this.retired < end) {
      while (pending.length > 0 && pending[0]!.at <= this.retired) {
        const { bit, level } = pending.shift()!;
        this.cpu.setPending(bit, level);
      }
      if (this.alarm() <= this.retired) this.cpu.timerExpired();
      this.state.exit = 0;
      if (this.state.runState !== 0 && !this.cpu.wakes()) return;
      this.state.runState = 0;
      this.cpu.takeInterrupt();
      const stop = Math.min(end, pending[0]?.at ?? Infinity, this.alarm());
      const before = this.retired;
      this.engine.run(Math.max(1, stop - before));
      // Nothing retired and nobody asked to stop: exceptions without end.
      if (this.retired === before && this.state.exit === 0) return;
    }
  }

  readU64(address: number): bigint {
    return this.memory.readU64(address);
  }

  /** Everything that a guest can see, for comparison. */
  snapshot(): Record<string, string> {
    const all: Record<string, string> = {};
    for (const { name, offset, length, type } of RiscvState.fields) {
      // A run that is over has no calls open, so that field is alike.
      if (ENGINE_FIELDS.has(name) && name !== 'callDepth') continue;
      const size = type === 'u8' ? 1 : type === 'i64' || type === 'u64' ? 8 : 4;
      const bytes = new Uint8Array(this.words.buffer, this.words.byteOffset + offset, length * size).slice();
      const count = name === 'x' ? 32 : length;
      for (let i = 0; i < count; i++) {
        const key = length === 1 ? name : `${name}${i}`;
        all[key] = `0x${Buffer.from(bytes.subarray(i * size, (i + 1) * size).toReversed()).toString('hex')}`;
      }
    }
    all['ram'] = createHash('sha1').update(this.ram).digest('hex');
    all['device'] = this.accesses.join('; ');
    return all;
  }
}

/** The fields in which two machines differ, in one line each. */
export function differences(expected: Machine, actual: Machine): string[] {
  const a = expected.snapshot();
  const b = actual.snapshot();
  const lines = Object.keys(a)
    .filter((key) => a[key] !== b[key])
    .map((key) => `${key}: ${expected.name} ${a[key]}, ${actual.name} ${b[key]}`);
  const at = expected.ram.findIndex((byte, i) => byte !== actual.ram[i]);
  if (at >= 0) lines.push(`RAM first differs at 0x${(RAM + at).toString(16)}`);
  return lines;
}
