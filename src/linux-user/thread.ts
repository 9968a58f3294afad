import type { NativeSignals } from '../host/native-signals.ts';
import type { NativeThread } from '../host/native.ts';
import { Engine } from '../jit/engine.ts';
import type { AccessWindow } from '../jit/window.ts';
import { struct } from '../mem/struct.ts';
import { CPU_HEADER, EXIT_INTERRUPT } from '../mem/cpu.ts';
import { SoftTlb } from '../mem/tlb.ts';
import { perform } from './calls/perform.ts';
import type { Caller } from './calls/caller.ts';
import type { Stop, UserCpu } from './abi/cpu.ts';
import { faultOf } from './signals/faults.ts';
import { SIGSEGV } from './signals/numbers.ts';
import { ThreadSignals } from './signals/thread-signals.ts';
import { PAGE } from './memory/pages.ts';
import { WindowTranslation } from './memory/translation.ts';
import type { GuestProcess } from './process.ts';
import { Scratch } from './scratch.ts';

const Header = struct(CPU_HEADER);
const PC = Header.offsetOf.pc / 4;
const EXIT = Header.offsetOf.exit / 4;
const BUDGET = 2 ** 30;

/** A thread of the guest, on the thread of the host that runs it. */
export class GuestThread implements Caller {
  readonly process: GuestProcess;
  readonly host: NativeThread;
  readonly scratch: Scratch;
  readonly cpu: UserCpu;
  readonly engine: Engine;
  readonly index: number;
  readonly signals: ThreadSignals;
  /** The CPU's state as words. */
  readonly words: Int32Array;
  readonly #registers: number;
  readonly #arguments: readonly number[];
  readonly #tlb: SoftTlb;
  readonly #window: AccessWindow;

  constructor(process: GuestProcess, index: number, host: NativeThread, native: NativeSignals) {
    this.process = process;
    this.host = host;
    this.index = index;
    const { abi, arena, physical, guestMemory } = process;
    const { state, own, counters, codePages } = process.threads[index]!;
    const { memory } = arena;
    this.scratch = new Scratch(memory, process.threads[index]!.scratch);
    this.words = new Int32Array(memory.buffer, state, abi.stateStruct.size / 4);
    this.#registers = abi.stateStruct.offsetOf[abi.registers.file]! / 4;
    this.#arguments = abi.registers.arguments.map((register) => this.#registers + 2 * register);
    const tlb = new SoftTlb(own, Header.at(memory, state));
    this.#tlb = tlb;
    this.cpu = abi.createCpu({
      memory,
      stateAddress: state,
      contexts: tlb,
      space: physical,
      translation: new WindowTranslation(process.space.pages),
      log: process.log,
      now: () => Math.floor(performance.now() * 10_000),
    });
    this.#window = process.accessWindow();
    this.engine = new Engine({
      arena: own,
      guest: abi.guest,
      cpu: this.cpu,
      log: process.log,
      tiers: process.options.isSingle === true ? 'tier0' : 'auto',
      stateStruct: abi.stateStruct,
      state,
      space: physical,
      tlb,
      pageFlags: guestMemory.pageFlags,
      granules: guestMemory.granules,
      claims: process.claimsOf(index),
      window: this.#window,
      counters,
      codePages,
    });
    this.signals = new ThreadSignals(this, process.signals, process.signals.threads[index]!, native);
    native.raiseOnSignal(state + 4 * EXIT, EXIT_INTERRUPT);
    process.onRemap = (first, end) => this.#remapped(first, end);
    process.memory.onWrite = (address, length) => this.#wrote(address, length);
  }

  /** Runs the program until the process ends. */
  run(): never {
    for (;;) {
      this.#execute();
      Atomics.store(this.words, EXIT, 0);
      const stop = this.cpu.takeStop();
      if (stop !== undefined) {
        if (stop.kind === 'call') perform(this);
        else this.#fault(stop);
      }
      if (this.signals.isCalled) this.signals.deliver();
    }
  }

  #execute(): void {
    try {
      this.engine.run(BUDGET);
    } catch (error) {
      // Where accesses are not checked the host forbids what is not allowed: registers are lost, and nobody wants them.
      if (!(error instanceof WebAssembly.RuntimeError) || this.#window.isChecked) throw error;
      this.signals.native.die(SIGSEGV, false);
    }
  }

  #fault(stop: Exclude<Stop, { kind: 'call' }>): void {
    const fault = faultOf(stop, this.process.space.pages, this.words[PC]!, this.words[PC + 1]!);
    if (fault !== undefined) this.signals.fault(fault);
  }

  /** Another thread wants something of this one. */
  onKick: (() => void) | undefined;

  get stackPointer(): number {
    const at = this.#registers + 2 * this.process.abi.registers.stack;
    return (this.words[at + 1]! >>> 0) * 2 ** 32 + (this.words[at]! >>> 0);
  }

  /** `value`: 0 to 2 ** 53. */
  setRegister(register: number, value: number): void {
    const at = this.#registers + 2 * register;
    this.words[at] = value;
    this.words[at + 1] = Math.floor(value / 2 ** 32);
  }

  get pc(): number {
    return (this.words[PC + 1]! >>> 0) * 2 ** 32 + (this.words[PC]! >>> 0);
  }

  set pc(pc: number) {
    this.words[PC] = pc % 2 ** 32;
    this.words[PC + 1] = Math.floor(pc / 2 ** 32);
  }

  /** Number of the system call. */
  get callNumber(): number {
    return this.words[this.#registers + 2 * this.process.abi.registers.number]!;
  }

  low(index: number): number {
    return this.words[this.#arguments[index]!]!;
  }

  high(index: number): number {
    return this.words[this.#arguments[index]! + 1]!;
  }

  value(index: number): number {
    const at = this.#arguments[index]!;
    return (this.words[at + 1]! >>> 0) * 2 ** 32 + (this.words[at]! >>> 0);
  }

  address(index: number): number {
    const at = this.#arguments[index]!;
    return this.words[at + 1] === 0 ? this.words[at]! >>> 0 : Infinity;
  }

  /** What the last system call gave: halves of the register. */
  get result(): { readonly low: number; readonly high: number } {
    const at = this.#registers + 2 * this.process.abi.registers.result;
    return { low: this.words[at]!, high: this.words[at + 1]! };
  }

  /** Ends a system call: its result, and on with the next instruction. */
  finish(low: number, high: number): void {
    const { abi } = this.process;
    const at = this.#registers + 2 * abi.registers.result;
    this.words[at] = low;
    this.words[at + 1] = high;
    this.pc += abi.callLength;
  }

  /** The call that is being done put another program, or other registers, in place. */
  hasMoved = false;
  arrive(): void {
    this.hasMoved = false;
  }

  #remapped(first: number, end: number): void {
    if (this.process.checksAccesses && !this.#window.isChecked) {
      this.#window.isChecked = true;
      this.engine.codePages.reset();
    }
    if (end - first > 64) this.#tlb.flushAll();
    else for (let page = first; page < end; page++) this.#tlb.flushPage((page * PAGE) | 0, 0, -1);
    this.#wrote(first * PAGE, (end - first) * PAGE);
  }

  /** Bytes may have changed that code was made of. */
  #wrote(address: number, length: number): void {
    const { base } = this.process.memory;
    this.engine.written(base + address, length);
  }
}
