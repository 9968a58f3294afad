import type { SbiFault } from './result.ts';

/** HSM state numbers, SBI 2.0 section 9, "HSM Hart States". */
export const HART_STARTED = 0;
export const HART_STOPPED = 1;
export const HART_START_PENDING = 2;
export const HART_STOP_PENDING = 3;
export const HART_SUSPENDED = 4;
export const HART_SUSPEND_PENDING = 5;
export const HART_RESUME_PENDING = 6;

/** Where a hart begins in S-mode with satp and sstatus.SIE zero, a0 its number and a1 `opaque`. */
export interface HartEntry {
  readonly address: bigint;
  readonly opaque: bigint;
}

/** One range of event codes and the programmable counters that can count them. */
export interface PmuEventMap {
  readonly first: number;
  readonly last: number;
  /** Bit n: counter n. */
  readonly counters: number;
}

/** The machine's performance counters, as the privileged architecture has them. */
export interface SbiCounters {
  /** Bit n set: mhpmcounter n is there; 3 to 31. */
  readonly mask: number;
  /** Width of those; mcycle and minstret have 64. */
  readonly bits: number;
  readonly events: readonly PmuEventMap[];
  /** mcountinhibit. */
  inhibit(hart: number): number;
  setInhibit(hart: number, value: number): void;
  /** mcycle, minstret, mhpmcounter n. */
  write(hart: number, counter: number, value: bigint): void;
  /** mhpmevent n. */
  setEvent(hart: number, counter: number, value: bigint): void;
}

/**
 * What the built-in SBI asks of the processor and the board. It is called on the thread of the hart
 * that executed the ecall. Hart numbers run from 0 to hartCount - 1.
 */
export interface SbiHost {
  readonly hartCount: number;
  readonly mvendorid: bigint;
  readonly marchid: bigint;
  readonly mimpid: bigint;
  readonly counters: SbiCounters;

  /** One of the HART_ numbers. */
  hartState(hart: number): number;
  /** Starts a hart that is stopped; false if another hart was quicker. */
  startHart(hart: number, entry: HartEntry): boolean;
  /** The calling hart is stopped; it leaves its run loop when the call is over. */
  stopHart(hart: number): void;
  /**
   * The calling hart sleeps as `wfi` does. It goes on behind the ecall, or from `resume`, losing its
   * state, if that is given.
   */
  suspendHart(hart: number, resume: HartEntry | undefined): void;

  /**
   * The next timer interrupt of a hart is when `time` reaches the value; a pending one goes away.
   * stimecmp with Sstc; otherwise the machine timer, whose interrupt sets STIP.
   */
  setTimer(hart: number, time: bigint): void;
  /** Sets or clears SSIP. */
  sendIpi(hart: number): void;
  clearIpi(hart: number): void;

  /** FENCE.I on those harts, over when the call is. */
  fenceI(harts: readonly number[]): void;
  /**
   * SFENCE.VMA on those harts, over when the call is: of a range or, if undefined, everything; of
   * one address space or, if undefined, all.
   */
  sfenceVma(harts: readonly number[], range: SbiRange | undefined, asid: bigint | undefined): void;

  /** Shuts the machine down (0), or resets it (1 cold, 2 warm). `failure`: the guest says so. */
  reset(type: 0 | 1 | 2, failure: boolean): void;

  /** Whether all of the physical range is RAM. */
  isRam(address: number, length: number): boolean;
  /** The bytes of RAM there, not a copy. */
  ram(address: number, length: number): Uint8Array;
  /** Whether S-mode may fetch instructions there: not from a device. */
  mayExecute(address: bigint): boolean;
  /** A 64-bit load as the hart itself would do it, through its page tables. */
  loadVirtual(hart: number, address: bigint): bigint | SbiFault;

  /** A byte for the debug console: the serial port. */
  putByte(byte: number): void;
  /** The next byte typed, or -1. */
  getByte(): number;
}

/** Virtual addresses `start` to `start + size`. */
export interface SbiRange {
  readonly start: bigint;
  readonly size: bigint;
}
