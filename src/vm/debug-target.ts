import type { DebugFeature, DebugPoint } from '../mem/debug.ts';
import type { Machine } from './machine.ts';
import type { StepOptions } from './vcpu-questions.ts';

/** Signals that gdb is told for run states, as QEMU does. */
const SIGNALS: Readonly<Record<string, number>> = { paused: 2, shutdown: 3, 'internal-error': 6 };
const SIGNAL_UNKNOWN = 143;

type Stop =
  | {
      readonly kind: 'debug';
      readonly cpu: number;
      readonly watch?: DebugPoint;
      readonly isBeginning?: boolean;
    }
  | { readonly kind: 'signal'; readonly signal: number };
type Event = { readonly name: 'stopped'; readonly stop: Stop } | { readonly name: 'exited'; readonly status: number };

/** A machine as a debugger sees it: the `DebugTarget` of gdb's layer. */
export class MachineDebugTarget {
  readonly architecture = 'riscv:rv64';
  readonly cpus: number;
  readonly monitor: (line: string) => string | Promise<string>;
  readonly #machine: Machine;

  constructor(machine: Machine, monitor: (line: string) => string | Promise<string>) {
    this.#machine = machine;
    this.cpus = machine.core.vcpus.length;
    this.monitor = monitor;
  }

  features(): Promise<readonly DebugFeature[]> {
    return this.#machine.ask(0, 'debugFeatures');
  }
  isHalted(cpu: number): Promise<boolean> {
    return this.#machine.ask(cpu, 'isHalted');
  }

  get isRunning(): boolean {
    return this.#machine.isRunning;
  }
  stop(): Promise<void> {
    return this.#machine.stop();
  }
  resume({ steps, how }: { readonly steps: ReadonlySet<number>; readonly how: StepOptions }): Promise<void> | void {
    const [stepped] = steps;
    return stepped === undefined ? this.#machine.cont() : this.#machine.step(how, stepped);
  }
  get canReverse(): boolean {
    return this.#machine.config.journal?.mode === 'play';
  }
  reverse(kind: 'step' | 'continue'): Promise<void> {
    return this.#machine.travel({ kind: `reverse-${kind}` });
  }
  kill(): void {
    this.#machine.quit('host-signal');
  }

  readRegisters(cpu: number, numbers: readonly number[]): Promise<readonly (bigint | undefined)[]> {
    return this.#machine.ask(cpu, 'readRegisters', numbers);
  }
  writeRegister(cpu: number, number: number, value: bigint): Promise<boolean> {
    return this.#machine.ask(cpu, 'writeRegister', number, value);
  }
  readMemory(cpu: number, address: bigint, length: number, isPhysical: boolean): Promise<Uint8Array | undefined> {
    return this.#machine.ask(cpu, 'readMemory', address, length, isPhysical);
  }
  writeMemory(cpu: number, address: bigint, bytes: Uint8Array, isPhysical: boolean): Promise<boolean> {
    return this.#machine.ask(cpu, 'writeMemory', address, [...bytes], isPhysical);
  }

  addPoint(point: DebugPoint): Promise<boolean> {
    return this.#each((cpu) => this.#machine.ask(cpu, 'addPoint', point));
  }
  removePoint(point: DebugPoint): Promise<boolean> {
    return this.#each((cpu) => this.#machine.ask(cpu, 'removePoint', point));
  }
  async clearPoints(): Promise<void> {
    await Promise.all(this.#machine.core.vcpus.map((_, cpu) => this.#machine.ask(cpu, 'clearPoints')));
  }

  /** All CPUs have the same points. */
  async #each(change: (cpu: number) => Promise<boolean>): Promise<boolean> {
    const changed = await Promise.all(this.#machine.core.vcpus.map((_, cpu) => change(cpu)));
    return changed.every((done) => done);
  }

  subscribe(listener: (event: Event) => void): () => void {
    const machine = this.#machine;
    let isListening = true;
    const unsubscribe = machine.subscribe(({ name }) => {
      if (name === 'STOP') listener({ name: 'stopped', stop: this.#stop() });
    });
    const exited = (status: number): void => {
      if (isListening) listener({ name: 'exited', status });
    };
    machine.ended.then(
      ({ code }) => exited(code),
      () => exited(1),
    );
    return () => {
      isListening = false;
      unsubscribe();
    };
  }

  #stop(): Stop {
    const { state, debugStop } = this.#machine;
    if (debugStop === undefined) return { kind: 'signal', signal: SIGNALS[state] ?? SIGNAL_UNKNOWN };
    const { vcpu: cpu } = debugStop;
    if (debugStop.kind === 'begin') return { kind: 'debug', cpu, isBeginning: true };
    return debugStop.kind === 'watch' ? { kind: 'debug', cpu, watch: debugStop.point } : { kind: 'debug', cpu };
  }
}
