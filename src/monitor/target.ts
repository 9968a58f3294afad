import type { Files } from '../host/file.ts';
import type { StatsRegistry } from '../stats/registry.ts';
import type { MonitorActivity } from './activity.ts';
import type { CharacterTarget } from './character-target.ts';
import type { DumpStatus } from './guest-dump.ts';
import type { JobList, JobStatus } from './job-list.ts';
import type { MemoryTarget } from './memory-target.ts';
import type { TraceEvents } from './trace-events.ts';
import type { ObjectTarget } from './objects/target.ts';
import type { StateTarget } from './state-target.ts';
import type { Replay } from '../vm/replay/replay.ts';
import type { MigrationStatus } from '../vm/run-state.ts';

/**
 * What a monitor needs of the machine it watches. Methods that must reach into a vCPU or a backend may
 * be asynchronous; those that may not answer at once, from what is known. A method that cannot do what
 * is asked throws a UserError, whose message the client gets.
 */
export interface MonitorTarget {
  /** As QEMU spells it: `riscv64`. */
  readonly arch: TargetArch;
  /** The guest's name, if it was given one. */
  readonly name: string | undefined;
  /** Lower-case, with hyphens; zeros if none was given. */
  readonly uuid: string;
  readonly stats: StatsRegistry;
  /** Where sessions count what they do. */
  readonly activity: MonitorActivity;
  /** What is logged about what they and the machine do. */
  readonly traces: TraceEvents;
  readonly memory: MemoryTarget;
  readonly objects: ObjectTarget;
  readonly characters: CharacterTarget;
  /** Files that commands write. */
  readonly files: Pick<Files, 'append'>;
  /** What it does in the background. */
  readonly jobs: JobList;
  /** Snapshots of it, and its way to other processes. */
  readonly state: StateTarget;
  /** Its recording or replay. */
  readonly replay: Pick<Replay, 'info' | 'setBreak' | 'deleteBreak' | 'seek'>;

  status(): MachineStatus;
  /** Resolves once no vCPU runs. Emits STOP first, unless it was stopped. */
  stop(): Maybe<void>;
  /** Emits RESUME first, unless it was running. */
  cont(): Maybe<void>;
  /** Emits RESET. A machine that is paused stays so, with the status `prelaunch`. */
  systemReset(): Maybe<void>;
  /** Asks the guest to switch off. Emits POWERDOWN. */
  systemPowerdown(): Maybe<void>;
  /**
   * Emits SHUTDOWN with the reason host-qmp-quit before it resolves. The answer to the command is
   * written right after that, so the program must end in a later turn of its event loop.
   */
  quit(): Maybe<void>;

  /** What follows deeds of the guest from now on; what is not named stays. */
  setActions(actions: Actions): void;

  cpus(): readonly CpuInfo[];
  /** The threads that run them, in the same order: the host's numbers, or whatever tells threads apart. */
  cpuThreads(): Maybe<readonly number[]>;
  /** Every machine that this program can be, not only the one it is. */
  machines(): readonly MachineInfo[];
  /** Options of the command line. */
  options(): readonly OptionInfo[];
  /** The device tree that the machine passes to its guest, flat. */
  deviceTreeBlob(): Uint8Array;
  blockDevices(): Maybe<readonly BlockDeviceInfo[]>;
  /** Every node that disks are made of. */
  blockNodes(): Maybe<readonly BlockMediumInfo[]>;
  /** Whether a node of that name is there. */
  hasBlockNode(name: string): boolean;
  blockStats(): readonly BlockStatsInfo[];
  /** Makes a node, as `-blockdev` does. */
  addBlockNode(options: Readonly<Record<string, unknown>>): Promise<void>;
  deleteBlockNode(name: string): Promise<void>;
  /** The interrupt controller: how often it served which source, and its state, a line each. */
  interrupts(): InterruptInfo;

  /** The registers of a vCPU, one line each. */
  registers(cpu: number): Maybe<readonly string[]>;
  /** Memory regions as a tree, in `info mtree`'s form. */
  memoryTree(): Maybe<readonly string[]>;
  /** Buses and devices as a tree, in `info qtree`'s form. */
  deviceTree(): Maybe<readonly string[]>;
  /** What the translator has done so far. */
  translatorReport(): Maybe<readonly string[]>;

  /** What can be reported (`-d`), each with a description. */
  readonly logItems: Readonly<Record<string, string>>;
  /** Reports these from now on, and nothing else. */
  setLogItems(items: readonly string[]): void;
  /** Goes on reporting to a file. */
  setLogFile(filename: string): Maybe<void>;

  /** Lets gdb come on a device, given as `-gdb` takes it, or with `none` no longer. */
  gdbserver(device: string): Maybe<void>;

  /** Seconds since 1970 with a fraction: the time on events. */
  wall(): number;
  /** Tells every listener of an event. */
  tell(event: MachineEvent): void;
  /** Calls `listener` for each event, in order, until the function it returns is called. */
  subscribe(listener: (event: MachineEvent) => void): () => void;
}

export type Maybe<T> = T | Promise<T>;

export const RUN_STATES = [
  'debug',
  'inmigrate',
  'internal-error',
  'io-error',
  'paused',
  'postmigrate',
  'prelaunch',
  'finish-migrate',
  'restore-vm',
  'running',
  'save-vm',
  'shutdown',
  'suspended',
  'watchdog',
  'guest-panicked',
  'colo',
] as const;
export type RunState = (typeof RUN_STATES)[number];

