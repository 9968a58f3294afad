import type { DebugCpu, DebugFeature, DebugPoint } from '../../mem/debug.ts';
import { PROT_READ, PROT_WRITE } from '../memory/pages.ts';
import { AT } from '../program/stack.ts';
import type { GuestProcess } from '../process.ts';
import type { GuestThread } from '../thread.ts';
import type { DebugFiles, DebugSite } from './debug-site.ts';
import { COMMAND, type DebugShared } from './debug-shared.ts';
import { fromGdb } from './gdb-signals.ts';
import { librariesText, loadBias } from './libraries.ts';

const SIGINT = 2;

/** Why a program stopped. Signals are numbered as gdb does. */
export type ProgramStop =
  | { readonly kind: 'debug'; readonly cpu: number; readonly watch?: DebugPoint }
  | { readonly kind: 'signal'; readonly signal: number; readonly cpu: number };
export type ProgramEvent =
  | { readonly name: 'stopped'; readonly stop: ProgramStop }
  | { readonly name: 'exited'; readonly status: number }
  | { readonly name: 'killed'; readonly signal: number };

interface Resumption {
  readonly steps: ReadonlySet<number>;
  readonly runs: ReadonlySet<number>;
  readonly signals?: ReadonlyMap<number, number>;
}

/**
 * A program as a debugger sees it, on the thread that stopped, while all others pause: the `DebugTarget` of gdb's
 * layer. Everything it tells of is in memory that the threads share. "CPUs" are threads.
 */
export class ProgramDebugTarget {
  readonly architecture: string;
  readonly files: DebugFiles;
  readonly process: { pid: number; cpuOf(tid: number): number; threadOf(cpu: number): number | undefined };
  readonly objects: Readonly<Record<string, (annex: string) => Uint8Array | undefined>>;
  /** The debugger has said how it goes on. */
  isRunning = false;
  /** The debugger wants it to end. */
  isKilled = false;
  /** siginfo of the signal for which it stopped. */
  siginfo: Uint8Array | undefined;
  readonly #thread: GuestThread;
  readonly #process: GuestProcess;
  readonly #shared: DebugShared;
  readonly #cpus = new Map<number, DebugCpu>();
  #listener: ((event: ProgramEvent) => void) | undefined;

