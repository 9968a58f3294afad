/** Entering and leaving trap handlers (Privileged Architecture 1.12, 3.1.6.1, 3.1.15, 3.3.2). */

import type { Contexts } from '../../mem/cpu.ts';
import type { MachineLog } from '../../mem/machine-log.ts';
import { publishMode } from './mode.ts';
import { M, S, U, word } from './state.ts';
import { trapText } from './trap-text.ts';
import {
  MSTATUS_MIE,
  MSTATUS_MPIE,
  MSTATUS_MPP,
  MSTATUS_MPP_SHIFT,
  MSTATUS_MPRV,
  MSTATUS_SIE,
  MSTATUS_SPIE,
  MSTATUS_SPP,
} from './status.ts';

/** Exception codes (3.1.15, table 3.6). */
export const FETCH_MISALIGNED = 0;
export const FETCH_ACCESS = 1;
export const ILLEGAL = 2;
export const BREAKPOINT = 3;
export const LOAD_MISALIGNED = 4;
export const LOAD_ACCESS = 5;
export const STORE_MISALIGNED = 6;
export const STORE_ACCESS = 7;
export const ECALL_U = 8;
export const FETCH_PAGE = 12;
export const LOAD_PAGE = 13;
export const STORE_PAGE = 15;

const PC = word('pc');
const PRIVILEGE = word('privilege');
const RESERVATION = word('reservationAddress');
const MSTATUS = word('mstatus');
const MIDELEG = word('mideleg');
const MEDELEG = word('medeleg');
const MTVEC = word('mtvec');
const MEPC = word('mepc');
const MCAUSE = word('mcause');
const MTVAL = word('mtval');
const STVEC = word('stvec');
const SEPC = word('sepc');
const SCAUSE = word('scause');
const STVAL = word('stval');

export class Traps {
  readonly #words: Int32Array;
  readonly #contexts: Contexts;
  readonly #log: MachineLog;
  readonly #hartId: number;

  constructor(words: Int32Array, contexts: Contexts, { log, hartId }: { log: MachineLog; hartId: number }) {
    this.#words = words;
    this.#log = log;
    this.#hartId = hartId;
    this.#contexts = contexts;
  }

  /** Raises a synchronous exception for the instruction at pc. */
  raise(cause: number, valueLow: number, valueHigh: number): void {
    this.#enter(cause, false, valueLow, valueHigh, this.#words[MEDELEG]!);
  }

  /** Takes interrupt `cause` before the instruction at pc. */
  interrupt(cause: number): void {
    this.#enter(cause, true, 0, 0, this.#words[MIDELEG]!);
  }

  #enter(cause: number, isInterrupt: boolean, low: number, high: number, delegated: number): void {
    const words = this.#words;
    const from = words[PRIVILEGE]!;
    const status = words[MSTATUS]!;
    if (this.#log.has('int')) this.#report(cause, isInterrupt, low, high);
    // 3.1.8: a trap never goes to a less privileged mode than the one it comes from.
    if (from <= S && ((delegated >>> cause) & 1) !== 0) {
      words[SCAUSE] = cause;
      words[SCAUSE + 1] = isInterrupt ? 1 << 31 : 0;
      words[SEPC] = words[PC]!;
      words[SEPC + 1] = words[PC + 1]!;
      words[STVAL] = low;
      words[STVAL + 1] = high;
      let next = status & ~(MSTATUS_SPIE | MSTATUS_SIE | MSTATUS_SPP);
      if ((status & MSTATUS_SIE) !== 0) next |= MSTATUS_SPIE;
      if (from === S) next |= MSTATUS_SPP;
      words[MSTATUS] = next;
      words[PRIVILEGE] = S;
      this.#jump(STVEC, isInterrupt ? cause : 0);
    } else {
      words[MCAUSE] = cause;
      words[MCAUSE + 1] = isInterrupt ? 1 << 31 : 0;
      words[MEPC] = words[PC]!;
      words[MEPC + 1] = words[PC + 1]!;
      words[MTVAL] = low;
      words[MTVAL + 1] = high;
      let next = status & ~(MSTATUS_MPIE | MSTATUS_MIE | MSTATUS_MPP);
      if ((status & MSTATUS_MIE) !== 0) next |= MSTATUS_MPIE;
      words[MSTATUS] = next | (from << MSTATUS_MPP_SHIFT);
      words[PRIVILEGE] = M;
      this.#jump(MTVEC, isInterrupt ? cause : 0);
    }
    this.#arrive();
  }

  #report(cause: number, isInterrupt: boolean, low: number, high: number): void {
    const words = this.#words;
    const pc = [words[PC]!, words[PC + 1]!] as const;
    this.#log.write(trapText({ hart: this.#hartId, isInterrupt, cause, pc, value: [low, high] }));
  }

  /** After a change of privilege. A reservation does not outlive it, so no other process can use it. */
  #arrive(): void {
    const words = this.#words;
    words[RESERVATION] = -1;
    words[RESERVATION + 1] = -1;
    publishMode(words, this.#contexts);
  }

  /** 3.1.7: in vectored mode interrupt n goes to BASE + 4n. */
  #jump(tvec: number, interrupt: number): void {
    const words = this.#words;
    const low = words[tvec]!;
    const base = low & ~3;
    const target = (low & 3) === 1 ? (base + 4 * interrupt) | 0 : base;
    words[PC] = target;
    // The base may be 4-byte aligned only, so the sum can carry.
    words[PC + 1] = words[tvec + 1]! + (target >>> 0 < base >>> 0 ? 1 : 0);
  }

  /** MRET, in M. The caller has checked that it is allowed. */
  returnFromMachine(): void {
    const words = this.#words;
    const status = words[MSTATUS]!;
    const to = (status >>> MSTATUS_MPP_SHIFT) & 3;
    let next = (status & ~(MSTATUS_MPP | MSTATUS_MIE)) | MSTATUS_MPIE | (U << MSTATUS_MPP_SHIFT);
    if ((status & MSTATUS_MPIE) !== 0) next |= MSTATUS_MIE;
    if (to !== M) next &= ~MSTATUS_MPRV;
    words[MSTATUS] = next;
    this.#return(to, MEPC);
  }

  /** SRET, in S or M. The caller has checked that it is allowed. */
  returnFromSupervisor(): void {
    const words = this.#words;
    const status = words[MSTATUS]!;
    const to = (status & MSTATUS_SPP) !== 0 ? S : U;
    let next = (status & ~(MSTATUS_SPP | MSTATUS_SIE | MSTATUS_MPRV)) | MSTATUS_SPIE;
    if ((status & MSTATUS_SPIE) !== 0) next |= MSTATUS_SIE;
    words[MSTATUS] = next;
    this.#return(to, SEPC);
  }

  #return(to: number, epc: number): void {
    const words = this.#words;
    words[PRIVILEGE] = to;
    words[PC] = words[epc]!;
    words[PC + 1] = words[epc + 1]!;
    this.#arrive();
  }
}
