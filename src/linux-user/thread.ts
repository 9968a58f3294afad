import { BugError } from '../base/errors.ts';
import type { NativeFork } from '../host/native-fork.ts';
import type { NativeSignals } from '../host/native-signals.ts';
import type { NativeThread } from '../host/native.ts';
import { Engine } from '../jit/engine.ts';
import type { AccessWindow } from '../jit/window.ts';
import { SIZES, struct } from '../mem/struct.ts';
import { CPU_HEADER, ENGINE_FIELDS, EXIT_INTERRUPT, type Contexts } from '../mem/cpu.ts';
import type { DebugCpu } from '../mem/debug.ts';
import type { RequestTarget } from '../mem/cpu-requests.ts';
import { flush } from '../mem/page-flush.ts';
import { SoftTlb } from '../mem/tlb.ts';
import { perform } from './calls/perform.ts';
import type { Caller } from './calls/caller.ts';
import type { Stop, UserCpu } from './abi/cpu.ts';
import { DebuggedSignals } from './debug/debugged-signals.ts';
import { ThreadDebugger } from './debug/thread-debugger.ts';
import { faultOf } from './signals/faults.ts';
import { SIGSEGV } from './signals/numbers.ts';
import { ThreadSignals } from './signals/thread-signals.ts';
import { PAGE } from './memory/pages.ts';
import { hasGrown } from './memory/grown.ts';
import { WindowTranslation } from './memory/translation.ts';
import type { GuestProcess } from './process.ts';
import { Scratch } from './scratch.ts';
import { releaseThread } from './thread-release.ts';
import { PHASE, type ThreadShared } from './thread-shared.ts';
import { FEW_PAGES } from './threads.ts';

const Header = struct(CPU_HEADER);
const PC = Header.offsetOf.pc / 4;
const EXIT = Header.offsetOf.exit / 4;
const RESERVATION = Header.offsetOf.reservationAddress / 4;
/** Pages of code that are known at once: nothing but new mappings makes them forgotten. */
const CODE_TLB_ENTRIES = 2048;
const BUDGET = 2 ** 30;

/** A thread of the guest, on the thread of the host that runs it. */
export class GuestThread implements Caller {
  readonly process: GuestProcess;
  readonly host: NativeThread;
  readonly forker: NativeFork;
  readonly scratch: Scratch;
  readonly cpu: UserCpu;
  readonly engine: Engine;
  readonly shared: ThreadShared;
  readonly signals: ThreadSignals;
  readonly debugger: ThreadDebugger | undefined;
  /** The CPU's state as words. */
  readonly words: Int32Array;
  readonly #registers: number;
  readonly #arguments: readonly number[];
  readonly #tlb: SoftTlb;
  readonly #window: AccessWindow;
  /** What other threads ask of this one. */
  readonly #target: RequestTarget;
  /** Which image is in use. */
  #image = 0;
  #isOver = false;

