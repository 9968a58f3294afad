/**
 * Which interrupts are pending and which one is taken (Privileged Architecture 1.12, 3.1.6.1,
 * 3.1.8 and 3.1.9; Sstc for the supervisor timer).
 *
 * mip has two sources: what comes from outside, changed with Atomics by any thread, and what
 * software writes. With Sstc switched on, STIP comes from outside too: it says that `time` has
 * reached stimecmp, and is brought up to date when the armed deadline passes and before it is read.
 */

import { EXIT_INTERRUPT } from '../../mem/cpu.ts';
import { MEIP, MSIP, MTIP, SEIP } from '../../mem/interrupts.ts';
import { M, S, word } from './state.ts';
import { MSTATUS_MIE, MSTATUS_SIE } from './status.ts';

export const SSIP = 1;
export const STIP = 5;

/** The interrupts there are, as bits of mip, mie and mideleg. */
export const SUPERVISOR_INTERRUPTS = (1 << SSIP) | (1 << STIP) | (1 << SEIP);
export const MACHINE_INTERRUPTS = (1 << MSIP) | (1 << MTIP) | (1 << MEIP);

/** Highest priority first (3.1.9). */
const PRIORITY = [MEIP, MSIP, MTIP, SEIP, SSIP, STIP] as const;

const EXIT = word('exit');
const PRIVILEGE = word('privilege');
const MSTATUS = word('mstatus');
const EXTERNAL = word('mipExternal');
const SOFTWARE = word('mipSoftware');
const MIE = word('mie');
const MIDELEG = word('mideleg');
const STIMECMP = word('stimecmp');
const MENVCFG_HIGH = word('menvcfg') + 1;
/** menvcfg.STCE, in its high half. */
const STCE = 1 << 31;

/** The machine's time as a hart sees it: `time` in ticks, and one alarm. */
export interface HartTimer {
  /** Ticks of mtime, below 2^53. */
  now(): number;
  /** Calls the hart's `timerExpired` when `now()` reaches `ticks`; Infinity: never. Replaces the last. */
  arm(ticks: number): void;
}

export class Interrupts {
  readonly #words: Int32Array;
  readonly #timer: HartTimer;

  constructor(words: Int32Array, timer: HartTimer) {
    this.#words = words;
    this.#timer = timer;
  }

  /** Drives a bit of mip from outside; from any thread. */
  setPending(bit: number, level: boolean): void {
    const words = this.#words;
    if (!level) {
      Atomics.and(words, EXTERNAL, ~(1 << bit));
      return;
    }
    Atomics.or(words, EXTERNAL, 1 << bit);
    Atomics.or(words, EXIT, EXIT_INTERRUPT);
    Atomics.notify(words, EXIT);
  }

  /** All of mip, as last brought up to date. */
  pending(): number {
    const words = this.#words;
    const software = Atomics.load(words, SOFTWARE);
    // What software wrote into STIP counts again when stimecmp lets go of it.
    const counts = (words[MENVCFG_HIGH]! & STCE) !== 0 ? software & ~(1 << STIP) : software;
    return Atomics.load(words, EXTERNAL) | counts;
  }

  /** The interrupts that the hart would take now, of the mode that takes first; 0 if none. */
  takeable(): number {
    const words = this.#words;
    const enabled = this.pending() & words[MIE]!;
    if (enabled === 0) return 0;
    const privilege = words[PRIVILEGE]!;
    const status = words[MSTATUS]!;
    const delegated = words[MIDELEG]!;
    const machine = enabled & ~delegated;
    if (machine !== 0 && (privilege < M || (status & MSTATUS_MIE) !== 0)) return machine;
    const supervisor = enabled & delegated;
    if (supervisor !== 0 && (privilege < S || (privilege === S && (status & MSTATUS_SIE) !== 0))) return supervisor;
    return 0;
  }

  /** Number of the interrupt that is to be taken now, or -1. */
  next(): number {
    const takeable = this.takeable();
    if (takeable === 0) return -1;
    for (const bit of PRIORITY) if ((takeable & (1 << bit)) !== 0) return bit;
    return -1;
  }

  /** Asks the run loop to take an interrupt if there is one: 1 then, else 0. */
  announce(): number {
    if (this.takeable() === 0) return 0;
    Atomics.or(this.#words, EXIT, EXIT_INTERRUPT);
    return 1;
  }

  /** Pending and enabled, whatever the global enables and delegation say (3.3.3: what ends WFI). */
  wakes(): boolean {
    this.refreshTimer();
    return (this.pending() & this.#words[MIE]!) !== 0;
  }

  /** Brings STIP up to date with `time` and stimecmp. */
  refreshTimer(): void {
    if ((this.#words[MENVCFG_HIGH]! & STCE) !== 0) this.#setTimer(this.#timer.now() >= this.#deadline());
  }

  /** After a write of stimecmp or menvcfg: STIP, and the alarm. */
  rearm(): void {
    if ((this.#words[MENVCFG_HIGH]! & STCE) === 0) {
      this.#setTimer(false);
      this.#timer.arm(Infinity);
      return;
    }
    const deadline = this.#deadline();
    const isDue = this.#timer.now() >= deadline;
    this.#setTimer(isDue);
    this.#timer.arm(isDue || deadline >= 2 ** 53 ? Infinity : deadline);
  }

  #deadline(): number {
    const words = this.#words;
    return (words[STIMECMP + 1]! >>> 0) * 2 ** 32 + (words[STIMECMP]! >>> 0);
  }

  #setTimer(level: boolean): void {
    const isSet = (Atomics.load(this.#words, EXTERNAL) & (1 << STIP)) !== 0;
    if (isSet !== level) this.setPending(STIP, level);
  }
}
