import type { Blocks } from '../../block/blocks.ts';
import { MOST_CPUS } from '../../board/topology.ts';
import type { BoardDevice } from '../../board/site.ts';
import type { BlockNode } from '../../block/node.ts';
import type { Device } from '../../hw/device.ts';
import type { Plic } from '../../hw/plic.ts';
import type { BlockDrive } from '../../block/drive.ts';
import type { Chardevs } from '../../char/chardevs.ts';
import type { HostClock } from '../../host/clock.ts';
import type { Files } from '../../host/file.ts';
import { MonitorActivity } from '../../monitor/activity.ts';
import { JobList } from '../../monitor/job-list.ts';
import type { StateTarget } from '../../monitor/state-target.ts';
import type { CharacterTarget } from '../../monitor/character-target.ts';
import { TraceEvents } from '../../monitor/trace-events.ts';
import type { MemoryTarget } from '../../monitor/memory-target.ts';
import type {
  Actions,
  BlockDeviceInfo,
  BlockMediumInfo,
  BlockStatsInfo,
  CpuInfo,
  InterruptInfo,
  MachineEvent,
  MachineInfo,
  MachineStatus,
  MonitorTarget,
  OptionInfo,
} from '../../monitor/target.ts';
import { isLogItem, LOG_ITEMS } from '../../mem/log-items.ts';
import type { StatsRegistry } from '../../stats/registry.ts';
import type { Machine } from '../../vm/machine.ts';
import type { GdbServer } from './gdb-server.ts';
import type { Log } from './log.ts';
import type { ObjectTarget } from '../../monitor/objects/target.ts';
import type { UserObjects } from '../../vm/user-objects.ts';
import { MachineCharacters } from './machine-characters.ts';
import { MachineObjects } from './machine-objects.ts';
import { MachineMemory } from '../../vm/machine-memory.ts';
import { describeOptions } from '../options/describe.ts';
import { Replay } from '../../vm/replay/replay.ts';
import { deviceTree } from '../../vm/device-tree.ts';
import { translatorReport } from '../../vm/translator-report.ts';

export interface TargetParts {
  readonly machine: Machine;
  readonly chardevs: Chardevs;
  readonly blocks: Blocks;
  readonly objects: UserObjects;
  readonly log: Log;
  readonly clock: HostClock;
  readonly files: Files;
  readonly gdb: GdbServer;
  readonly state: StateTarget;
  readonly name: string | undefined;
  readonly uuid: string;
}

/** The machine of this process as its monitors see it. */
export class SystemTarget implements MonitorTarget {
  readonly arch = 'riscv64';
  readonly logItems = LOG_ITEMS;
  readonly name: string | undefined;
  readonly uuid: string;
  readonly stats: StatsRegistry;
  readonly activity = new MonitorActivity();
  readonly traces: TraceEvents;
  readonly memory: MemoryTarget;
  readonly objects: ObjectTarget;
  readonly characters: CharacterTarget;
  readonly files: Pick<Files, 'append'>;
  readonly jobs = new JobList((event) => this.tell(event));
  readonly state: StateTarget;
  readonly replay: Replay;
  readonly #listeners = new Set<(event: MachineEvent) => void>();
  readonly #parts: TargetParts;

  constructor(parts: TargetParts) {
    this.#parts = parts;
    this.name = parts.name;
    this.uuid = parts.uuid;
    this.stats = parts.machine.stats;
    this.traces = new TraceEvents((text) => void parts.log.write(text));
    this.stats.register(this.activity.provider());
    this.memory = new MachineMemory(parts.machine);
    this.objects = new MachineObjects(parts.machine, parts.chardevs, parts.objects);
    this.characters = new MachineCharacters(parts.chardevs, parts.machine);
    this.files = parts.files;
    this.state = parts.state;
    this.replay = new Replay(parts.machine);
    parts.machine.subscribe((event) => {
      if (event.name === 'STOP' || event.name === 'RESUME')
        this.traces.emit('vm_state_notify', () => `running ${event.name === 'RESUME' ? 1 : 0}`);
      this.tell(event);
    });
  }

  status(): MachineStatus {
    const { machine } = this.#parts;
    return { status: machine.state, running: machine.isRunning, singlestep: false };
  }
  stop(): Promise<void> {
    return this.#parts.machine.stop();
  }
  cont(): void {
    this.#parts.machine.cont();
  }
  systemReset(): Promise<void> {
    return this.#parts.machine.reset();
  }
  systemPowerdown(): void {
    this.#parts.machine.powerdown();
  }
  quit(): void {
    this.#parts.machine.quit('host-qmp-quit');
  }

