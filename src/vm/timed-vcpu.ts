import { EVERY_CPU } from '../hw/timers.ts';
import { EXIT_DEVICE } from '../mem/cpu.ts';
import type { MachineCore } from './core.ts';
import type { DebugPoints } from '../mem/debug-points.ts';
import type { Journey, Travel } from './replay/travel.ts';
import type { Journal } from './replay/journal.ts';
import type { TimedIo } from './timed-io.ts';
import type { Step } from './vcpu.ts';
import { RUNNING, type VcpuControl } from './vcpu-control.ts';
import type { VcpuCounters } from './vcpu-counters.ts';
import type { DebugStop } from './vcpu-questions.ts';

/** Steps to the end of an instruction that is under way: its exceptions, each with what they wait for. */
const TRIES = 1000;

export interface TimedVcpuParts {
  readonly core: MachineCore;
  readonly index: number;
  readonly timed: TimedIo;
  readonly control: VcpuControl;
  readonly counters: VcpuCounters;
  /** It waits, or is switched off. */
  readonly isHalted: () => boolean;
  /** What it waits for has come: it goes on. */
  readonly wakes: () => boolean;
  /** Takes the interrupt that is pending, then runs; gives how many instructions were retired. */
  readonly execute: (budget: number, isAlone: boolean) => number;
  readonly takeHit: () => DebugStop | undefined;
  readonly points: DebugPoints;
  /** Of a replay: how it is moved about in. */
  readonly travel: Travel | undefined;
}

/**
 * How a vCPU runs where time is counted in instructions. Whatever comes from outside it comes at an instant that the
 * instructions retired and the virtual time name, and in this order: what arrived, completed requests, timers; to a
 * CPU that waits, what arrived comes last.
 */
export class TimedVcpu {
  /** Virtual time until which an idle CPU has nothing to do. */
  deadline = Infinity;
  readonly #parts: TimedVcpuParts;
  readonly #journal: Journal;
  readonly #isReplay: boolean;
  /** An instruction has just been retired and nothing has happened since: an instant that has a name. */
  #isBetween = true;
  /** It stands before an instruction at a point of the debugger, which is passed over. */
  #passes = false;
  /** Instructions retired where a debugger's step of a machine that is recorded ends. */
  #stepEnd = Infinity;

  constructor(parts: TimedVcpuParts) {
    this.#parts = parts;
    const { core, timed } = parts;
    this.#journal = core.journal ?? timed;
    this.#isReplay = core.config.journal?.mode === 'play';
  }

  /** Sees to what came up, then runs at most `instructions`. `exits`: what it was kicked for. */
  step(instructions: number, exits: number): Step {
    const { timed, travel, isHalted } = this.#parts;
    if (timed.isBlocked()) return 'blocked';
    if (travel === undefined) return this.#stepEnd === Infinity ? this.#step(instructions, exits) : this.#singly(exits);
    if (this.#passes) return this.#pass();
    const stop = this.#isBetween || isHalted() ? travel.arrived(this.#isBetween) : undefined;
    if (stop !== undefined) return stop;
    if (this.#land()) return 'ran';
    const did = this.#step(Math.min(instructions, travel.instructionsLeft), exits);
    if (typeof did !== 'object') return did;
    const met = travel.met(did);
    this.#passes = met === undefined;
    return met ?? 'ran';
  }

  /** Of a machine that is recorded: a debugger's step, in which all happens as ever. */
  #singly(exits: number): Step {
    const hasArrived = this.#isBetween && this.#parts.core.instructions!.retired >= this.#stepEnd;
    const did = hasArrived ? ({ kind: 'step' } as const) : this.#step(1, exits);
    if (typeof did === 'object') this.endJourney();
    return did;
  }

  /** Executes the instruction that a point of the debugger is at. */
  #pass(): Step {
    const { points, execute } = this.#parts;
    this.#passes = false;
    points.passesBreakpoints = true;
    points.passesWatchpoints = true;
    this.#isBetween = execute(1, true) === 1;
    points.passesBreakpoints = false;
    points.passesWatchpoints = false;
    return 'ran';
  }

  /** Begins a journey of a machine that stands still. */
  begin(journey: Journey): void {
    const { core, points, travel } = this.#parts;
    this.#passes = false;
    travel?.begin(journey);
    this.#land();
    if (travel !== undefined || journey.kind !== 'step') return;
    points.passesBreakpoints = true;
    this.#stepEnd = core.instructions!.retired + 1;
  }

  /** Whether the machine was put back to a checkpoint. */
  #land(): boolean {
    const landed = this.#parts.travel?.takeLanding();
    if (landed !== undefined) this.#isBetween = landed.isBetween;
    return landed !== undefined;
  }

  #step(instructions: number, exits: number): Step {
    const { core, timed, counters, isHalted, wakes, execute, takeHit } = this.#parts;
    const { board, clock, lock } = core;
    const journal = this.#journal;
    if (this.#isBetween && !isHalted()) this.#admit();
    if (this.#isStopped) return 'stopped';
    if (timed.isDue) lock.with(() => board.poll());
    if (board.timers.next() <= clock.now()) {
      counters.add('exitsTimer');
      lock.with(() => board.timers.run(clock.now(), EVERY_CPU));
    }
    if (isHalted() && !wakes()) {
      this.#admit();
      if (this.#isStopped) return 'stopped';
      if (!wakes()) {
        this.deadline = Math.min(board.timers.next(), timed.next(), journal.nextTime);
        return 'idle';
      }
    }
    const isAlone = (exits & EXIT_DEVICE) !== 0;
    const untilDeadline = clock.instructionsUntil(Math.min(board.timers.next(), timed.next()));
    const most = Math.min(instructions, untilDeadline, journal.instructionsLeft);
    const budget = isAlone || journal.hasArrival ? 1 : most;
    this.#isBetween = execute(budget, isAlone) === budget;
    return takeHit() ?? 'ran';
  }

  /** A recording stopped the machine. */
  get #isStopped(): boolean {
    return this.#isReplay && this.#parts.control.wanted !== RUNNING;
  }

  /** Lets in what arrived. */
  #admit(): void {
    const { core, timed } = this.#parts;
    const { board, lock } = core;
    const journal = this.#journal;
    for (let next = journal.takeArrival(); next !== undefined; next = journal.takeArrival()) {
      timed.admit(next);
      lock.with(() => board.poll());
    }
  }

  endJourney(): void {
    this.#passes = false;
    if (this.#stepEnd !== Infinity) this.#parts.points.passesBreakpoints = false;
    this.#stepEnd = Infinity;
    this.#parts.travel?.interrupted();
  }
  setBreak(count: number | undefined): void {
    this.#parts.travel?.setBreak(count);
  }

  /** Of a vCPU that stands still: goes on to an instant that has a name. */
  finishInstruction(): void {
    const { core, index } = this.#parts;
    for (let tries = 0; tries < TRIES && !this.#isBetween; tries++) {
      if (this.#step(1, core.board.exits.take(index)) === 'idle') return;
    }
  }
}