export interface MachineStatus {
  readonly status: RunState;
  readonly running: boolean;
  /** One instruction per translated block, for debugging. */
  readonly singlestep: boolean;
}

export const SHUTDOWN_CAUSES = [
  'none',
  'host-error',
  'host-qmp-quit',
  'host-qmp-system-reset',
  'host-signal',
  'host-ui',
  'guest-shutdown',
  'guest-reset',
  'guest-panic',
  'subsystem-reset',
  'snapshot-load',
] as const;
export type ShutdownCause = (typeof SHUTDOWN_CAUSES)[number];

/** `guest`: the guest asked for it, not somebody outside. */
export type CauseData = { readonly guest: boolean; readonly reason: ShutdownCause };

/** How a dump went. */
export type DumpEnd = { readonly result: DumpStatus; readonly error?: string };

export type MachineEvent =
  | { readonly name: 'STOP' | 'RESUME' | 'POWERDOWN' }
  | { readonly name: 'SHUTDOWN' | 'RESET'; readonly data: CauseData }
  | { readonly name: 'MIGRATION'; readonly data: { readonly status: MigrationStatus } }
  | { readonly name: 'JOB_STATUS_CHANGE'; readonly data: { readonly id: string; readonly status: JobStatus } }
  | { readonly name: 'DUMP_COMPLETED'; readonly data: DumpEnd }
  | { readonly name: 'DEVICE_DELETED'; readonly data: { readonly device?: string; readonly path: string } };

export const REBOOT_ACTIONS = ['reset', 'shutdown'] as const;
export const SHUTDOWN_ACTIONS = ['poweroff', 'pause'] as const;
export const PANIC_ACTIONS = ['pause', 'shutdown', 'exit-failure', 'none'] as const;
export const WATCHDOG_ACTIONS = ['reset', 'shutdown', 'poweroff', 'pause', 'debug', 'none', 'inject-nmi'] as const;

/** What becomes of the machine when its guest does something. */
export interface Actions {
  readonly reboot?: (typeof REBOOT_ACTIONS)[number] | undefined;
  readonly shutdown?: (typeof SHUTDOWN_ACTIONS)[number] | undefined;
  readonly panic?: (typeof PANIC_ACTIONS)[number] | undefined;
  readonly watchdog?: (typeof WATCHDOG_ACTIONS)[number] | undefined;
}

export const OPTION_TYPES = ['string', 'boolean', 'number', 'size'] as const;

/** An option of the command line that has parameters. */
export interface OptionInfo {
  readonly option: string;
  readonly parameters: readonly { readonly name: string; readonly type: (typeof OPTION_TYPES)[number] }[];
}

export const TARGET_ARCHS = [
  'aarch64',
  'alpha',
  'arm',
  'avr',
  'cris',
  'hppa',
  'i386',
  'loongarch64',
  'm68k',
  'microblaze',
  'microblazeel',
  'mips',
  'mips64',
  'mips64el',
  'mipsel',
  'nios2',
  'or1k',
  'ppc',
  'ppc64',
  'riscv32',
  'riscv64',
  'rx',
  's390x',
  'sh4',
  'sh4eb',
  'sparc',
  'sparc64',
  'tricore',
  'x86_64',
  'xtensa',
  'xtensaeb',
] as const;
export type TargetArch = (typeof TARGET_ARCHS)[number];

export interface CpuInfo {
  readonly index: number;
  /** `/machine/soc0/harts[0]` */
  readonly qomPath: string;
  readonly coreId: number;
}

export interface MachineInfo {
  readonly name: string;
  readonly alias?: string;
  readonly isDefault?: boolean;
  readonly cpuMax: number;
  readonly defaultCpuType?: string;
  readonly defaultRamId?: string;
}

export interface ChardevInfo {
  readonly label: string;
  /** Where it leads: `stdio`, `unix:/run/x.sock,server=on`, and with `disconnected:` in front when nobody is there. */
  readonly filename: string;
  /** A device or monitor uses it. */
  readonly 'frontend-open': boolean;
}

export interface BlockDeviceInfo {
  /** The id of `-drive`; empty for a `-blockdev`. */
  readonly device: string;
  /** The id or path of the device that uses it, if one does. */
  readonly qdev?: string;
  readonly removable: boolean;
  /** Absent: an empty drive. */
  readonly medium?: BlockMediumInfo;
}

/** A node of the block graph. */
export interface BlockMediumInfo {
  readonly nodeName: string;
  /** The format: `raw`. */
  readonly driver: string;
  readonly file: string;
  readonly readOnly: boolean;
  /** In bytes, as the guest sees it. */
  readonly virtualSize: number;
  /** In bytes, as the host stores it. */
  readonly actualSize?: number;
  readonly cache: { readonly writeback: boolean; readonly direct: boolean; readonly noFlush: boolean };
}

/** Requests of one kind: how many, and how long they took in nanoseconds. */
export interface BlockTally {
  readonly bytes: number;
  readonly operations: number;
  readonly failed: number;
  readonly time: number;
}

export interface BlockStatsInfo {
  /** The id of `-drive`; empty for a `-blockdev`. */
  readonly device: string;
  readonly qdev?: string | undefined;
  readonly nodeName: string;
  /** The node below. */
  readonly below?: string | undefined;
  readonly stats: Readonly<Record<'read' | 'write' | 'flush' | 'discard', BlockTally>> & {
    readonly highestWrite: number;
  };
}

export interface InterruptInfo {
  readonly device: string;
  /** By the number of the source; those that were never served are left out. */
  readonly served: ReadonlyMap<number, number>;
  readonly state: readonly string[];
}
