import { UserError } from '../base/errors.ts';
import { Blocks } from '../block/blocks.ts';
import type { BlockDrive } from '../block/drive.ts';
import type { BootFile, BootFiles } from '../board/site.ts';
import { topologyOf } from '../board/topology.ts';
import type { PluggedDevice } from '../board/virt-config.ts';
import { Chardevs } from '../char/chardevs.ts';
import { inflateKernel } from '../firmware/image.ts';
import { webHost, type WebHost } from '../host-web/host.ts';
import { StreamTty } from '../host-web/stream-tty.ts';
import { webThreads } from '../host-web/threads.ts';
import { parseFeatures } from '../isa/riscv/features.ts';
import type { StatsValue } from '../stats/provider.ts';
import type { MachineConfig } from '../vm/config.ts';
import { Machine } from '../vm/machine.ts';
import type { Ending, MachineEvent, RunState } from '../vm/run-state.ts';
import type { DiskOptions, MachineOptions } from './options.ts';

const MIB = 2 ** 20;
const SERIAL = 'serial0';
/** The key before a command to a multiplexed terminal, Ctrl-A. */
const ESCAPE = 1;

/** The guest's first serial port: what it prints, and what it is typed. */
export interface Console {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

/** A machine in this page. Its CPU runs on a worker, so the page stays free. */
export class WebMachine {
  readonly console: Console;
  /** Resolves when the machine has ended and all that it wrote can be read. */
  readonly ended: Promise<Ending>;
  readonly #machine: Machine;

  constructor(machine: Machine, console: Console, close: () => Promise<void>) {
    this.#machine = machine;
    this.console = console;
    this.ended = followed(machine.ended, close);
  }

  get state(): RunState {
    return this.#machine.state;
  }

  /** Starts the machine, or lets it go on. */
  start(): void {
    this.#machine.cont();
  }

  /** Resolves once the machine stands still. */
  stop(): Promise<void> {
    return this.#machine.stop();
  }

  reset(): Promise<void> {
    return this.#machine.reset();
  }

  /** Ends the machine. */
  async quit(): Promise<void> {
    this.#machine.quit();
    await this.ended;
  }

  /** Calls `listener` for each event until the function it returns is called. */
  subscribe(listener: (event: MachineEvent) => void): () => void {
    return this.#machine.subscribe(listener);
  }

  /** What is counted of the machine, by provider and name: `statistics()['tcg']['instructions']`. */
  statistics(): Record<string, Record<string, StatsValue>> {
    const results = this.#machine.stats.query({ target: 'vm' }, []);
    return Object.fromEntries(
      results.map(({ provider, stats }) => [
        provider,
        Object.fromEntries(stats.map(({ name, value }) => [name, value])),
      ]),
    );
  }

  /** The lines of `info registers`. */
  registers(): Promise<readonly string[]> {
    return this.#machine.registers();
  }
}

/** The ending, once all is given back. */
async function followed(ended: Promise<Ending>, close: () => Promise<void>): Promise<Ending> {
  try {
    return await ended;
  } finally {
    await close();
  }
}

/**
 * Makes a `virt` machine that stands before its first instruction. The page has to be cross-origin
 * isolated. Throws a UserError if the machine cannot be made.
 */
export async function createMachine(options: MachineOptions = {}): Promise<WebMachine> {
  const tty = new StreamTty();
  const host = webHost(tty);
  const guestError = options.guestError ?? (() => {});
  let machine: Machine | undefined;
  const chardevs = new Chardevs({ host, notify: guestError }, { escape: ESCAPE, quit: () => machine?.quit('host-ui') });
  const blocks = new Blocks({ host, notify: guestError });
  const close = async (): Promise<void> => {
    await chardevs.close();
    await blocks.close();
  };
  try {
    await chardevs.add({ backend: 'stdio', id: SERIAL });
    const { drives, devices } = await connectDisks(options.disks ?? [], host, blocks);
    const ramSize = options.memory ?? 128 * MIB;
    const wall = host.clock.wall();
    const files = await bootFiles(options, ramSize, host);
    const config: MachineConfig = {
      board: {
        ramSize,
        cpu: parseFeatures(options.cpu ?? 'rv64'),
        topology: topologyOf({ cpus: options.cpus ?? 1 }),
        builtinFirmware: files.bios === 'builtin',
        serial: SERIAL,
        flash: [],
        devices,
        globals: [],
      },
      tier: options.tier ?? 'auto',
      without: [],
      isParallel: true,
      clock: { kind: 'host' },
      rtc: { base: wall, hostBase: wall, clock: 'host' },
      chars: [SERIAL],
      disks: [...drives].map(([name, { node }]) => ({ name, size: node.size, readOnly: node.readOnly })),
      seed: undefined,
      log: { items: options.guestError === undefined ? [] : ['guest_errors'], ranges: [] },
    };
    machine = await Machine.create(
      {
        config,
        files,
        chars: new Map([[SERIAL, chardevs.use(SERIAL)]]),
        drives,
        threads: webThreads,
        noReboot: options.noReboot ?? false,
        log: (text) => text.trimEnd().split('\n').forEach(guestError),
      },
      host,
    );
  } catch (error) {
    await close();
    throw error;
  }
  return new WebMachine(machine, tty, close);
}

async function bootFiles(options: MachineOptions, ramSize: number, host: WebHost): Promise<BootFiles> {
  const { bios = 'builtin', kernel, append } = options;
  const file = (bytes: Uint8Array | undefined): BootFile | undefined => bytes && { name: '(in memory)', bytes };
  const rngSeed = new Uint8Array(32);
  host.random.fill(rngSeed);
  return {
    bios: typeof bios === 'string' ? bios : { name: '(in memory)', bytes: bios },
    kernel: file(kernel && (await inflateKernel(kernel, 'the kernel', ramSize))),
    initrd: file(options.initrd),
    append,
    dtb: file(options.dtb),
    rngSeed,
  };
}

interface Disks {
  readonly drives: ReadonlyMap<string, BlockDrive>;
  readonly devices: readonly PluggedDevice[];
}

/** Each image becomes a virtio disk. */
async function connectDisks(disks: readonly DiskOptions[], host: WebHost, blocks: Blocks): Promise<Disks> {
  const drives = new Map<string, BlockDrive>();
  const devices: PluggedDevice[] = [];
  for (const [index, { image, readOnly = false }] of disks.entries()) {
    const id = `disk${index}`;
    if (image.length % 512 !== 0)
      throw new UserError(`${id} is ${image.length} bytes long; pad it to a multiple of 512`);
    host.files.put(id, image);
    await blocks.addDrive({ id, if: 'none', file: id, format: 'raw', readonly: readOnly });
    drives.set(id, blocks.connect(id, id));
    devices.push({
      origin: id,
      driver: 'virtio-blk-device',
      id,
      bus: undefined,
      props: {},
      backends: { drive: id },
    });
  }
  return { drives, devices };
}
