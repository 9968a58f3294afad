/**
 * How a device is declared: its state, registers, properties and backends in one place, and its
 * behaviour as a function over them. The state lies in the machine's shared memory, so any thread
 * that makes the same device sees the same one; the behaviour's own variables hold nothing that
 * changes. Everything runs under the machine lock, which the caller holds.
 *
 *     export const pl031 = device('pl031', {
 *       doc: 'Real-time clock (Arm DDI 0224).',
 *       size: 0x1000,
 *       state: { OFFS: 'u32' },
 *       regs: { DR: [0x00, 'ro', 'seconds now'], MR: [0x04, 'rw', 'alarm match'] },
 *     }, (d, env) => ({
 *       regs: { DR: { read: () => env.clock.wallSeconds() + d.OFFS } },
 *     }));
 *
 * docs/recipes/device.md walks through one.
 */

import type { AccessSizes, MmioRegion, RomdRegion } from '../mem/address-space.ts';
import type { Arena } from '../mem/arena.ts';
import type { Clock } from '../mem/clock.ts';
import type { GuestLog } from '../mem/guest-log.ts';
import type { GuestMemory } from '../mem/guest-memory.ts';
import type { InterruptLine } from '../mem/interrupts.ts';
import type { Section } from '../mem/section.ts';
import type { Fields, StructView } from '../mem/struct.ts';
import type { Backends } from './backends.ts';
import type { DtNode } from './fdt.ts';
import { makeDevice } from './instance.ts';
import type { Properties, PropertyValue, PropertyValues } from './properties.ts';
import type { CellNames, RegisterBehaviour, Registers } from './registers.ts';
import type { Timer, Timers } from './timers.ts';

/** A window of the device in the address space; `offset` counts from the device's base. */
export interface Window {
  /** As `info mtree` prints it. */
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly access?: AccessSizes;
}

/** Property name of each backend and what kind it is. */
export type BackendSlots = Readonly<Record<string, { readonly kind: keyof Backends; readonly doc: string }>>;

/** Name and doc of each counter; they only ever grow, and reset and snapshots leave them alone. */
export type Counters = Readonly<
  Record<
    string,
    {
      readonly doc: string;
      readonly unit?: 'bytes' | 'seconds';
      /** It is a row of so many counters, each for one number of something. */
      readonly buckets?: number;
    }
  >
>;

/** Where an instance sits: what its device tree node is made from. */
export interface Place<P extends Properties = Properties> {
  readonly base: number;
  /** Numbers of its interrupt lines at the interrupt controller. */
  readonly irqs: readonly number[];
  readonly harts: number;
  readonly props: PropertyValues<P>;
}

export interface DeviceSpec<
  R extends Registers,
  S extends Fields,
  P extends Properties,
  B extends BackendSlots,
  C extends Counters,
> {
  /** What it is and which document describes it. */
  readonly doc: string;
  /** Name that `-device` lists it under the heading of, such as 'Storage'; none: the board makes it. */
  readonly category?: 'Storage' | 'Input' | 'Misc' | 'Network' | 'Display';
  /** The bus it plugs into; none: the system's. */
  readonly bus?: string;
  /** The bus it provides. */
  readonly provides?: string;
  /** Bytes of its only window, named like the device; or several windows. 0: not memory-mapped. */
  readonly size?: number;
  readonly windows?: readonly Window[];
  /** Sizes that its only window takes. */
  readonly access?: AccessSizes;
  /** Its window shows memory (the instance's `storage`) while `direct()`: flash. */
  readonly romd?: boolean;
  readonly regs: R;
  /** A register answers only to accesses of all its bytes. */
  readonly wholeOnly?: boolean;
  /** State beside the registers' own cells. */
  readonly state?: S;
  /** Fields that reset leaves alone. */
  readonly keep?: readonly (keyof S | keyof R)[];
  readonly properties?: P;
  readonly backends?: B;
  readonly counters?: C;
  /** Number of its interrupt outputs. */
  readonly irqs?: number;
  readonly compatible?: readonly string[];
  /** Its device tree nodes. */
  readonly dt?: (place: Place<P>) => DtNode[];
  /** Name and version of its section in a saved machine; by default the device's name, 1. */
  readonly section?: { readonly name: string; readonly version: number };
}

export type DeviceState<R extends Registers, S extends Fields> = StructView<
  S & { readonly [K in CellNames<R>]: 'u32' }
>;

/** What the behaviour may use of its surroundings. */
export interface Env<P extends Properties, B extends BackendSlots, C extends Counters> {
  readonly props: PropertyValues<P>;
  readonly backends: { readonly [K in keyof B]: Backends[B[K]['kind']] | undefined };
  readonly counters: { -readonly [K in keyof C]: C[K] extends { readonly buckets: number } ? Float64Array : number };
  /** The device's output line `n`; one that nobody connected does nothing. */
  irq(n: number): InterruptLine;
  readonly clock: Clock;
  /** A timer whose deadline is saved with the machine. */
  timer(name: string, callback: () => void): Timer;
  readonly memory: GuestMemory;
  readonly log: GuestLog;
  /** Memory of a device that is one (flash), and where in the shared memory; empty otherwise. */
  readonly storage: Uint8Array;
  readonly storageOffset: number;
}

