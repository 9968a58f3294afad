import type { BootFile, BootLayout, BootPlan, Start } from '../firmware/boot.ts';
import type { BlockPort, CharPort, EntropyPort, Power } from '../hw/backends.ts';
import type { Device } from '../hw/device.ts';
import type { Clock } from '../mem/clock.ts';
import type { Contexts, GuestCpu } from '../mem/cpu.ts';
import type { DebugCpu } from '../mem/debug.ts';
import type { MachineLog } from '../mem/machine-log.ts';
import type { Lock } from '../mem/lock.ts';
import type { PageRange } from '../mem/page-flush.ts';

export type { BootFile, BootLayout, BootPlan, Start };
export { layoutOf, release } from '../firmware/boot.ts';

/** A device with its place in the tree of buses. */
export interface BoardDevice {
  readonly device: Device;
  /** What provides the bus it is on; none: the system. */
  readonly parent?: Device;
  /** The bus it provides. */
  readonly provides?: { readonly name: string; readonly type: string };
}

/** What a CPU is given by the thread that runs it. */
export interface CpuSite {
  readonly contexts: Contexts;
  /** What the CPU asks of the others. */
  readonly others: OtherCpus;
}

/** Requests to other CPUs, which are over when the call is. They name CPUs by number; the caller's own is passed over. */
export interface OtherCpus {
  /** Fetches of instructions see what was stored before. */
  fenceCode(cpus: readonly number[]): void;
  /** No translations that were in use before are: all, or those of a range of virtual addresses. */
  flush(cpus: readonly number[], range: PageRange | undefined, asid: number): void;
}

export interface BoardCpu {
  readonly cpu: GuestCpu;
  readonly debug: DebugCpu;
  /** As after power-on, or as firmware leaves it. */
  reset(start: Start): void;
  /** A saved state was put in place of its own. */
  loaded(): void;
  /** Looks at what other CPUs ask of it, such as to start. */
  attend(): void;
  /** It no longer waits for an interrupt. */
  woke(): void;
  /** `info registers`. */
  registers(): string[];
}

/** The files of a boot. */
export interface BootFiles {
  readonly bios: 'builtin' | 'none' | BootFile;
  readonly kernel?: BootFile | undefined;
  readonly initrd?: BootFile | undefined;
  readonly append?: string | undefined;
  readonly dtb?: BootFile | undefined;
  readonly rngSeed?: Uint8Array | undefined;
}

/** What a board's devices reach of the world, by the names in its configuration. */
export interface BoardSite {
  readonly clock: Clock;
  readonly log: MachineLog;
  readonly lock: Lock;
  /** One thread runs all CPUs in turn. */
  readonly sharesThread: boolean;
  readonly power: Power;
  readonly entropy: EntropyPort;
  char(name: string): CharPort | undefined;
  block(name: string): BlockPort | undefined;
}
