import type { BoardCpu } from '../board/site.ts';
import { CPU_HEADER, HALTED, RUNNING, type Contexts } from '../mem/cpu.ts';
import type { DebugFeature, DebugPoint } from '../mem/debug.ts';
import type { DebugPoints } from '../mem/debug-points.ts';
import { struct } from '../mem/struct.ts';
import type { MachineCore } from './core.ts';
import type { Journey } from './replay/travel.ts';
import type { TimedVcpu } from './timed-vcpu.ts';
import type { DebugStop, StepOptions, VcpuQuestions } from './vcpu-questions.ts';

const PAGE = 4096;
/** Points of one debugger. */
const MOST_POINTS = 1024;
/** An instruction is retried this often when something came between, such as a kick. */
const TRIES = 8;

export interface VcpuParts {
  readonly core: MachineCore;
  readonly index: number;
  readonly cpu: BoardCpu;
  readonly contexts: Contexts;
  readonly points: DebugPoints;
  /** The CPU's header. */
  readonly words: Int32Array;
  /** How it runs where time is counted in instructions. */
  readonly timed: () => TimedVcpu | undefined;
  /** Executes the instruction at pc; 0 if it was not retired. */
  readonly step: () => number;
  /** Forgets what was made of the guest's code. */
  readonly forget: () => void;
}

const Header = struct(CPU_HEADER);
const PC = Header.offsetOf.pc / 4;
const RUN_STATE = Header.offsetOf.runState / 4;

/** What is asked of a vCPU, answered on its thread. */
export class VcpuDebugger implements VcpuQuestions {
  readonly #parts: VcpuParts;

  constructor(parts: VcpuParts) {
    this.#parts = parts;
  }

  registersText(): readonly string[] {
    return this.#parts.cpu.registers();
  }
  debugFeatures(): readonly DebugFeature[] {
    return this.#parts.cpu.debug.features;
  }
  isHalted(): boolean {
    return this.#parts.words[RUN_STATE] !== RUNNING;
  }

  readRegisters(numbers: readonly number[]): (bigint | undefined)[] {
    return numbers.map((number) => this.#parts.cpu.debug.readRegister(number));
  }
  writeRegister(number: number, value: bigint): boolean {
    return this.#parts.cpu.debug.writeRegister(number, value);
  }

  readMemory(address: bigint, length: number, isPhysical: boolean): Uint8Array | undefined {
    const { memory } = this.#parts.core.board;
    const pieces = this.#pieces(address, length, isPhysical);
    if (pieces === undefined) return undefined;
    const bytes = new Uint8Array(length);
    for (const { physical, from, count } of pieces) bytes.set(memory.read(physical, count), from);
    return bytes;
  }

  writeMemory(address: bigint, bytes: readonly number[], isPhysical: boolean): boolean {
    const { memory } = this.#parts.core.board;
    const pieces = this.#pieces(address, bytes.length, isPhysical);
    if (pieces === undefined) return false;
    for (const { physical, from, count } of pieces) {
      // As a loader: into ROM, too. Code that was made from it is dropped.
      memory.load(physical, Uint8Array.from(bytes.slice(from, from + count)));
    }
    return true;
  }

  /** The pages of a range; undefined if one of them is not memory. */
  #pieces(
    address: bigint,
    length: number,
    isPhysical: boolean,
  ): { physical: number; from: number; count: number }[] | undefined {
    const { board } = this.#parts.core;
    const pieces: { physical: number; from: number; count: number }[] = [];
    for (let from = 0; from < length;) {
      const at = BigInt.asUintN(64, address + BigInt(from));
      const count = Math.min(length - from, PAGE - Number(at % BigInt(PAGE)));
      const physical = isPhysical ? Number(at) : board.pageTables(this.#parts.index).translate(at);
      if (physical === undefined || board.space.codeOffset(physical) < 0) return undefined;
      pieces.push({ physical, from, count });
      from += count;
    }
    return pieces;
  }

  addPoint(point: DebugPoint): boolean {
    const { points } = this.#parts;
    if (points.count >= MOST_POINTS) return false;
    points.add(point);
    this.#pointsChanged();
    return true;
  }
  removePoint(point: DebugPoint): boolean {
    const isThere = this.#parts.points.remove(point);
    if (isThere) this.#pointsChanged();
    return isThere;
  }
  clearPoints(): void {
    this.#parts.points.clear();
    this.#pointsChanged();
  }

  finishInstruction(): void {
    this.#parts.timed()?.finishInstruction();
  }
  travel(journey: Journey): void {
    this.#parts.timed()?.begin(journey);
  }
  endJourney(): void {
    this.#parts.timed()?.endJourney();
  }
  setReplayBreak(count: number | undefined): void {
    this.#parts.timed()?.setBreak(count);
  }

  settle(): void {
    const { core } = this.#parts;
    // Takes back what the host has done.
    core.timed?.isBlocked();
    core.lock.with(() => core.board.poll());
  }

  stateReplaced(): void {
    this.#parts.forget();
    this.#parts.cpu.loaded();
  }

  /** Pages that may be entered into the TLBs are others now. */
  #pointsChanged(): void {
    this.#parts.contexts.flushAll();
  }

  step({ takesInterrupts, runsTimers }: StepOptions): DebugStop {
    const { core, index, cpu, points, words } = this.#parts;
    const { board, clock } = core;
    if (runsTimers && board.timers.nextOf(index) <= clock.now()) {
      core.lock.with(() => board.timers.run(clock.now(), index));
    }
    // WFI may end at once (3.3.3), so that a step never waits.
    if (words[RUN_STATE] === HALTED) Atomics.store(words, RUN_STATE, RUNNING);
    const entersHandler = takesInterrupts && cpu.cpu.takeInterrupt();
    if (entersHandler || words[RUN_STATE] !== RUNNING) return { kind: 'step' };
    points.passesBreakpoints = true;
    this.#execute();
    points.passesBreakpoints = false;
    return this.takeHit() ?? { kind: 'step' };
  }

  /** Why the CPU stopped by itself, once. */
  takeHit(): DebugStop | undefined {
    const { points } = this.#parts;
    const { hit } = points;
    points.hit = undefined;
    return hit;
  }

  /** Executes one instruction, enters the handler of its exception, or finds a watchpoint. */
  #execute(): void {
    const { core, index, words, points, step } = this.#parts;
    const low = words[PC];
    const high = words[PC + 1];
    let exits = 0;
    for (let tries = 0; tries < TRIES; tries++) {
      exits |= core.board.exits.take(index);
      if (step() === 1 || points.hit !== undefined || words[PC] !== low || words[PC + 1] !== high) break;
    }
    // Whatever it was kicked for is still to be done.
    if (exits !== 0) core.kick(exits, index);
  }
}