export interface Behaviour<R extends Registers, A> {
  readonly regs?: { readonly [K in keyof R]?: RegisterBehaviour };
  /** Name of the bank that answers now, for registers declared with `when`. */
  bank?(): string | undefined;
  /** After the state became zeroes and the registers took their reset values. */
  reset?(): void;
  /** Once in the machine's life, before the first reset. */
  powerOn?(): void;
  /** Something happened at a backend: input came, a request finished. */
  poll?(): void;
  /** Input line `n` changed. */
  input?(n: number, level: boolean): void;
  /** State was loaded: drive the lines again. Any bit pattern may have come in. `meanwhile`: see Section. */
  loaded?(meanwhile: number): void;
  /** Whether the window reads as memory now (`romd`). */
  direct?(): boolean;
  /** What other devices and the board call. */
  readonly api?: A;
}

/** Everything an instance is made from. Optional parts are for devices that do not need them. */
export interface Site<P extends Properties = Properties, B extends BackendSlots = BackendSlots> {
  readonly arena: Arena;
  readonly timers: Timers;
  readonly clock: Clock;
  readonly memory: GuestMemory;
  readonly log: GuestLog;
  readonly id?: string;
  /** Physical address; none: not in the address space, such as a device behind a transport. */
  readonly base?: number;
  /** Where the device's outputs lead, with their numbers there. */
  readonly irqs?: readonly { readonly line: InterruptLine; readonly number: number }[];
  readonly harts?: number;
  readonly props?: Partial<PropertyValues<P>>;
  readonly backends?: { readonly [K in keyof B]?: Backends[B[K]['kind']] | undefined };
  /** Names of the backends, for listings. */
  readonly backendNames?: Readonly<Record<string, string>>;
  /** Host offset of the memory of a `romd` device, as large as its window. */
  readonly storage?: number;
  /** Name of the window in `info mtree`, if not the declared one. */
  readonly windowName?: string;
}

export interface Counter {
  readonly name: string;
  readonly doc: string;
  readonly unit: 'bytes' | 'seconds' | undefined;
  /** A row of counters is a list. */
  readonly read: () => number | readonly number[];
}

/** One device of a machine. */
export interface Device<A = unknown> {
  readonly declaration: DeviceDeclaration;
  readonly id: string;
  /** To be added to the address space. */
  readonly regions: readonly (MmioRegion | RomdRegion)[];
  readonly counters: readonly Counter[];
  /** Properties as they are, and the names of its back ends. */
  readonly props: Readonly<Record<string, PropertyValue>>;
  readonly backendNames: Readonly<Record<string, string>>;
  /** What other devices and the board call. */
  readonly api: A;
  /** To be called once, by the first thread; resets too. */
  powerOn(): void;
  reset(): void;
  poll(): void;
  /** Input line `n`. */
  input(n: number): InterruptLine;
  /** The state, for a saved machine. */
  readonly section: Section;
  /** Registers by device offset, for a transport that shows them as configuration space. */
  readConfig(offset: number, size: number): number;
  writeConfig(offset: number, size: number, value: number): void;
  dtNodes(): DtNode[];
  /** Lines of `info qtree`, without those of its children. */
  qtree(): string[];
}

/** A declaration, whatever its types: what lists, help and tests handle. */
export interface DeviceDeclaration<A = unknown> {
  readonly name: string;
  readonly spec: DeviceSpec<Registers, Fields, Properties, BackendSlots, Counters>;
  create(site: Site): Device<A>;
}

/** A declaration with its types: what the board makes instances from. */
export interface TypedDeclaration<P extends Properties, B extends BackendSlots, A> {
  readonly name: string;
  readonly spec: DeviceSpec<Registers, Fields, Properties, BackendSlots, Counters>;
  create(site: Site<P, B>): Device<A>;
}

type Empty = Readonly<Record<never, never>>;

export function device<
  const R extends Registers,
  const S extends Fields = Empty,
  const P extends Properties = Empty,
  const B extends BackendSlots = Empty,
  const C extends Counters = Empty,
  A = undefined,
>(
  name: string,
  spec: DeviceSpec<R, S, P, B, C>,
  behave: (d: DeviceState<R, S>, env: Env<P, B, C>) => Behaviour<R, A>,
): TypedDeclaration<P, B, A> {
  const erased = spec as unknown as DeviceDeclaration['spec'];
  const declaration: TypedDeclaration<P, B, A> = {
    name,
    spec: erased,
    create: (site) =>
      makeDevice<A>(
        declaration as unknown as DeviceDeclaration,
        site as Site,
        behave as unknown as Parameters<typeof makeDevice<A>>[2],
      ),
  };
  return declaration;
}
