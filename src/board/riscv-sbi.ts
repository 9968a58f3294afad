import {
  HART_STARTED,
  HART_SUSPENDED,
  type HartEntry,
  type PmuEventMap,
  type SbiCounters,
  type SbiHost,
  type SbiRange,
} from '../firmware/sbi/host.ts';
import type { SbiFault } from '../firmware/sbi/result.ts';
import { handOver } from '../firmware/sbi/boot-state.ts';
import { Sbi } from '../firmware/sbi/sbi.ts';
import type { MTimer } from '../hw/aclint-mtimer.ts';
import type { Timer } from '../hw/timers.ts';
import { flush, type PageRange } from '../mem/page-flush.ts';
import { EXIT_REQUEST, RUNNING } from '../mem/cpu.ts';
import type { ExitWords } from '../mem/exit-words.ts';
import type { HartInterrupts } from '../mem/interrupts.ts';
import type { RiscvCpu, StartState } from '../isa/riscv/cpu.ts';
import { SSIP, STIP } from '../isa/riscv/interrupts.ts';
import { LOAD_ACCESS } from '../isa/riscv/traps.ts';
import { RiscvState, word } from '../isa/riscv/state.ts';
import type { AddressSpace } from '../mem/address-space.ts';
import type { GuestMemory } from '../mem/guest-memory.ts';
import type { Power } from '../hw/backends.ts';
import type { HartStates } from './hart-states.ts';
import { VIRT } from './memory-map.ts';
import type { OtherCpus } from './site.ts';

/** What the built-in SBI stands on, besides the hart. */
export interface SbiSite {
  readonly hart: number;
  readonly harts: HartStates;
  readonly interrupts: HartInterrupts;
  readonly exits: ExitWords;
  readonly memory: GuestMemory;
  readonly space: AddressSpace;
  readonly mtimer: MTimer;
  /** Rings at the hart's deadline when it has no stimecmp. */
  readonly timer: Timer;
  readonly power: Power;
  readonly others: OtherCpus;
  /** Lets the serial port look for input and room, under the machine lock. */
  readonly pollConsole: () => void;
}

const SIP = 0x144;
const MCOUNTINHIBIT = 0x320;
const MCYCLE = 0xb00;
const MHPMEVENT = 0x320;
const STIMECMP = 0x14d;
const NEVER = 2n ** 64n - 1n;

/** Line status register of the serial port: byte received; transmitter takes a byte. */
const LSR = 5;
const LSR_DATA = 1;
const LSR_EMPTY = 0x20;
/** Looks at a console that takes nothing before its byte is dropped. */
const PATIENCE = 100_000;

/** The events of the PMU extension that a programmable counter can be set to. */
const EVENTS = (mask: number): readonly PmuEventMap[] => [
  { first: 1, last: 1, counters: mask | 1 },
  { first: 2, last: 2, counters: mask | 4 },
  { first: 0x1_0019, last: 0x1_0019, counters: mask },
  { first: 0x1_001b, last: 0x1_001b, counters: mask },
  { first: 0x1_0021, last: 0x1_0021, counters: mask },
];

/** Supervisor firmware of one hart, run by the emulator itself. */
export class HartFirmware implements SbiHost {
  readonly hartCount: number;
  readonly mvendorid: bigint;
  readonly marchid: bigint;
  readonly mimpid: bigint;
  readonly counters: SbiCounters;
  readonly #site: SbiSite;
  readonly #sbi: Sbi;
  #cpu: RiscvCpu | undefined;
  #registers = new BigUint64Array(0);

  constructor(
    features: { readonly [K in 'mvendorid' | 'marchid' | 'mimpid' | 'pmu-num']: number },
    site: SbiSite,
    memory: WebAssembly.Memory,
    address: number,
  ) {
    this.mvendorid = BigInt(features.mvendorid);
    this.marchid = BigInt(features.marchid);
    this.mimpid = BigInt(features.mimpid);
    this.#site = site;
    this.hartCount = site.harts.count;
    const mask = (2 ** features['pmu-num'] - 1) * 8;
    this.counters = {
      mask,
      bits: 64,
      events: EVENTS(mask),
      inhibit: () => Number(this.#hart.readCsr(MCOUNTINHIBIT)! & 0xffff_ffffn),
      setInhibit: (_hart, value) => void this.#hart.writeCsr(MCOUNTINHIBIT, BigInt(value)),
      write: (_hart, counter, value) => void this.#hart.writeCsr(MCYCLE + counter, value),
      setEvent: (_hart, counter, value) => void this.#hart.writeCsr(MHPMEVENT + counter, value),
    };
    this.#sbi = new Sbi(this, memory, address);
  }

  /** Joins the hart that this firmware serves, whose state lies at `address`. */
  serve(cpu: RiscvCpu, memory: WebAssembly.Memory, address: number): void {
    this.#cpu = cpu;
    this.#registers = new BigUint64Array(memory.buffer, address + RiscvState.offsetOf.x, 32);
  }

  get #hart(): RiscvCpu {
    return this.#cpu!;
  }

