import { SINGLE, type Topology } from '../../board/topology.ts';
import type { SocketAddress } from '../../host/network.ts';
import type { AddressRange } from '../../mem/address-range.ts';
import type { LogItem } from '../../mem/log-items.ts';
import type { Optimization } from '../../jit/optimizations.ts';
import type { StressName } from '../../jit/stress.ts';
import type { InstructionCounting } from './icount.ts';
import type { Values } from '../../host/key-values.ts';

/** Something that asked for something, and what messages about it begin with. */
export interface Asked<T> {
  readonly origin: string;
  readonly what: T;
}

/** What the command line says, before anything is looked at or opened. */
export interface Settings {
  machine: string;
  /** Model and properties. */
  cpu: string;
  tier: string;
  /** Each CPU has a thread of its own. */
  isParallel: boolean;
  topology: Topology;
  /** Parts of the translator that are switched off. */
  without: readonly Optimization[];
  /** What is done to the translator to test it. */
  stress: readonly StressName[] | undefined;
  memory: Asked<number>;
  bios: string | undefined;
  kernel: string | undefined;
  initrd: string | undefined;
  append: string | undefined;
  dtb: string | undefined;
  readonly drives: Asked<Values>[];
  readonly blockdevs: Asked<Values>[];
  readonly devices: Asked<Values>[];
  readonly globals: Asked<{ readonly driver: string; readonly property: string; readonly value: string }>[];
  readonly objects: Asked<Values>[];
  readonly chardevs: Asked<Values>[];
  readonly serials: Asked<string>[];
  readonly monitors: Asked<MonitorSetting>[];
  /** Where statistics are served. */
  readonly metrics: Asked<SocketAddress>[];
  snapshot: boolean;
  /** `terminal`: -nographic was given. `default`: neither that nor -display. */
  display: 'none' | 'terminal' | 'default';
  nodefaults: boolean;
  escape: number;
  startsPaused: boolean;
  /** Where the device tree is written, instead of running anything. */
  dumpDtb: string | undefined;
  /** The snapshot that it begins as. */
  loadvm: string | undefined;
  /** Where its state comes from; `defer`: a monitor will say. */
  incoming: string | undefined;
  /** Where gdb may come. */
  gdb: Asked<string> | undefined;
  noReboot: boolean;
  noShutdown: boolean;
  name: string | undefined;
  uuid: string;
  rtc: { base: string; clock: 'host' | 'vm' };
  seed: bigint | undefined;
  /** Time by instructions. */
  icount: InstructionCounting | undefined;
  readonly log: Set<LogItem>;
  /** Guest code that the log is about; all if empty. */
  logRanges: readonly AddressRange[];
  logFile: string | undefined;
  pidFile: string | undefined;
  /** Asks for a listing instead of a machine. */
  listing: (() => Promise<string>) | undefined;
}

export interface MonitorSetting {
  readonly protocol: 'qmp' | 'hmp';
  /** The short form of a back end, as `-serial` takes it. */
  readonly backend: string;
  /** QMP is written for people. */
  readonly isPretty?: boolean;
}

export const NIL_UUID = '00000000-0000-0000-0000-000000000000';
const MIB = 2 ** 20;

export function defaultSettings(): Settings {
  return {
    machine: '',
    cpu: 'rv64',
    tier: 'auto',
    isParallel: true,
    topology: SINGLE,
    without: [],
    stress: undefined,
    memory: { origin: '-m', what: 128 * MIB },
    bios: undefined,
    kernel: undefined,
    initrd: undefined,
    append: undefined,
    dtb: undefined,
    drives: [],
    blockdevs: [],
    devices: [],
    globals: [],
    objects: [],
    chardevs: [],
    serials: [],
    monitors: [],
    metrics: [],
    snapshot: false,
    display: 'default',
    nodefaults: false,
    escape: 1,
    startsPaused: false,
    dumpDtb: undefined,
    loadvm: undefined,
    incoming: undefined,
    gdb: undefined,
    noReboot: false,
    noShutdown: false,
    name: undefined,
    uuid: NIL_UUID,
    rtc: { base: 'utc', clock: 'host' },
    seed: undefined,
    icount: undefined,
    log: new Set(),
    logRanges: [],
    logFile: undefined,
    pidFile: undefined,
    listing: undefined,
  };
}
