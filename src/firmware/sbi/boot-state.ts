import type { HartEntry } from './host.ts';

/**
 * How the built-in SBI hands a hart over to S-mode, at boot, after hart_start, and when a hart wakes
 * without its state: what M-mode firmware would have written to the hart's CSRs before its `mret`.
 * Values are those that OpenSBI 1.6 leaves, seen from S-mode, except where a comment says otherwise.
 * Registers not named are as after reset.
 */
export interface HandOver {
  readonly pc: bigint;
  /** S-mode. */
  readonly privilege: 1;
  /** a0: the hart's number. a1: the device tree at boot, else `opaque`. */
  readonly a0: bigint;
  readonly a1: bigint;
  /** By CSR name; the widths are the register's. */
  readonly csrs: Readonly<Record<string, bigint>>;
}

/** Supervisor software, timer and external interrupts are the supervisor's. */
const MIDELEG = 0x222n;

/**
 * Every exception but the ecall from S-mode (9), which is a call of the SBI, and that from M-mode
 * (11), which cannot be: 0 to 8, and the page faults 12, 13, 15. OpenSBI keeps illegal instructions,
 * misaligned and access faults (it delegates 0xb109) to help out, and hands what it cannot help with
 * down by software, which gives the supervisor the same registers as a delegated trap.
 */
const MEDELEG = 0xb1ffn;

/** FS dirty, so that floating point works from the first instruction; MPP and interrupts off. */
const MSTATUS = 0x6000n;

/** cycle, time and instret for U-mode; every counter for S-mode. */
const SCOUNTEREN = 7n;
const MCOUNTEREN = 0xffff_ffffn;

/** cycle and instret run; the programmable counters wait for the PMU extension. */
const MCOUNTINHIBIT = 0xffff_fff8n;

/** menvcfg.STCE: stimecmp belongs to the supervisor. */
const STCE = 1n << 63n;

/**
 * One NAPOT entry over all of memory with R, W and X. Without an entry S-mode may access nothing
 * (Privileged Architecture 1.12, 3.7.1). The firmware has no memory to protect.
 */
const PMPCFG0 = 0x1fn;
const PMPADDR0 = 0x3f_ffff_ffff_ffffn;

/** No timer interrupt before one is asked for. */
const NEVER = 2n ** 64n - 1n;

export interface HandOverOptions {
  /** Whether the hart has the Sstc extension. */
  readonly sstc: boolean;
  /** The hart wakes from a suspend without state: its pending interrupts and its timer are kept. */
  readonly wakes?: boolean;
}

export function handOver(hart: number, { address, opaque }: HartEntry, { sstc, wakes }: HandOverOptions): HandOver {
  const interrupts: Record<string, bigint> = wakes === true ? {} : sstc ? { sip: 0n, stimecmp: NEVER } : { sip: 0n };
  return {
    pc: address,
    privilege: 1,
    a0: BigInt(hart),
    a1: opaque,
    csrs: {
      mstatus: MSTATUS,
      mideleg: MIDELEG,
      medeleg: MEDELEG,
      mcounteren: MCOUNTEREN,
      mcountinhibit: MCOUNTINHIBIT,
      menvcfg: sstc ? STCE : 0n,
      pmpaddr0: PMPADDR0,
      pmpcfg0: PMPCFG0,
      scounteren: SCOUNTEREN,
      // "satp 0, sstatus.SIE 0" (SBI 2.0 section 9.1); the rest of the supervisor's own is cleared.
      satp: 0n,
      sie: 0n,
      sscratch: 0n,
      stvec: address,
      ...interrupts,
    },
  };
}