  setActions({ reboot, shutdown }: Actions): void {
    const { machine } = this.#parts;
    if (reboot !== undefined) machine.noReboot = reboot === 'shutdown';
    if (shutdown !== undefined) machine.noShutdown = shutdown === 'pause';
  }

  cpus(): readonly CpuInfo[] {
    const { machine } = this.#parts;
    return machine.core.vcpus.map((_, index) => ({
      index,
      qomPath: `/machine/soc0/harts[${index}]`,
      coreId: index,
    }));
  }
  /** They say when they have started. */
  async cpuThreads(): Promise<readonly number[]> {
    const { machine } = this.#parts;
    await machine.vcpuReady;
    return machine.core.vcpus.map((_, index) => machine.threadOf(index) ?? process.pid);
  }
  machines(): readonly MachineInfo[] {
    return [
      {
        name: 'virt',
        isDefault: true,
        cpuMax: MOST_CPUS,
        defaultCpuType: 'rv64-riscv-cpu',
        defaultRamId: 'riscv_virt_board.ram',
      },
    ];
  }
  options(): readonly OptionInfo[] {
    return describeOptions();
  }
  deviceTreeBlob(): Uint8Array {
    return this.#parts.machine.layout.fdt;
  }

  async blockDevices(): Promise<readonly BlockDeviceInfo[]> {
    return Promise.all(this.#parts.blocks.drives.map(describe));
  }

  blockNodes(): Promise<readonly BlockMediumInfo[]> {
    return Promise.all(
      this.#parts.blocks.nodes.map((node) => medium(node, { direct: false, noFlush: false, writeback: true })),
    );
  }
  hasBlockNode(name: string): boolean {
    return this.#parts.blocks.nodes.some(({ nodeName }) => nodeName === name);
  }
  blockStats(): readonly BlockStatsInfo[] {
    return this.#parts.blocks.drives.map(({ id, node, user, account }) => ({
      device: id,
      qdev: user,
      nodeName: node.nodeName,
      below: node.child?.nodeName,
      stats: account,
    }));
  }
  async addBlockNode(options: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#parts.blocks.addNode(options);
  }
  deleteBlockNode(name: string): Promise<void> {
    return this.#parts.blocks.removeNode(name);
  }
  interrupts(): InterruptInfo {
    return controllerInfo(this.#parts.machine.core.board.devices);
  }

  registers(cpu: number): Promise<readonly string[]> {
    return this.#parts.machine.registers(cpu);
  }
  memoryTree(): readonly string[] {
    return ['address-space: memory', ...this.#parts.machine.core.board.space.mtree(), ''];
  }
  deviceTree(): readonly string[] {
    return deviceTree(this.#parts.machine.core.board.devices);
  }
  translatorReport(): readonly string[] {
    return translatorReport(this.#parts.machine);
  }

  setLogItems(items: readonly string[]): void {
    this.#parts.machine.logItems = items.filter(isLogItem);
  }
  setLogFile(filename: string): Promise<void> {
    return this.#parts.log.open(filename);
  }
  gdbserver(device: string): Promise<void> {
    return this.#parts.gdb.serve(device, this);
  }

  wall(): number {
    return this.#parts.clock.wall();
  }
  subscribe(listener: (event: MachineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
  tell(event: MachineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

async function describe({ id, node, cache, writeThrough, user }: BlockDrive): Promise<BlockDeviceInfo> {
  return {
    device: id,
    ...(user === undefined ? {} : { qdev: user }),
    removable: user === undefined,
    medium: await medium(node, { writeback: !writeThrough, ...cache }),
  };
}

async function medium(node: BlockNode, cache: BlockMediumInfo['cache']): Promise<BlockMediumInfo> {
  return {
    nodeName: node.nodeName,
    driver: node.driver,
    file: node.filename,
    readOnly: node.readOnly,
    virtualSize: node.size,
    actualSize: await node.allocated(),
    cache,
  };
}

/** What the PLIC says of itself. */
function controllerInfo(devices: readonly BoardDevice[]): InterruptInfo {
  const plic = devices.find(({ device }) => device.declaration.name === 'riscv.sifive.plic')?.device;
  const counts = plic?.counters.find(({ name }) => name === 'claims-by-source')?.read() ?? [];
  const served = Array.isArray(counts)
    ? counts.flatMap((count: number, source) => (count > 0 ? [[source, count] as const] : []))
    : [];
  return {
    device: 'riscv.sifive.plic',
    served: new Map(served),
    state: (plic as Device<Plic> | undefined)?.api.describe() ?? [],
  };
}