  /** What the boot hart starts with. */
  startState(pc: number, deviceTree: number): StartState {
    this.#sbi.reset();
    const sstc = this.#hart.hart.features.sstc;
    return handOver(this.#site.hart, { address: BigInt(pc), opaque: BigInt(deviceTree) }, { sstc });
  }

  /** Another hart may have started this one. */
  attend(): void {
    const entry = this.#site.harts.takeEntry(this.#site.hart);
    if (entry === undefined) return;
    const cpu = this.#hart;
    cpu.start(handOver(this.#site.hart, entry, { sstc: cpu.hart.features.sstc }));
    Atomics.store(cpu.hart.words, RUN_STATE, RUNNING);
  }

  woke(): void {
    const { harts, hart } = this.#site;
    if (harts.of(hart) === HART_SUSPENDED) harts.set(hart, HART_STARTED);
  }

  /** An ECALL from S, with pc behind it. */
  call(): boolean {
    const cpu = this.#hart;
    const result = this.#sbi.call(this.#site.hart, this.#registers);
    if (typeof result === 'string') return true;
    cpu.pc -= 4n;
    const value = BigInt.asIntN(64, result.value);
    cpu.hart.traps.raise(result.cause, Number(BigInt.asIntN(32, value)), Number(value >> 32n));
    return true;
  }

  hartState(hart: number): number {
    return this.#site.harts.of(hart);
  }
  startHart(hart: number, entry: HartEntry): boolean {
    const { harts, exits } = this.#site;
    if (!harts.start(hart, entry)) return false;
    exits.kick(hart, EXIT_REQUEST);
    return true;
  }
  stopHart(hart: number): void {
    this.#hart.switchOff();
    this.#site.harts.stop(hart);
  }
  suspendHart(hart: number, resume: HartEntry | undefined): void {
    const cpu = this.#hart;
    if (resume !== undefined) cpu.start(handOver(hart, resume, { sstc: cpu.hart.features.sstc, wakes: true }));
    this.#site.harts.set(hart, HART_SUSPENDED);
    cpu.halt();
    if (cpu.hart.words[RUN_STATE] === RUNNING) this.woke();
  }

  setTimer(_hart: number, time: bigint): void {
    const cpu = this.#hart;
    if (cpu.hart.features.sstc) {
      cpu.writeCsr(STIMECMP, time);
      return;
    }
    cpu.setPending(STIP, false);
    const deadline = time === NEVER ? Infinity : this.#site.mtimer.deadline(time);
    if (deadline === Infinity) this.#site.timer.disarm();
    else this.#site.timer.arm(deadline);
  }

  /** The alarm went off; false if it is the hart's own. */
  timerExpired(): boolean {
    const cpu = this.#hart;
    if (cpu.hart.features.sstc) return false;
    cpu.setPending(STIP, true);
    return true;
  }

  sendIpi(hart: number): void {
    this.#site.interrupts.setSoftware(hart, SSIP);
  }
  clearIpi(): void {
    this.#hart.writeCsr(SIP, 0n);
  }

  fenceI(harts: readonly number[]): void {
    this.#site.others.fenceCode(harts);
  }
  sfenceVma(harts: readonly number[], range: SbiRange | undefined, asid: bigint | undefined): void {
    const space = asid === undefined ? -1 : Number(asid & 0xffffn);
    const pages = range === undefined || range.size > MANY_PAGES ? undefined : pagesOf(range);
    if (harts.includes(this.#site.hart)) flush(this.#hart.hart.contexts, pages, space);
    this.#site.others.flush(harts, pages, space);
  }

  reset(type: 0 | 1 | 2, failure: boolean): void {
    if (type === 0) this.#site.power.shutdown(failure ? 1 : 0);
    else this.#site.power.reset();
  }

  isRam(address: number, length: number): boolean {
    return this.#site.memory.contains(address, length);
  }
  ram(address: number, length: number): Uint8Array {
    return this.#site.memory.bytes(address, length) ?? new Uint8Array(0);
  }
  mayExecute(address: bigint): boolean {
    return address < 2n ** 53n && this.#site.space.codeOffset(Number(address)) >= 0;
  }

  loadVirtual(_hart: number, address: bigint): bigint | SbiFault {
    const { space } = this.#site;
    const cause = this.#hart.probe(Number(BigInt.asIntN(32, address)), Number(BigInt.asIntN(32, address >> 32n)), 8);
    if (cause >= 0) return { cause, value: address };
    const low = space.load(this.#hart.translation.physical, 8);
    if (space.fault) return { cause: LOAD_ACCESS, value: address };
    return (BigInt(space.high) << 32n) | BigInt(low);
  }

  putByte(byte: number): void {
    const { space, pollConsole } = this.#site;
    for (let i = 0; (space.load(VIRT.uart.base + LSR, 1) & LSR_EMPTY) === 0 && i < PATIENCE; i++) pollConsole();
    space.store(VIRT.uart.base, 1, byte);
  }
  getByte(): number {
    const { space } = this.#site;
    if ((space.load(VIRT.uart.base + LSR, 1) & LSR_DATA) === 0) return -1;
    return space.load(VIRT.uart.base, 1);
  }
}

function pagesOf({ start, size }: SbiRange): PageRange {
  const first = start & ~0xfffn;
  return {
    low: Number(BigInt.asIntN(32, first)),
    high: Number(BigInt.asIntN(32, first >> 32n)),
    count: Number((start + size - first + 0xfffn) / 4096n),
  };
}

const RUN_STATE = word('runState');

/** A longer range is flushed as a whole. */
const MANY_PAGES = 64n * 4096n;
