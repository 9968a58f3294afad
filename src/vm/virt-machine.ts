import type { BootFile, BootFiles } from '../board/site.ts';
import { topologyOf } from '../board/topology.ts';
import type { CharBackend } from '../char/backend.ts';
import type { Host } from '../host/host.ts';
import { parseFeatures } from '../isa/riscv/features.ts';
import type { ClockConfig, MachineConfig, Tier } from './config.ts';
import { Machine } from './machine.ts';
import type { MachineThreads } from './vcpus.ts';

const MIB = 2 ** 20;
const SERIAL = 'serial0';

/** A RISC-V `virt` machine as a program asks for one; whatever is left out is as on the command line. */
export interface VirtOptions {
  /** Bytes of RAM; 128 MiB. */
  readonly memory?: number;
  /** How many CPUs, 1 to 8; 1. */
  readonly cpus?: number;
  /** Model and properties, as `-cpu` takes them. */
  readonly cpu?: string;
  /** Firmware: built in, none, or its bytes for the start of RAM. */
  readonly bios?: 'builtin' | 'none' | Uint8Array;
  readonly kernel?: Uint8Array;
  readonly initrd?: Uint8Array;
  /** The kernel's command line. */
  readonly append?: string;
  /** The serial port's other end. */
  readonly serial?: CharBackend;
  /** Where the modules for threads are; without them the guest runs on the calling thread. */
  readonly threads?: MachineThreads;
  readonly tier?: Tier;
  /** Time by the host's clock, or by instructions so that a run can be repeated. */
  readonly clock?: ClockConfig;
  /** Makes the guest's random numbers repeatable. */
  readonly seed?: bigint;
  readonly noReboot?: boolean;
  readonly noShutdown?: boolean;
  /** Its state will come from a saved machine. */
  readonly awaitsState?: boolean;
}

/** Makes the machine; `cont()` starts it. */
export async function virtMachine(options: VirtOptions, host: Host): Promise<Machine> {
  const {
    bios = 'builtin',
    serial,
    threads,
    seed,
    noReboot = false,
    noShutdown = false,
    awaitsState = false,
  } = options;
  const wall = host.clock.wall();
  const config: MachineConfig = {
    board: {
      ramSize: options.memory ?? 128 * MIB,
      cpu: parseFeatures(options.cpu ?? 'rv64'),
      topology: topologyOf({ cpus: options.cpus ?? 1 }),
      builtinFirmware: bios === 'builtin',
      serial: serial && SERIAL,
      flash: [],
      devices: [],
      globals: [],
    },
    tier: options.tier ?? 'auto',
    without: [],
    isParallel: true,
    clock: options.clock ?? { kind: 'host' },
    rtc: { base: wall, hostBase: wall, clock: 'host' },
    chars: serial === undefined ? [] : [SERIAL],
    disks: [],
    seed,
    log: { items: [], ranges: [] },
  };
  const chars = new Map(serial === undefined ? [] : [[SERIAL, serial]]);
  return Machine.create(
    { config, files: files(options, bios), chars, threads, noReboot, noShutdown, awaitsState },
    host,
  );
}

function files(options: VirtOptions, bios: 'builtin' | 'none' | Uint8Array): BootFiles {
  const file = (name: string, bytes: Uint8Array | undefined): BootFile | undefined => bytes && { name, bytes };
  return {
    bios: typeof bios === 'string' ? bios : { name: 'bios', bytes: bios },
    kernel: file('kernel', options.kernel),
    initrd: file('initrd', options.initrd),
    append: options.append,
  };
}