  constructor(
    process: GuestProcess,
    index: number,
    host: NativeThread,
    native: NativeSignals,
    forker: NativeFork,
    runtime?: WebAssembly.Module,
  ) {
    this.forker = forker;
    this.process = process;
    this.host = host;
    const { abi, arena, physical, guestMemory, threads } = process;
    this.shared = threads.all[index]!;
    const { state, own, counters } = this.shared;
    const { memory } = arena;
    this.scratch = new Scratch(memory, this.shared.scratch);
    this.words = new Int32Array(memory.buffer, state, abi.stateStruct.size / 4);
    this.#registers = abi.stateStruct.offsetOf[abi.registers.file]! / 4;
    this.#arguments = abi.registers.arguments.map((register) => this.#registers + 2 * register);
    const { debug, debugSite } = process;
    this.debugger = debug && debugSite && new ThreadDebugger(this, debug, debugSite);
    const tlb = new SoftTlb(own, Header.at(memory, state), 1, CODE_TLB_ENTRIES);
    this.#tlb = tlb;
    this.cpu = abi.createCpu({
      memory,
      stateAddress: state,
      contexts: tlb,
      space: physical,
      translation: new WindowTranslation(process.space.pages),
      log: process.log,
      now: () => Math.floor(process.milliseconds * 10_000),
    });
    this.#window = process.accessWindow();
    this.engine = new Engine({
      arena: own,
      guest: abi.guest,
      cpu: this.cpu,
      log: process.log,
      tiers: process.options.isSingle === true ? 'tier0' : 'program',
      stateStruct: abi.stateStruct,
      state,
      space: physical,
      tlb,
      pageFlags: guestMemory.pageFlags,
      granules: guestMemory.granules,
      claims: process.claimsOf(index),
      window: this.#window,
      jumps: this.shared.jumps,
      points: this.debugger?.points,
      parallel: { startedCpus: threads.sharingAddress, ordersStores: host.processor === 'x86-64' },
      counters,
      noted: process.images && ((at) => process.images!.note(at)),
      runtime,
      makeRuntime: process.images && ((build) => process.images!.runtime(build)),
      sharesRuntime: true,
      worked: () => process.milliseconds,
      decodeTables: process.decodeTables,
      codePages: threads.mostCodePages,
      codeRoom: threads.roomOf(index),
    });
    this.#target = this.#requestTarget();
    const signals = this.debugger === undefined ? native : new DebuggedSignals(native, this.debugger);
    this.signals = new ThreadSignals(this, process.signals, process.signals.threads[index]!, signals);
    native.raiseOnSignal(state + 4 * EXIT, EXIT_INTERRUPT);
    process.onRemap = (first, end) => this.#remapped(first, end);
    process.memory.onWrite = (address, length) => this.#wrote(address, length);
  }

  /** Runs the program until this thread of it ends. */
  run(): void {
    this.#isOver = false;
    this.#useImage();
    while (!this.#isOver) {
      this.debugger?.hold();
      const { pc } = this;
      this.#enter();
      const retired = this.#execute();
      this.#leave();
      Atomics.store(this.words, EXIT, 0);
      if (this.#isDropped()) return;
      const stop = this.cpu.takeStop();
      if (stop !== undefined) {
        if (stop.kind === 'call') perform(this);
        else this.#fault(stop);
      }
      // In the child of another thread's fork the program is not this thread's any more, not even its next instruction.
      if (this.#isOver || this.shared.phase !== PHASE.RUNNING) return;
      if (this.signals.isCalled) this.signals.deliver();
      this.debugger?.leave(retired > 0 || pc !== this.pc);
    }
  }

  /** For a debugger: the instruction at pc, and what comes of it. */
  executeOne(): void {
    this.engine.run(1);
    Atomics.store(this.words, EXIT, 0);
    const stop = this.cpu.takeStop();
    if (stop !== undefined && stop.kind !== 'call') this.#fault(stop);
  }

  /** Where a debugger wants the thread to stop has changed. */
  pointsChanged(): void {
    this.#tlb.flushAll();
  }

  /** Registers of another thread, which does nothing meanwhile. */
  debugCpuOf(index: number): DebugCpu {
    const { abi, arena, physical, threads, log } = this.process;
    const translation = new WindowTranslation(this.process.space.pages);
    const site = { memory: arena.memory, contexts: NO_CONTEXTS, space: physical, translation, log, now: () => 0 };
    return abi.createCpu({ ...site, stateAddress: threads.all[index]!.state }).debug;
  }

  /** Instructions retired, at least. */
  #execute(): number {
    try {
      return this.engine.run(this.debugger === undefined ? BUDGET : this.debugger.enter(BUDGET));
    } catch (error) {
      // Where accesses are not checked the host forbids what is not allowed: registers are lost, and nobody wants them.
      if (this.#window.isChecked || !isForbiddenAccess(error)) throw error;
      this.signals.native.die(SIGSEGV, false);
    }
  }

  #fault(stop: Exclude<Stop, { kind: 'call' }>): void {
    const { memory } = this.process;
    if (stop.kind === 'fault' && stop.high === 0 && hasGrown(this.host, memory.pages, memory.base, stop.low >>> 12))
      return;
    const { lock, space } = this.process;
    // While another thread maps pages anew, they are missing for a moment.
    const fault = lock.with(() => faultOf(stop, space.pages, this.words[PC]!, this.words[PC + 1]!));
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

  /** Whether another thread wants this one to be no more; if it is to pause, it did. */
  #isDropped(): boolean {
    const { shared, process } = this;
    if (process.threads.isPausing) process.threads.pause(shared);
    if (shared.isToEnd) this.end();
    // In the child of another thread's fork there is none but that one.
    return shared.phase !== PHASE.RUNNING;
  }

  /** From here on who asks something of this thread waits for it: what was asked meanwhile comes first. */
  #enter(): void {
    if (this.process.threads.started === 1) return;
    const { requests } = this.shared;
    requests.enter();
    if (requests.isPending) requests.serve(this.#target);
  }

  /** Nobody waits for a thread in a system call. */
  #leave(): void {
    if (this.process.threads.started > 1) this.shared.requests.leave();
  }

