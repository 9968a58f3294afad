import type { DebugPoints } from '../../mem/debug-points.ts';
import type { MachineCore } from '../core.ts';
import type { DebugStop } from '../vcpu-questions.ts';
import { Checkpoints, type Checkpoint } from './checkpoints.ts';
import type { Replayer } from './replayer.ts';

/** Where a replay is to go; it stops there. */
export type Journey =
  /** To where so many instructions are retired, forwards or backwards. */
  | { readonly kind: 'seek'; readonly count: number }
  /** By one instruction. */
  | { readonly kind: 'step' }
  | { readonly kind: 'reverse-step' }
  /** To the last point that was met before where it is now, or to the beginning. */
  | { readonly kind: 'reverse-continue' };

/** Of the host's time, between two checkpoints of a replay that goes on. */
const PERIOD_MS = 2000;
/** Instructions before the end of a journey at which a checkpoint is made, for the next one. */
const NEAR = 100_000;

/** What becomes of the debugger's points. */
type Mode = 'live' | 'counting' | 'passing' | 'hidden';

/** What is done where a journey ends. */
interface Goal {
  readonly count: number;
  readonly stop: DebugStop | (() => DebugStop | undefined);
}

export interface TravelSite {
  readonly core: MachineCore;
  readonly replayer: Replayer;
  readonly points: DebugPoints;
  /** Memory was changed behind the CPU's back; and all the rest of the machine. */
  readonly written: (host: number, length: number) => void;
  readonly replaced: () => void;
}

/**
 * Moves a replay about in its recording. Backwards is from a checkpoint forwards, with the points of the
 * debugger hidden or counted:
 *
 *     reverse-step       checkpoint ──▶ one instruction less than now
 *     reverse-continue   checkpoint ──▶ now, counting the points met; none: the same from an earlier one;
 *                        else the checkpoint once more ──▶ the last point that was met
 */
export class Travel {
  readonly #site: TravelSite;
  readonly #checkpoints: Checkpoints;
  /** So far the guest has been: what it sends before that was sent. */
  #furthest = 0;
  #breakAt = Infinity;
  #goal: Goal | undefined;
  /** While points are counted: how many were met. While one is looked for: how many are still to be passed. */
  #met = 0;
  #toPass = 0;
  #mode: Mode = 'live';
  #saved = -Infinity;
  #landed: Checkpoint | undefined;

  constructor(site: TravelSite) {
    this.#site = site;
    this.#checkpoints = new Checkpoints(site.core, site.written);
  }

