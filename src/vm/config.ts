import type { VirtConfig } from '../board/virt-config.ts';
import type { Optimization } from '../jit/optimizations.ts';
import type { StressName } from '../jit/stress.ts';
import type { Start } from '../board/site.ts';
import type { AddressRange } from '../mem/address-range.ts';
import type { LogItem } from '../mem/log-items.ts';

/** How guest code is run: by the translator with all its tiers, one forced, or the IR interpreter. */
export const TIERS = ['auto', 'regions', 'tier0', 'tier1', 'tier2', 'oracle'] as const;
export type Tier = (typeof TIERS)[number];

/** Everything about a machine that its threads have to agree on: plain data. */
export interface MachineConfig {
  readonly board: VirtConfig;
  readonly tier: Tier;
  /** Parts of the translator that are switched off. */
  readonly without: readonly Optimization[];
  /** What is done to the translator to test it. */
  readonly stress?: readonly StressName[] | undefined;
  /** Each vCPU has a thread of its own; otherwise one thread runs all of them in turn. */
  readonly isParallel: boolean;
  /** The host's processor makes stores visible in order; see Host, from which a machine fills it in. */
  readonly ordersStores?: boolean;
  readonly clock: ClockConfig;
  readonly rtc: RtcConfig;
  /** Names of the character back ends that devices use. */
  readonly chars: readonly string[];
  readonly disks: readonly DiskConfig[];
  /** Makes the guest's random numbers repeatable. */
  readonly seed: bigint | undefined;
  readonly log: LogConfig;
  /** What comes from outside is written down, or comes from a recording. */
  readonly journal?: JournalConfig | undefined;
}

/** `-icount rr=`: the name of the file; and to replay, what is in it. */
export type JournalConfig =
  | { readonly mode: 'record'; readonly filename: string }
  | { readonly mode: 'play'; readonly filename: string; readonly recording: Uint8Array };

/** What is logged at first, and the guest code that it is about; no ranges: all. */
export interface LogConfig {
  readonly items: readonly LogItem[];
  readonly ranges: readonly AddressRange[];
}

/** Virtual time: the host's, or that of instructions, so that runs can be repeated. */
export type ClockConfig = { readonly kind: 'host' } | InstructionClockConfig;

/** `-icount`: each instruction takes so many nanoseconds. */
export interface InstructionClockConfig {
  readonly kind: 'instructions';
  readonly nanoseconds: number;
  /** An idle CPU sleeps in the host's time until its next deadline; else it is there at once. */
  readonly sleeps?: boolean | undefined;
  /** The time of an instruction follows the host's clock: no run is like another. */
  readonly adapts?: boolean | undefined;
  /** The guest waits where it is ahead of the host's clock. */
  readonly aligns?: boolean | undefined;
}

/** The calendar of the machine's clocks. */
export interface RtcConfig {
  /** Seconds since 1970 that it shows when the machine is made, and that the host shows then. */
  readonly base: number;
  readonly hostBase: number;
  /** `host`: goes on while the machine is stopped; `vm`: with virtual time. */
  readonly clock: 'host' | 'vm';
}

export interface DiskConfig {
  readonly name: string;
  /** Bytes, a multiple of 512. */
  readonly size: number;
  readonly readOnly: boolean;
}

/** What a vCPU's thread is given. */
export interface VcpuData {
  readonly config: MachineConfig;
  readonly memory: WebAssembly.Memory;
  readonly thread: number;
  readonly start: Start;
}