  /** It executes no more instructions; the last one ends the process, with its status. */
  end(status = 0): void {
    const { threads } = this.process;
    const { shared } = this;
    this.#isOver = true;
    shared.isToEnd = false;
    // While it still counts as one that runs: who forks waits for it.
    this.process.hasRun();
    const isLast = threads.left(shared);
    this.signals.end();
    releaseThread(this);
    if (isLast) this.endProcess(status);
  }

  endProcess(status: number): never {
    this.debugger?.exited(status);
    this.process.images?.save(this, this.engine.ahead!);
    this.process.hasRun();
    this.process.leaves(this);
    this.host.int(0, status);
    this.host.call(this.host.numbers.exit_group);
    throw new BugError('exit_group came back');
  }

  /** When no thread of the guest is on it any more, or is yet: runs one after the other that begins. */
  serve(): never {
    const { shared, host } = this;
    for (;;) {
      this.signals.end();
      const tid = host.call(host.numbers.gettid);
      const { phase } = shared;
      const isTaken = phase === PHASE.TAKEN || phase === PHASE.RUNNING;
      if (isTaken && shared.tid !== tid) throw new BugError(`thread ${tid} was taken for ${shared.tid}`);
      shared.tid = tid;
      shared.park();
      this.process.threads.startExpected();
      shared.waitWhile(PHASE.PARKED);
      shared.waitWhile(PHASE.TAKEN);
      // Or it is in the child of a fork, where its number is another one.
      if (shared.phase !== PHASE.RUNNING) continue;
      this.#takeFields(shared.birth, shared.state);
      this.cpu.adopt();
      // In the child of a fork the last thread here may have stopped for a call that it was not to make any more.
      this.cpu.takeStop();
      this.hasMoved = false;
      this.#checkIfWanted();
      this.signals.start();
      // It may have been asked for before it was there to be told.
      if (!this.#isDropped()) this.run();
    }
  }

  /** Gives a thread that was taken this one's registers, after the system call that it is in and but for some. */
  cloneInto(other: ThreadShared, { stack, tls }: { readonly stack: number; readonly tls: number | undefined }): void {
    const { abi, arena } = this.process;
    this.#takeFields(this.shared.state, other.birth);
    const words = new Int32Array(arena.memory.buffer, other.birth, this.words.length);
    const { registers, callLength } = abi;
    setLong(words, PC, this.pc + callLength);
    setLong(words, RESERVATION, -1);
    setLong(words, this.#registers + 2 * registers.result, 0);
    if (stack !== 0) setLong(words, this.#registers + 2 * registers.stack, stack);
    if (tls !== undefined) setLong(words, this.#registers + 2 * registers.thread, tls);
    this.process.signals.threads[other.index]!.mask = this.signals.mask;
  }

  /** Copies a CPU's state from one address to another, but for what is the engine's. */
  #takeFields(from: number, to: number): void {
    const { abi, arena } = this.process;
    const bytes = new Uint8Array(arena.memory.buffer);
    for (const { name, offset, type, length } of abi.stateStruct.fields) {
      if (ENGINE_FIELDS.has(name)) continue;
      bytes.copyWithin(to + offset, from + offset, from + offset + SIZES[type] * length);
    }
  }

  get pc(): number {
    return (this.words[PC + 1]! >>> 0) * 2 ** 32 + (this.words[PC]! >>> 0);
  }

  set pc(pc: number) {
    setLong(this.words, PC, pc);
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

  forgetCode(): void {
    this.engine.codePages.leave();
    this.#tlb.flushAll();
  }

  begin(pc: number, stack: number): void {
    this.#window.isChecked = this.process.checksAccesses;
    this.#useImage();
    this.cpu.begin(pc, stack);
    this.hasMoved = true;
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

  /** Returns when no thread does with the pages what it might do before, nor runs code that was made of them. */
  #remapped(first: number, end: number): void {
    this.#checkIfWanted();
    const count = end - first;
    if (count > FEW_PAGES) this.#tlb.flushAll();
    else flush(this.#tlb, { low: (first * PAGE) | 0, high: 0, count }, -1);
    const { threads, space, checksAccesses } = this.process;
    const heldCode = space.pages.holdCode(first, end);
    if (heldCode) this.#wrote(first * PAGE, count * PAGE);
    threads.remapped(this.shared, first, count);
    // Where the host sees to what is allowed, others need not know at once: a page is where it always is.
    if (checksAccesses || heldCode) threads.settle(this.shared);
  }

  /** Code that does not check accesses is of no use from the moment on that they are to be checked. */
  #checkIfWanted(): void {
    if (!this.process.checksAccesses || this.#window.isChecked) return;
    this.#window.isChecked = true;
    this.engine.codePages.reset();
    this.#useImage();
  }

  /** Uses what is kept of the program that is run now, and for how its accesses are checked. */
  #useImage(): void {
    const { images } = this.process;
    if (images === undefined || images.name === this.#image) return;
    this.#image = images.name;
    this.engine.codePages.reset();
    const { threads, options } = this.process;
    const atOnce = Math.max(1, (options.processors ?? 1) - 1);
    // Before the image is loaded, which is work for one processor.
    if (!images.isLoaded) threads.expect(this.shared, images.likelyThreads, atOnce);
    this.engine.ahead!.use(images.load());
  }

  #requestTarget(): RequestTarget {
    const tlb = this.#tlb;
    const { engine } = this;
    return {
      flushAll: () => {
        tlb.flushAll();
        this.#checkIfWanted();
      },
      flushAsid: (asid) => tlb.flushAsid(asid),
      flushPages: (low, high, count, asid) => flush(tlb, { low, high, count }, asid),
      watchPage: (hostPage) => tlb.watchPage(hostPage),
      codeWritten: (hostPage, first, last) => engine.codeWritten(hostPage, first, last),
      forgetAll() {
        tlb.flushAll();
        engine.codePages.reset();
      },
    };
  }

  /** Bytes may have changed that code was made of. */
  #wrote(address: number, length: number): void {
    const { base } = this.process.memory;
    this.engine.written(base + address, length);
  }
}

/** What the engine makes of the host's refusal; any other trap would be a mistake of ours. */
function isForbiddenAccess(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError && error.message === 'memory access out of bounds';
}

/** Contexts that nothing is translated in. */
const NO_CONTEXTS: Contexts = { select() {}, flushAll() {}, flushAsid() {}, flushPage() {} };

function setLong(words: Int32Array, at: number, value: number): void {
  words[at] = value % 2 ** 32;
  words[at + 1] = Math.floor(value / 2 ** 32);
}
