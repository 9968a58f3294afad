import { UserError } from '../base/errors.ts';
import { MemoryFiles } from '../host/memory-files.ts';
import { counter, counterProvider } from '../stats/counters.ts';
import { StatsRegistry } from '../stats/registry.ts';
import { MonitorActivity } from './activity.ts';
import { FakeCharacters } from './fake-characters.ts';
import { FakeMemory } from './fake-memory.ts';
import { FakeReplay } from './fake-replay.ts';
import { FakeState } from './fake-state.ts';
import { JobList } from './job-list.ts';
import { FakeObjects } from './objects/fake.ts';
import { TraceEvents } from './trace-events.ts';
import type {
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
  RunState,
} from './target.ts';

/** A machine for tests: two vCPUs that do nothing, a disk, a serial port, and a clock that stands still. */
export class FakeTarget implements MonitorTarget {
  readonly arch = 'riscv64';
  readonly name: string | undefined = 'partridge';
  readonly uuid: string = '00112233-4455-6677-8899-aabbccddeeff';
  readonly stats = fakeStats();
  readonly activity = new MonitorActivity();
  /** What was traced. */
  readonly traced: string[] = [];
  readonly traces = new TraceEvents((text) => this.traced.push(text));
  readonly memory = new FakeMemory();
  readonly objects = new FakeObjects();
  readonly characters = new FakeCharacters();
  readonly files = new MemoryFiles();
  readonly jobs = new JobList((event) => this.tell(event));
  readonly state = new FakeState();
  readonly replay = new FakeReplay();
  readonly #listeners = new Set<(event: MachineEvent) => void>();
  #state: RunState = 'prelaunch';

  get listeners(): number {
    return this.#listeners.size;
  }

