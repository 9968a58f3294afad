/** A RISC-V hart: what the run loop, the memory slow paths, devices and the monitor use of it. */

import { BugError } from '../../base/errors.ts';
import type { AddressSpace } from '../../mem/address-space.ts';
import {
  CONTINUE,
  EXIT_WORK,
  HALTED,
  MOVED,
  OFF,
  RAISED,
  type Access,
  type GuestCpu,
  type Translation,
} from '../../mem/cpu.ts';
import type { Csr } from './csr/csr.ts';
import { CSRS } from './csr/index.ts';
import { Hart, type HartConfiguration } from './hart.ts';
import { CSR_CLEAR, CSR_NO_READ, CSR_NO_WRITE, CSR_SET, CSR_SWAP } from './helpers.ts';
import { ACCESS_CAUSE, Mmu, type AddressTranslation } from './mmu.ts';
import { dataPrivilege } from './mode.ts';
import { repairState } from './loaded-state.ts';
import { M, S, U, word } from './state.ts';
import { MSTATUS_TSR, MSTATUS_TVM, MSTATUS_TW } from './status.ts';
import { translationText } from './trap-text.ts';
import {
  BREAKPOINT,
  ECALL_U,
  FETCH_MISALIGNED,
  ILLEGAL,
  LOAD_MISALIGNED,
  STORE_MISALIGNED,
  type Traps,
} from './traps.ts';

const PC = word('pc');
const EXIT = word('exit');
const RUN_STATE = word('runState');
const PRIVILEGE = word('privilege');
const MSTATUS = word('mstatus');
const ARGUMENTS = word('arguments');
const RESULT = word('result');
const RESERVATION = word('reservationAddress');
const X = word('x');
const F = word('f');
const EXTERNAL = word('mipExternal');

/** How firmware hands a hart over to what it boots. */
export interface StartState {
  readonly pc: bigint;
  readonly privilege: number;
  readonly a0: bigint;
  readonly a1: bigint;
  /** CSRs by name; others are as after reset. */
  readonly csrs: Readonly<Record<string, bigint>>;
}

export interface CpuConfiguration extends HartConfiguration {
  readonly space: AddressSpace;
  /**
   * Firmware that is part of the machine: called for an ECALL from S with pc after it. True: it is
   * done. False: the exception is raised.
   */
  readonly environmentCall?: ((cpu: RiscvCpu) => boolean) | undefined;
  /** What stands in for everything above U, where the hart runs a program without an operating system's code. */
  readonly supervisor?: Supervisor | undefined;
}

/** Translates addresses in place of page tables, and is told of exceptions in place of a trap handler. */
export interface Supervisor {
  readonly memory: AddressTranslation;
  /** pc stays that of the instruction. Has to see to it that the run loop is left. */
  raise(cause: number, valueLow: number, valueHigh: number): void;
}

export class RiscvCpu implements GuestCpu {
  readonly hart: Hart;
  readonly translation: Translation;
  readonly helpers: Readonly<Record<string, () => number>>;
  readonly #words: Int32Array;
  readonly #mmu: AddressTranslation;
  readonly #traps: Pick<Traps, 'raise'>;
  readonly #space: AddressSpace;
  readonly #environmentCall: ((cpu: RiscvCpu) => boolean) | undefined;
  readonly #csrs: (Csr | undefined)[] = Array.from({ length: 4096 }, () => undefined);

