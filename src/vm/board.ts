import type { BoardCpu, BoardDevice, BootFiles, CpuSite } from '../board/site.ts';
import type { BootPlan } from '../board/site.ts';
import type { Timers } from '../hw/timers.ts';
import type { Guest } from '../ir/guest.ts';
import type { AddressSpace } from '../mem/address-space.ts';
import type { ExitWords } from '../mem/exit-words.ts';
import type { GuestMemory } from '../mem/guest-memory.ts';
import type { Section } from '../mem/section.ts';
import type { PageTables } from '../mem/page-tables.ts';
import type { Fields, Struct } from '../mem/struct.ts';

/**
 * A machine as wired up on one thread. Every thread of a machine composes its own from the same
 * configuration and over the same memory: state is shared, objects are not.
 */
export interface Board {
  readonly guest: Guest;
  /** Layout of a CPU's state, and where the states lie. */
  readonly stateStruct: Struct<Fields>;
  readonly states: readonly number[];
  readonly exits: ExitWords;
  /** Address of a word that says how many CPUs are started. */
  readonly startedAddress: number;
  readonly space: AddressSpace;
  readonly memory: GuestMemory;
  readonly timers: Timers;
  readonly devices: readonly BoardDevice[];
  /** All that is saved of it but its memory. */
  readonly sections: readonly Section[];
  /** CPU `index`, for the thread that runs it. */
  createCpu(index: number, site: CpuSite): BoardCpu;
  /** What CPU `index` translates addresses by; for any thread. */
  pageTables(index: number): PageTables;
  /** ELF's number of the CPUs' architecture. */
  readonly elfMachine: number;
  /** The registers of a CPU in the form that core files have them. */
  registerNote(index: number): Uint8Array;
  /** What to load and where to start. Throws a UserError if files and machine do not fit. */
  plan(files: BootFiles): BootPlan;
  /** Carries out a plan, at the start and at every reset. Is done when it returns if all files are whole. */
  load(plan: BootPlan): Promise<void>;
  /** What is in a flash chip. */
  flashStorage(chip: number): Uint8Array;
  /** Once in the machine's life, by the first thread. */
  powerOn(): void;
  reset(): void;
  /** Lets every device look at its back ends; under the machine lock. */
  poll(): void;
}