  status(): MachineStatus {
    return { status: this.#state, running: this.#state === 'running', singlestep: false };
  }

  stop(): void {
    if (this.#state !== 'running') return;
    this.#state = 'paused';
    this.emit({ name: 'STOP' });
  }

  cont(): void {
    if (this.#state === 'running') return;
    if (this.#state === 'shutdown') throw new UserError('Resetting the Virtual Machine is required');
    this.#state = 'running';
    this.emit({ name: 'RESUME' });
  }

  systemReset(): void {
    if (this.#state !== 'running') this.#state = 'prelaunch';
    this.emit({ name: 'RESET', data: { guest: false, reason: 'host-qmp-system-reset' } });
  }

  systemPowerdown(): void {
    this.emit({ name: 'POWERDOWN' });
  }

  quit(): void {
    this.#state = 'shutdown';
    this.emit({ name: 'SHUTDOWN', data: { guest: false, reason: 'host-qmp-quit' } });
  }

  setActions(): void {}

  cpuThreads(): readonly number[] {
    return this.cpus().map(({ index }) => 4242 + index);
  }
  cpus(): readonly CpuInfo[] {
    return [0, 1].map((index) => ({
      index,
      qomPath: `/machine/soc0/harts[${index}]`,
      coreId: index,
    }));
  }

  machines(): readonly MachineInfo[] {
    return [
      { name: 'none', cpuMax: 1, defaultRamId: 'ram' },
      { name: 'virt', cpuMax: 512, defaultCpuType: 'rv64-riscv-cpu', defaultRamId: 'riscv_virt_board.ram' },
    ];
  }

  options(): readonly OptionInfo[] {
    return [
      { option: 'chardev', parameters: [{ name: 'id', type: 'string' }] },
      { option: 'm', parameters: [{ name: 'size', type: 'size' }] },
    ];
  }

  deviceTreeBlob(): Uint8Array {
    return Uint8Array.of(0xd0, 0x0d, 0xfe, 0xed);
  }

  // One of the answers that come late, as from a worker.
  async blockDevices(): Promise<readonly BlockDeviceInfo[]> {
    const cache = { writeback: true, direct: false, noFlush: false };
    const medium = {
      nodeName: '#block147',
      driver: 'raw',
      file: 'd.img',
      readOnly: false,
      virtualSize: 1048576,
      cache,
    };
    return [
      {
        device: 'hd',
        qdev: '/machine/peripheral-anon/device[0]',
        removable: false,
        medium: { ...medium, actualSize: 0 },
      },
      { device: '', qdev: 'vd', removable: false, medium: { ...medium, nodeName: 'n0', readOnly: true } },
      { device: 'cd', removable: true },
    ];
  }

  blockNodes(): readonly BlockMediumInfo[] {
    const cache = { writeback: true, direct: false, noFlush: false };
    return [
      {
        nodeName: '#block147',
        driver: 'raw',
        file: 'd.img',
        readOnly: false,
        virtualSize: 1048576,
        actualSize: 0,
        cache,
      },
    ];
  }

  hasBlockNode(name: string): boolean {
    return name === '#block147';
  }

  blockStats(): readonly BlockStatsInfo[] {
    const tally = { bytes: 512, operations: 1, failed: 0, time: 1000 };
    const stats = { read: tally, write: tally, flush: { ...tally, bytes: 0 }, discard: tally, highestWrite: 512 };
    return [{ device: 'hd', qdev: 'disk0', nodeName: '#block147', below: '#block001', stats }];
  }

  async addBlockNode({ filename }: Readonly<Record<string, unknown>>): Promise<void> {
    if (filename === '/nope') throw new UserError("Could not open '/nope': No such file or directory");
  }

  async deleteBlockNode(name: string): Promise<void> {
    throw new UserError(`Failed to find node with node-name='${name}'`);
  }

  interrupts(): InterruptInfo {
    return { device: 'riscv.sifive.plic', served: new Map([[10, 53]]), state: ['source 10: priority 1, pending'] };
  }

  async registers(cpu: number): Promise<readonly string[]> {
    return [' pc       0000000080000000', ` mhartid  000000000000000${cpu}`];
  }

  memoryTree(): readonly string[] {
    return ['address-space: memory', '  0000000000000000-ffffffffffffffff (prio 0, i/o): system', ''];
  }

  deviceTree(): readonly string[] {
    return ['bus: main-system-bus', '  type System', '  dev: serial-mm, id ""', '    regshift = 0 (0x0)'];
  }

  async translatorReport(): Promise<readonly string[]> {
    return ['Blocks: 3'];
  }

  readonly logItems = { int: 'show interrupts', exec: 'show what is run' };
  readonly logged: string[] = [];
  setLogItems(items: readonly string[]): void {
    this.logged.push(items.join('+'));
  }
  async setLogFile(filename: string): Promise<void> {
    if (filename.startsWith('/none/')) throw new UserError('no such file or directory; check the path');
    this.logged.push(filename);
  }
  gdbserver(device: string): void {
    if (device === 'nowhere') throw new UserError("'nowhere' is not a valid char driver");
  }

  wall(): number {
    return 1767225600.25;
  }

  subscribe(listener: (event: MachineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** As if something had happened in the machine. */
  emit(event: MachineEvent): void {
    this.tell(event);
  }

  tell(event: MachineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/** Every type and unit once. */
function fakeStats(): StatsRegistry {
  const stats = new StatsRegistry();
  stats.register(
    counterProvider('tcg', {
      vm: [
        counter(
          'wasm-bytes',
          { type: 'instant', unit: 'bytes', base: 2, exponent: 10, doc: 'Code in memory.' },
          () => 12,
        ),
        counter('blocks-peak', { type: 'peak', doc: 'The most blocks there were.' }, () => 800),
        counter('odd', { type: 'instant', unit: 'seconds', base: 10, exponent: 4, doc: 'In ten thousands.' }, () => 1),
      ],
      vcpu: [
        counter('instructions', { type: 'cumulative', doc: 'Retired.' }, (vcpu) => (vcpu === 0 ? 2n ** 60n : 7)),
        counter('parked', { type: 'instant', unit: 'boolean', doc: 'It waits.' }, (vcpu) => vcpu === 1),
        counter('busy', { type: 'cumulative', unit: 'cycles', doc: 'Cycles.' }, () => 5),
        counter(
          'compile-time',
          { type: 'log2-histogram', unit: 'seconds', base: 10, exponent: -6, doc: 'For a batch.' },
          () => [1, 0, 2],
        ),
        counter('depth', { type: 'linear-histogram', bucketSize: 10, doc: 'Of calls.' }, () => [0, 4]),
      ],
    }),
  );
  stats.register(
    counterProvider('block', { vm: [counter('read-ops', { type: 'cumulative', doc: 'Reads.' }, () => 7)] }),
  );
  return stats;
}
