import { UserError } from '../base/errors.ts';
import type { DebugTarget, Feature, HostFiles, Point, Resumption, Stop, TargetEvent } from './target.ts';

const CPUS = 3;
const PC = 3;
const register = (name: string, number: number, bits = 64, type = 'int') => ({ name, number, bits, type });

/** Three CPUs of an imaginary kind, 4 KiB of memory at 0x1000, and points that are only kept. */
export class FakeTarget implements DebugTarget {
  readonly architecture = 'imaginary';
  readonly cpus = CPUS;
  readonly points: Point[] = [];
  /** What it was asked to do, in order. */
  readonly log: string[] = [];
  isRunning = false;
  readonly #registers = Array.from(
    { length: CPUS },
    (_, cpu) =>
      new Map([0, 1, 2, PC, 40].map((number) => [number, BigInt(number === PC ? 0x1000 : cpu * 256 + number)])),
  );
  readonly #memory = Uint8Array.from({ length: 4096 }, (_, i) => i);
  readonly #listeners = new Set<(event: TargetEvent) => void>();

  get listeners(): number {
    return this.#listeners.size;
  }

  features(): readonly Feature[] {
    const core = [
      register('a', 0),
      register('b', 1),
      register('sp', 2, 64, 'data_ptr'),
      register('pc', PC, 64, 'code_ptr'),
    ];
    return [
      { name: 'imaginary.core', file: 'core.xml', registers: core },
      { name: 'imaginary.more', file: 'more.xml', registers: [register('flags', 40, 16), register('ghost', 41)] },
    ];
  }
  isHalted(cpu: number): boolean {
    return cpu === 2;
  }

  stop(): void {
    if (!this.isRunning) return;
    this.halt({ kind: 'signal', signal: 2 });
  }
  /** It stops by itself. */
  halt(stop: Stop): void {
    this.isRunning = false;
    this.#emit({ name: 'stopped', stop });
  }
  exit(status: number): void {
    this.isRunning = false;
    this.#emit({ name: 'exited', status });
  }

  resume({ steps, runs, how, signals }: Resumption): void {
    const list = (cpus: ReadonlySet<number>): string => [...cpus].join();
    this.log.push(`resume: steps ${list(steps)}; runs ${list(runs)}; interrupts ${how.takesInterrupts}`);
    for (const [cpu, signal] of signals ?? []) this.log.push(`CPU ${cpu} gets signal ${signal}`);
    if (this.#registers[0]!.get(PC) === 0xdeadn) throw new UserError('it cannot run');
    const [stepped] = steps;
    this.isRunning = true;
    if (stepped === undefined) return;
    const registers = this.#registers[stepped]!;
    registers.set(PC, registers.get(PC)! + 4n);
    this.halt({ kind: 'debug', cpu: stepped });
  }
  /** What it repeats begins at 0x1000. */
  canReverse = false;
  reverse(kind: 'step' | 'continue'): void {
    this.log.push(`reverse: ${kind}`);
    const registers = this.#registers[0]!;
    const pc = registers.get(PC)!;
    if (kind === 'step' && pc > 0x1000n) {
      registers.set(PC, pc - 4n);
      this.halt({ kind: 'debug', cpu: 0 });
      return;
    }
    registers.set(PC, 0x1000n);
    this.halt({ kind: 'debug', cpu: 0, isBeginning: true });
  }
  kill(): void {
    this.log.push('kill');
  }

  readRegisters(cpu: number, numbers: readonly number[]): (bigint | undefined)[] {
    return numbers.map((number) => this.#registers[cpu]!.get(number));
  }
  writeRegister(cpu: number, number: number, value: bigint): boolean {
    if (!this.#registers[cpu]!.has(number)) return false;
    this.#registers[cpu]!.set(number, value);
    return true;
  }
  readMemory(_cpu: number, address: bigint, length: number, isPhysical: boolean): Uint8Array | undefined {
    const at = this.#at(address, length, isPhysical);
    return at < 0 ? undefined : this.#memory.slice(at, at + length);
  }
  writeMemory(_cpu: number, address: bigint, bytes: Uint8Array, isPhysical: boolean): boolean {
    const at = this.#at(address, bytes.length, isPhysical);
    if (at >= 0) this.#memory.set(bytes, at);
    return at >= 0;
  }
  /** Physical addresses are 0x1000 below virtual ones. */
  #at(address: bigint, length: number, isPhysical: boolean): number {
    const at = isPhysical ? address : address - 0x1000n;
    return at >= 0n && at + BigInt(length) <= 4096n ? Number(at) : -1;
  }

  addPoint(point: Point): boolean {
    this.points.push(point);
    return true;
  }
  removePoint({ kind, address }: Point): boolean {
    const at = this.points.findIndex((point) => point.kind === kind && point.address === address);
    if (at >= 0) this.points.splice(at, 1);
    return at >= 0;
  }
  clearPoints(): void {
    this.points.length = 0;
  }

  readonly objects = { auxv: (annex: string) => (annex === '' ? Uint8Array.of(1, 2, 0x7d, 0x23) : undefined) };
  offset(): bigint {
    return 0x4000n;
  }
  /** One file, `/lib`, of the bytes 0 to 9. */
  readonly files: HostFiles = {
    open: (path) => (path === '/lib' ? 3 : -2),
    close: (fd) => (fd === 3 ? 0 : -9),
    read: (fd, length, offset) =>
      fd === 3 ? Uint8Array.from({ length: 10 }, (_, i) => i).slice(offset, offset + length) : -9,
    stat: (fd) => (fd === 3 ? new Uint8Array(4) : -9),
    readlink: () => -22,
  };
  passSignals(signals: ReadonlySet<number>): void {
    this.log.push(`passes ${[...signals].join()}`);
  }

  monitor(line: string): string {
    return `you said ${line}\r\n`;
  }
  subscribe(listener: (event: TargetEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
  #emit(event: TargetEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