  constructor(configuration: CpuConfiguration) {
    const hart = new Hart(configuration);
    this.hart = hart;
    this.#words = hart.words;
    this.#space = configuration.space;
    this.#environmentCall = configuration.environmentCall;
    const { supervisor } = configuration;
    this.#mmu = supervisor?.memory ?? new Mmu(hart, configuration.space, configuration.memory);
    this.#traps = supervisor ?? hart.traps;
    this.translation = this.#mmu.translation;
    for (const csr of CSRS) if (csr.exists(hart)) this.#csrs[csr.number] = csr;
    this.helpers = {
      csr: () => this.#csr(),
      raise_illegal: () => this.#illegal(this.#words[ARGUMENTS]!),
      raise_misaligned_fetch: () => this.#raise(FETCH_MISALIGNED, this.#argument(0), this.#argumentHigh(0)),
      ecall: () => this.#ecall(),
      ebreak: () => this.#raise(BREAKPOINT, 0, 0),
      mret: () => this.#mret(),
      sret: () => this.#sret(),
      wfi: () => this.#wfi(),
      sfence_vma: () => this.#sfenceVma(),
      sfence_inval: () => (this.#words[PRIVILEGE] === U ? this.#illegal(0) : 0),
      fence_i: () => CONTINUE,
    };
  }

  /** As after power-on, in M (3.4). Interrupt lines stay as their devices drive them. */
  reset(pcLow: number, pcHigh = 0): void {
    const words = this.#words;
    for (let i = X; i < words.length; i++) if (i !== EXTERNAL) words[i] = 0;
    words[PC] = pcLow;
    words[PC + 1] = pcHigh;
    words[PRIVILEGE] = M;
    words[RESERVATION] = -1;
    words[RESERVATION + 1] = -1;
    this.hart.pmp.decode();
    this.hart.contexts.flushAll();
    this.hart.interrupts.rearm();
    this.hart.publishMode();
  }

  /** Resets the hart and starts it as firmware leaves it to what it boots. */
  start({ pc, privilege, a0, a1, csrs }: StartState): void {
    this.reset(Number(BigInt.asIntN(32, pc)), Number(BigInt.asIntN(32, pc >> 32n)));
    for (const [name, value] of Object.entries(csrs)) {
      const csr = this.#csrs.find((candidate) => candidate?.name === name);
      if (csr === undefined) throw new BugError(`no CSR ${name} to start with`);
      this.writeCsr(csr.number, value);
    }
    this.#words[PRIVILEGE] = privilege;
    this.writeX(10, a0);
    this.writeX(11, a1);
    this.hart.publishMode();
  }

  /** A saved state was put in place of its own: brings up to date what follows from it. */
  loaded(): void {
    repairState(this.#words, this.hart);
    this.hart.pmp.decode();
    this.hart.contexts.flushAll();
    this.hart.publishMode();
  }

  /** Low half of an integer register. */
  xLow(register: number): number {
    return this.#words[X + 2 * register]!;
  }
  xHigh(register: number): number {
    return this.#words[X + 2 * register + 1]!;
  }
  /** An integer register as an unsigned number, exact below 2^53. */
  x(register: number): number {
    return (this.xHigh(register) >>> 0) * 2 ** 32 + (this.xLow(register) >>> 0);
  }
  readX(register: number): bigint {
    return this.#read64(X + 2 * register);
  }
  writeX(register: number, value: bigint): void {
    if (register !== 0) this.#write64(X + 2 * register, value);
  }
  readF(register: number): bigint {
    return this.#read64(F + 2 * register);
  }
  writeF(register: number, value: bigint): void {
    this.#write64(F + 2 * register, value);
  }
  get privilege(): number {
    return this.#words[PRIVILEGE]!;
  }
  set privilege(privilege: number) {
    this.#words[PRIVILEGE] = privilege;
    this.hart.publishMode();
    this.hart.interrupts.announce();
  }
  get pc(): bigint {
    return this.#read64(PC);
  }
  set pc(value: bigint) {
    this.#write64(PC, value);
  }
  #read64(at: number): bigint {
    return (BigInt(this.#words[at + 1]! >>> 0) << 32n) | BigInt(this.#words[at]! >>> 0);
  }
  #write64(at: number, value: bigint): void {
    this.#words[at] = Number(BigInt.asIntN(32, value));
    this.#words[at + 1] = Number(BigInt.asIntN(32, value >> 32n));
  }

  /** The CSRs that this hart has, in the order of their numbers. */
  csrs(): Csr[] {
    return this.#csrs.filter((csr) => csr !== undefined);
  }

  /** What M would read, or undefined where there is no such CSR. */
  readCsr(number: number): bigint | undefined {
    const csr = this.#csrs[number];
    if (csr === undefined) return undefined;
    csr.read(this.hart);
    return (BigInt(this.hart.high >>> 0) << 32n) | BigInt(this.hart.low >>> 0);
  }

  /** Writes as M would; false where that cannot be. */
  writeCsr(number: number, value: bigint): boolean {
    const csr = this.#csrs[number];
    if (csr === undefined || csr.isReadOnly) return false;
    csr.write(this.hart, Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)));
    return true;
  }