  get #count(): number {
    return this.#site.core.instructions!.retired;
  }

  /** Stops, once, where so many instructions are retired. */
  setBreak(count: number | undefined): void {
    this.#breakAt = count ?? Infinity;
  }

  /** Begins a journey of a machine that stands still; it is over when `arrived` gives a stop. */
  begin(journey: Journey): void {
    const now = this.#count;
    this.#furthest = Math.max(this.#furthest, now);
    switch (journey.kind) {
      case 'seek':
        if (journey.count < now) this.#goBack(journey.count);
        this.#head({ count: journey.count, stop: { kind: 'seek' } }, 'hidden');
        break;
      case 'step':
        this.#site.points.passesBreakpoints = true;
        this.#head({ count: now + 1, stop: { kind: 'step' } }, 'live');
        break;
      case 'reverse-step':
        if (now === 0) return this.#head({ count: 0, stop: { kind: 'begin' } }, 'hidden');
        this.#goBack(now - 1);
        this.#head({ count: now - 1, stop: { kind: 'step' } }, 'hidden');
        break;
      case 'reverse-continue':
        this.#search(this.#checkpoints.before(now - 1), now);
    }
  }

  /** Counts the points from a checkpoint to `end`. */
  #search(from: Checkpoint | undefined, end: number): void {
    if (from === undefined) return this.#head({ count: this.#count, stop: { kind: 'begin' } }, 'hidden');
    this.#restore(from);
    this.#met = 0;
    this.#head({ count: end, stop: () => this.#searched(from, end) }, 'counting');
  }

  #searched(from: Checkpoint, end: number): undefined {
    const met = this.#met;
    if (met === 0) {
      const earlier = this.#checkpoints.before(from.count - 1);
      if (earlier !== undefined) this.#search(earlier, from.count);
      else {
        this.#restore(from);
        this.#head({ count: from.count, stop: { kind: 'begin' } }, 'hidden');
      }
      return;
    }
    this.#restore(from);
    this.#toPass = met - 1;
    this.#head({ count: end, stop: { kind: 'step' } }, 'passing');
  }

  #head(goal: Goal | undefined, mode: Mode): void {
    this.#goal = goal;
    this.#mode = mode;
    this.#hide(mode === 'hidden');
  }

  #hide(areHidden: boolean): void {
    const { points, replaced } = this.#site;
    if (points.areHidden === areHidden) return;
    points.areHidden = areHidden;
    // Pages may be in the TLBs that may not be, or the other way round.
    if (points.count > 0) replaced();
  }

  #goBack(count: number): void {
    this.#restore(this.#checkpoints.before(count)!);
  }

  #restore(checkpoint: Checkpoint): void {
    const { replayer, replaced, core } = this.#site;
    this.#checkpoints.restore(checkpoint);
    replayer.next = checkpoint.next;
    this.#landed = checkpoint;
    for (const port of core.timed!.blocks.values()) port.forget();
    replaced();
  }

  /** The checkpoint that the machine was put back to, once. */
  takeLanding(): Checkpoint | undefined {
    const landed = this.#landed;
    this.#landed = undefined;
    return landed;
  }

  /**
   * Before a CPU goes on, where an instruction was just retired or it waits: a stop if the journey is over. Makes
   * checkpoints.
   */
  arrived(isBetween: boolean): DebugStop | undefined {
    const { core, replayer } = this.#site;
    const { hostClock } = core;
    const now = this.#count;
    core.timed!.mute(now < this.#furthest);
    const isNear = this.#goal !== undefined && now >= this.#goal.count - NEAR && this.#mode === 'hidden';
    const time = hostClock.now() / 1e6;
    if (now === 0 || (now > this.#furthest && time - this.#saved > PERIOD_MS) || (isNear && this.#isFar(now))) {
      this.#checkpoints.save({ count: now, next: replayer.next, isBetween });
      this.#saved = hostClock.now() / 1e6;
    }
    const goal = this.#goal;
    if (goal !== undefined && now >= goal.count) {
      const stop = typeof goal.stop === 'function' ? goal.stop() : goal.stop;
      if (stop !== undefined) this.#end();
      return stop;
    }
    if (now < this.#breakAt) return undefined;
    this.#breakAt = Infinity;
    this.#end();
    return { kind: 'seek' };
  }

  /** A checkpoint here would spare more than it takes. */
  #isFar(now: number): boolean {
    return now - this.#checkpoints.before(now)!.count > 2 * NEAR;
  }

  #end(): void {
    this.#goal = undefined;
    this.#mode = 'live';
    this.#site.points.passesBreakpoints = false;
    this.#hide(false);
    this.#furthest = Math.max(this.#furthest, this.#count);
  }

  /** Instructions until it has to look again. */
  get instructionsLeft(): number {
    const now = this.#count;
    const { count = Infinity } = this.#goal ?? {};
    const near = this.#mode === 'hidden' && now < count - NEAR ? count - NEAR : count;
    const next = Math.min(near, this.#breakAt, now < this.#furthest ? this.#furthest : Infinity);
    return Math.max(1, next - now);
  }

  /** A point of the debugger was met: what it stops with, or undefined if the CPU is to go on past it. */
  met(stop: DebugStop): DebugStop | undefined {
    switch (this.#mode) {
      case 'counting':
        this.#met++;
        return undefined;
      case 'passing':
        if (this.#toPass-- > 0) return undefined;
        break;
      default:
    }
    this.#end();
    return stop;
  }

  /** The machine stops for another reason than that it arrived. */
  interrupted(): void {
    if (this.#goal !== undefined) this.#end();
  }
}