  constructor(thread: GuestThread, shared: DebugShared, site: DebugSite) {
    const { process } = thread;
    this.#thread = thread;
    this.#process = process;
    this.#shared = shared;
    this.files = site.files;
    this.architecture = process.abi.gdbArchitecture;
    const { threads } = process;
    const { host } = thread;
    this.process = {
      pid: host.call(host.numbers.getpid),
      cpuOf: (tid) => threads.find(tid)?.index ?? -1,
      threadOf: (cpu) => {
        const { tid } = threads.all[cpu]!;
        return threads.find(tid)?.index === cpu ? tid : undefined;
      },
    };
    this.objects = {
      auxv: (annex) => (annex === '' ? this.#auxiliary() : undefined),
      'exec-file': () => latin1(process.program.path),
      'libraries-svr4': (annex) => (annex === '' ? this.#libraries() : undefined),
      siginfo: (annex) => (annex === '' ? this.siginfo : undefined),
    };
  }

  get cpus(): number {
    return this.#process.threads.started;
  }
  isHalted(): boolean {
    return false;
  }

  #cpu(index: number): DebugCpu {
    if (index === this.#thread.shared.index) return this.#thread.cpu.debug;
    let cpu = this.#cpus.get(index);
    if (cpu === undefined) this.#cpus.set(index, (cpu = this.#thread.debugCpuOf(index)));
    return cpu;
  }
  features(): readonly DebugFeature[] {
    return this.#thread.cpu.debug.features;
  }
  readRegisters(cpu: number, numbers: readonly number[]): (bigint | undefined)[] {
    return numbers.map((number) => this.#cpu(cpu).readRegister(number));
  }
  writeRegister(cpu: number, number: number, value: bigint): boolean {
    return this.#cpu(cpu).writeRegister(number, value);
  }

  readMemory(_cpu: number, address: bigint, length: number): Uint8Array | undefined {
    const { memory } = this.#process;
    const at = Number(address);
    if (!memory.pages.permits(at, length, PROT_READ)) return undefined;
    return memory.bytes.slice(at, at + length);
  }
  writeMemory(_cpu: number, address: bigint, bytes: Uint8Array): boolean {
    const { memory } = this.#process;
    const at = Number(address);
    if (!memory.pages.permits(at, bytes.length, PROT_WRITE)) return false;
    memory.write(at, bytes);
    return true;
  }

  addPoint(point: DebugPoint): boolean {
    return this.#setPoints([...this.#shared.points, point]);
  }
  removePoint({ kind, address, length }: DebugPoint): boolean {
    const { points } = this.#shared;
    const at = points.findIndex(
      (point) => point.kind === kind && point.address === address && (kind === 'break' || point.length === length),
    );
    return at >= 0 && this.#setPoints(points.toSpliced(at, 1));
  }
  clearPoints(): void {
    this.#setPoints([]);
  }
  #setPoints(points: readonly DebugPoint[]): boolean {
    if (!this.#shared.setPoints(points)) return false;
    const watched = points.filter(({ kind }) => kind !== 'break');
    this.#process.space.pages.watch(
      watched.map(({ address, length }) => ({ address: Number(address), length: Number(length) })),
    );
    return true;
  }

  passSignals(signals: ReadonlySet<number>): void {
    this.#shared.setPassed([...signals].map(fromGdb).filter((signal) => signal > 0));
  }
  offset(): bigint {
    const [headers, count] = [this.#auxiliaryOf(AT.PHDR), this.#auxiliaryOf(AT.PHNUM)];
    return BigInt(loadBias(this.#process.memory, headers, count));
  }

  stop(): void {
    this.isRunning = false;
    this.tell({ name: 'stopped', stop: { kind: 'signal', signal: SIGINT, cpu: this.#thread.shared.index } });
  }
  resume({ steps, runs, signals }: Resumption): void {
    for (let cpu = 0; cpu < this.cpus; cpu++) {
      const signal = signals?.get(cpu);
      this.#shared.giveSignal(cpu, signal === undefined ? 0 : fromGdb(signal));
      this.#shared.command(cpu, steps.has(cpu) ? COMMAND.STEP : runs.has(cpu) ? COMMAND.RUN : COMMAND.HOLD);
    }
    this.isRunning = true;
  }
  /** Whoever speaks with the debugger does it once the answer is sent. */
  kill(): void {
    this.isKilled = true;
    this.isRunning = true;
  }

  subscribe(listener: (event: ProgramEvent) => void): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = undefined;
    };
  }
  tell(event: ProgramEvent): void {
    this.#listener?.(event);
  }

  #auxiliary(): Uint8Array {
    const { program, memory } = this.#process;
    const at = program.get('auxiliary');
    const length = program.get('auxiliaryLength');
    // The program may have unmapped its own stack.
    return memory.pages.permits(at, length, PROT_READ) ? memory.bytes.slice(at, at + length) : new Uint8Array();
  }
  /** 0 if it is not there. */
  #auxiliaryOf(type: number): number {
    const bytes = this.#auxiliary();
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at + 16 <= bytes.length; at += 16) {
      if (view.getBigUint64(at, true) === BigInt(type)) return Number(view.getBigUint64(at + 8, true));
    }
    return 0;
  }
  #libraries(): Uint8Array {
    const [headers, count] = [this.#auxiliaryOf(AT.PHDR), this.#auxiliaryOf(AT.PHNUM)];
    return latin1(librariesText(this.#process.memory, headers, count));
  }
}

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