  /** Waits for an interrupt, unless there is one. */
  halt(): void {
    if (!this.wakes()) this.#leaveRunning(HALTED);
  }

  /** Stands still until the next reset. */
  switchOff(): void {
    this.#leaveRunning(OFF);
  }

  #leaveRunning(state: number): void {
    Atomics.store(this.#words, RUN_STATE, state);
    Atomics.or(this.#words, EXIT, EXIT_WORK);
  }

  /** Devices drive a bit of mip; from any thread. */
  setPending(bit: number, level: boolean): void {
    this.hart.interrupts.setPending(bit, level);
  }

  /** The alarm armed with the timer went off. */
  timerExpired(): void {
    this.hart.interrupts.rearm();
  }

  wakes(): boolean {
    return this.hart.interrupts.wakes();
  }

  takeInterrupt(): boolean {
    const interrupt = this.hart.interrupts.next();
    if (interrupt < 0) return false;
    this.hart.traps.interrupt(interrupt);
    return true;
  }

  /** `size`: bytes of the access, which matters where the protection differs inside the page. */
  translate(low: number, high: number, access: Access, size = 1): boolean {
    const cause = this.#mmu.translate(low, high, access, size);
    if (this.hart.log.has('mmu')) this.#reportTranslation(low, high, access, cause);
    if (cause < 0) return true;
    this.#traps.raise(cause, low, high);
    return false;
  }

  #reportTranslation(low: number, high: number, access: Access, cause: number): void {
    const { physical, permissions } = this.translation;
    const privilege = access === 'fetch' ? this.privilege : dataPrivilege(this.#words);
    this.hart.log.write(translationText({ low, high, access, privilege, cause, physical, permissions }));
  }

  extend(): void {
    this.#mmu.extend();
  }

  /** As `translate` for a load, but raises nothing: for debuggers. Physical address, or -1. */
  peek(low: number, high: number, access: Access = 'load'): number {
    return this.#mmu.translate(low, high, access, 1) < 0 ? this.translation.physical : -1;
  }

  /** As `translate` for a load, but returns the cause of the exception instead of raising it; -1: none. */
  probe(low: number, high: number, size: number): number {
    return this.#mmu.translate(low, high, 'load', size);
  }

  raiseAccess(low: number, high: number, access: Access): void {
    this.#traps.raise(ACCESS_CAUSE[access], low, high);
  }

  raiseMisaligned(low: number, high: number, access: Access): void {
    const cause = access === 'fetch' ? FETCH_MISALIGNED : access === 'load' ? LOAD_MISALIGNED : STORE_MISALIGNED;
    this.#traps.raise(cause, low, high);
  }

  #argument(index: number): number {
    return this.#words[ARGUMENTS + 2 * index]!;
  }
  #argumentHigh(index: number): number {
    return this.#words[ARGUMENTS + 2 * index + 1]!;
  }

  /** Moves pc past the 4-byte instruction that called the helper. */
  #advance(): void {
    const words = this.#words;
    const low = (words[PC]! + 4) | 0;
    words[PC] = low;
    if (low >>> 0 < 4) words[PC + 1]!++;
  }

  #raise(cause: number, low: number, high: number): number {
    this.#traps.raise(cause, low, high);
    return RAISED;
  }

  /** 3.1.16: mtval holds the instruction; 0 stands for the one at pc. */
  #illegal(instruction: number): number {
    return this.#raise(ILLEGAL, instruction === 0 ? this.#instructionAtPc() : instruction, 0);
  }

  #instructionAtPc(): number {
    const low = this.#words[PC]!;
    const high = this.#words[PC + 1]!;
    const first = this.#parcel(low, high);
    if ((first & 3) !== 3) return first;
    const next = (low + 2) | 0;
    return first | (this.#parcel(next, next === 0 ? high + 1 : high) << 16);
  }
  #parcel(low: number, high: number): number {
    const physical = this.peek(low, high, 'fetch');
    return physical < 0 ? 0 : this.#space.load(physical, 2);
  }

  /** Zicsr. Every way out is the next instruction, so nothing is left behind unless it is illegal. */
  #csr(): number {
    const words = this.#words;
    const hart = this.hart;
    const kind = words[ARGUMENTS]!;
    const csr = this.#csrs[this.#argument(1) & 0xfff];
    const writes = (kind & CSR_NO_WRITE) === 0;
    // 2.1: no such CSR, too little privilege, a write to a read-only one.
    if (csr === undefined || csr.privilege > words[PRIVILEGE]! || (writes && csr.isReadOnly) || !csr.allows(hart)) {
      return this.#illegal(0);
    }
    if ((kind & CSR_NO_READ) === 0) {
      csr.read(hart);
      words[RESULT] = hart.low;
      words[RESULT + 1] = hart.high;
    }
    if (!writes) return 0;
    const low = this.#argument(2);
    const high = this.#argumentHigh(2);
    const operation = kind & 3;
    if (csr.update !== undefined) {
      csr.update(
        hart,
        operation === CSR_SWAP ? ~low : operation === CSR_CLEAR ? low : 0,
        operation === CSR_CLEAR ? 0 : low,
      );
      return 0;
    }
    if (operation === CSR_SWAP) {
      csr.write(hart, low, high);
      return 0;
    }
    csr.read(hart);
    if (operation === CSR_SET) csr.write(hart, hart.low | low, hart.high | high);
    else if (operation === CSR_CLEAR) csr.write(hart, hart.low & ~low, hart.high & ~high);
    return 0;
  }

  #ecall(): number {
    const words = this.#words;
    const privilege = words[PRIVILEGE]!;
    if (privilege === S && this.#environmentCall !== undefined) {
      const low = words[PC]!;
      const high = words[PC + 1]!;
      this.#advance();
      if (this.#environmentCall(this)) return MOVED;
      words[PC] = low;
      words[PC + 1] = high;
    }
    return this.#raise(ECALL_U + privilege, 0, 0);
  }

  #mret(): number {
    if (this.#words[PRIVILEGE] !== M) return this.#illegal(0);
    this.hart.traps.returnFromMachine();
    this.hart.interrupts.announce();
    return MOVED;
  }

  /** 3.1.6.5: TSR makes it illegal in S. */
  #sret(): number {
    if (this.#isBarred(MSTATUS_TSR)) return this.#illegal(0);
    this.hart.traps.returnFromSupervisor();
    this.hart.interrupts.announce();
    return MOVED;
  }

  /** Illegal in U, and in S if the bit of mstatus is set. */
  #isBarred(bit: number): boolean {
    const privilege = this.#words[PRIVILEGE]!;
    return privilege === U || (privilege === S && (this.#words[MSTATUS]! & bit) !== 0);
  }

  /** 3.3.3. With S there, WFI is illegal in U at once. */
  #wfi(): number {
    if (this.#isBarred(MSTATUS_TW)) return this.#illegal(0);
    this.#advance();
    this.halt();
    return MOVED;
  }

  /** 4.2.1. Register numbers tell x0, which stands for all, from a register that holds 0. */
  #sfenceVma(): number {
    if (this.#isBarred(MSTATUS_TVM)) return this.#illegal(0);
    const contexts = this.hart.contexts;
    const asid = this.#argument(2) === 0 ? -1 : this.#argument(3) & 0xffff;
    if (this.#argument(0) !== 0) contexts.flushPage(this.#argument(1), this.#argumentHigh(1), asid);
    else if (asid === -1) contexts.flushAll();
    else contexts.flushAsid(asid);
    return 0;
  }
}
