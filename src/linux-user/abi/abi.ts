import type { Guest } from '../../ir/guest.ts';
import type { AddressTranslation } from '../../isa/riscv/mmu.ts';
import type { AddressSpace } from '../../mem/address-space.ts';
import type { Contexts } from '../../mem/cpu.ts';
import type { MachineLog } from '../../mem/machine-log.ts';
import type { Fields, Struct } from '../../mem/struct.ts';
import type { VdsoContents } from '../program/vdso-image.ts';
import type { UserCpu } from './cpu.ts';
import type { SignalLayout } from './signal-layout.ts';
import type { Structures } from './structures.ts';

/** What user mode has to know of an architecture besides its instructions: data, no code of system calls. */
export interface Abi {
  /** As uname and -cpu call it, and in the name of the program: riscv64. */
  readonly name: string;
  /** As gdb calls it. */
  readonly gdbArchitecture: string;
  /** e_machine. */
  readonly elfMachine: number;
  /** Column of the table of system calls. */
  readonly numbers: 'generic' | 'x64';
  /** Layouts and flags that are its own. */
  readonly structures: Structures;
  /** Fields of the CPU's state: the file of integer registers, and the numbers of those with a meaning. */
  readonly registers: {
    readonly file: string;
    readonly number: number;
    readonly arguments: readonly number[];
    readonly result: number;
    readonly stack: number;
    /** Where a function finds the address to return to. */
    readonly link: number;
    readonly thread: number;
  };
  /** Bytes of the instruction of a system call. */
  readonly callLength: number;
  readonly guest: Guest;
  readonly stateStruct: Struct<Fields>;
  readonly signals: SignalLayout;
  /** What the kernel gives a program to call, and the function of it that handlers of signals return to. */
  readonly vdso: VdsoContents;
  readonly signalReturn: string;
  /** AT_HWCAP, AT_PLATFORM. */
  readonly hwcap: number;
  readonly platform: string | undefined;
  /** The text of /proc/cpuinfo with this many processors. */
  cpuinfo(processors: number): string;
  createCpu(site: CpuSite): UserCpu;
}

/** What a CPU is made of. */
export interface CpuSite {
  readonly memory: WebAssembly.Memory;
  readonly stateAddress: number;
  readonly contexts: Contexts;
  readonly space: AddressSpace;
  readonly translation: AddressTranslation;
  readonly log: MachineLog;
  /** What the CPU's clock counts. */
  readonly now: () => number;
}
