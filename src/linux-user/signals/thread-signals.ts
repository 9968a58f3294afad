import type { NativeSignals } from '../../host/native-signals.ts';
import { ATTENTION } from '../../host/native.ts';
import { EINTR } from '../errno.ts';
import type { GuestThread } from '../thread.ts';
import { DEFAULT_ACTION, isDefault, isIgnore, SA_NODEFER, SA_RESETHAND, type SignalAction } from './actions.ts';
import { frameContext, frameInfo, frameMask, frameStack, placeFrame, restoreFrame, writeFrame } from './frame.ts';
import { InterruptedCall } from './interrupted-call.ts';
import {
  FAULTS,
  isIgnoredByDefault,
  isStoppedByDefault,
  LAST_SIGNAL,
  OWN_SIGNALS,
  ownIndex,
  SIGKILL,
  SIGSEGV,
  SIGSTOP,
} from './numbers.ts';
import type { ProcessSignals, ThreadSignalState } from './process-signals.ts';
import { type Fault, readCode, SI_TKILL, SIGINFO_BYTES, writeFault, writeKernel } from './siginfo.ts';
import { siginfoText } from './siginfo-text.ts';
import { has, highBit, lowBit, SET_BYTES, UNMASKABLE, writeSet, type SignalSet } from './signal-set.ts';

const SIG_SETMASK = 2;
/** What the host must never mask: the engine's own faults, and the signal that wakes. */
const NEVER_MASKED = OWN_SIGNALS.reduce(
  ({ low, high }, signal) => ({ low: low | lowBit(signal), high: high | highBit(signal) }),
  { low: 0, high: 0 },
);

/**
 * Signals of a thread. The host's mask is the guest's and the host's dispositions follow the guest's, so it is the host's
 * kernel that keeps, queues and directs signals, and that stops and ends. It notes one at a time here, and masks all
 * until that one is delivered. What it cannot keep, being faults of the engine too, is in `OwnPending`.
 */
export class ThreadSignals {
  readonly process: ProcessSignals;
  readonly state: ThreadSignalState;
  readonly native: NativeSignals;
  readonly #thread: GuestThread;
  readonly #info = new Uint8Array(SIGINFO_BYTES);
  readonly #infoView = new DataView(this.#info.buffer);
  /** There may be something to deliver that the host does not tell of. */
  #look = false;
  readonly #call = new InterruptedCall();

  constructor(thread: GuestThread, process: ProcessSignals, state: ThreadSignalState, native: NativeSignals) {
    this.#thread = thread;
    this.process = process;
    this.state = state;
    this.native = native;
    state.tid = thread.host.call(thread.host.numbers.gettid);
  }

  /** For a process that begins: signals are masked and ignored as given, the rest is as by default and nothing of Node's. */
  begin({ mask, ignored }: { readonly mask: SignalSet; readonly ignored: SignalSet }): void {
    for (let signal = 1; signal <= LAST_SIGNAL; signal++) {
      const isIgnored = has(ignored, signal);
      if (isIgnored) this.process.actions.set(signal, { ...DEFAULT_ACTION, low: 1 });
      if (signal === SIGKILL || signal === SIGSTOP) continue;
      if (FAULTS.includes(signal)) this.native.catch(signal);
      else if (ownIndex(signal) >= 0) continue;
      else if (isIgnored) this.native.ignore(signal);
      else this.native.default(signal);
    }
    this.native.hushOthers();
    this.state.mask = mask;
    this.native.setMask(mask.low, mask.high);
  }

  /** A thread begins, with the mask that its creator left here. */
  start(): void {
    const { state } = this;
    state.reset();
    state.tid = this.#thread.shared.tid;
    this.#openHost(state.mask);
  }

  /** The thread has ended: what came to it for the process goes to another one. */
  end(): void {
    const { host } = this.#thread;
    this.native.setMask(-1, -1);
    this.state.tid = 0;
    this.#look = false;
    this.#call.forget();
    const { siginfo } = this.native;
    const isForProcess = readCode(siginfo) !== SI_TKILL;
    const signal = this.native.take();
    if (signal === 0 || !isForProcess) return;
    for (let i = 0; i < SIGINFO_BYTES; i++) host.scratch.setUint8(i, siginfo.getUint8(i));
    host.int(0, host.call(host.numbers.getpid));
    host.int(1, signal);
    host.scratchAt(2, 0);
    host.call(host.numbers.rt_sigqueueinfo);
  }

  get mask(): SignalSet {
    return this.state.mask;
  }

  /** `deliver` has something to do. */
  get isCalled(): boolean {
    const { words, attentionIndex } = this.#thread.host;
    return this.#look || this.#call.isInterrupted || Atomics.load(words, attentionIndex) !== 0;
  }

  /** A system call begins. */
  callBegins(): void {
    this.#call.begin();
  }
  /** See InterruptedCall. */
  interrupted(result: number, isNever: boolean): void {
    this.#call.interrupted(result, isNever);
  }
  get isResumed(): boolean {
    return this.#call.isResumed;
  }
  get left(): Int32Array<ArrayBuffer> {
    return this.#call.left;
  }

  /** Puts a mask into force: 0, or INTERRUPTED_BEFORE if there is a signal to be delivered first. */
  changeMask({ low, high }: Readonly<SignalSet>): number {
    const mask = { low: low & ~UNMASKABLE, high };
    const result = this.#setHostMask(mask);
    if (result < 0) return result;
    this.state.mask = mask;
    this.#lookAgain();
    return 0;
  }

  #setHostMask(mask: Readonly<SignalSet>): number {
    const { host } = this.#thread;
    this.hostSet(mask, 0);
    host.int(0, SIG_SETMASK);
    host.scratchAt(1, 0);
    host.int(2, 0);
    host.int(3, SET_BYTES);
    return host.blocking(host.numbers.rt_sigprocmask);
  }

  /** Writes a set into the scratch bytes for the host's kernel to take as a mask. */
  hostSet({ low, high }: Readonly<SignalSet>, offset: number): void {
    writeSet(this.#thread.host.scratch, offset, { low: low & ~NEVER_MASKED.low, high: high & ~NEVER_MASKED.high });
  }

  /** The call being done has `mask` in force while it waits. False: a signal is pending that it lets in. */
  useMask(mask: Readonly<SignalSet>): boolean {
    if (!this.#hasOwn(this.#call.useMask(mask))) return true;
    this.#look = true;
    return false;
  }

  #hasOwn(mask: Readonly<SignalSet>): boolean {
    const low = this.state.pending.low | this.process.pending.low;
    const high = this.state.pending.high | this.process.pending.high;
    return ((low & ~mask.low) | (high & ~mask.high)) !== 0;
  }

  /** Something of its own may be pending that may be delivered now. */
  #lookAgain(): void {
    if (this.#hasOwn(this.mask)) this.#look = true;
  }

  /** What is pending and masked, with what the host has pending. */
  pendingWith({ low, high }: Readonly<SignalSet>): SignalSet {
    const { state, process, mask } = this;
    return {
      low: low | ((state.pending.low | process.pending.low) & mask.low),
      high: high | ((state.pending.high | process.pending.high) & mask.high),
    };
  }

  /** Takes a signal of `set` that is pending here, with its siginfo; 0 if there is none. */
  takeOwn(set: Readonly<SignalSet>, info: Uint8Array): number {
    if (!this.#hasOwn({ low: ~set.low, high: ~set.high })) return 0;
    return this.process.lock.with(() => this.state.pending.take(set, info) || this.process.pending.take(set, info));
  }

  /** Makes a signal pending that the host does not keep: for `thread`, or for the whole process. */
  sendOwn(signal: number, info: Uint8Array, thread: ThreadSignalState | undefined): void {
    const { lock, actions, pending, threads } = this.process;
    lock.with(() => {
      if (isIgnore(actions.of(signal)) && !has(this.mask, signal)) return;
      (thread?.pending ?? pending).add(signal, info);
    });
    if (thread === this.state || (thread === undefined && !has(this.mask, signal))) return this.#lookAgain();
    const others = threads.filter(({ tid }) => tid > 0 && tid !== this.state.tid);
    const taker = thread ?? others.find((other) => !has(other.mask, signal));
    // Where all mask it, one may wait for it.
    for (const other of taker === undefined ? others : [taker]) this.native.kick(other.tid);
  }

  /** The instruction at pc has a fault. */
  fault(fault: Fault): void {
    writeFault(this.#infoView, fault);
    const signal = this.#wanted(fault.signal);
    if (signal === 0) return;
    // If another signal comes first, the instruction has its fault again after that one's handler.
    this.#force(signal);
  }

  /** Something is wrong that is nobody's instruction, such as a frame that cannot be. */
  #forceKernel(signal: number): void {
    writeKernel(this.#infoView, signal);
    if (!this.#force(signal)) this.process.lock.with(() => this.state.pending.add(signal, this.#info));
  }

  /** Delivers `#info` at once, or ends the process; false if a signal of the host's is to be delivered before. */
  #force(signal: number): boolean {
    const action = this.#actionOf(signal);
    if (isDefault(action) || isIgnore(action) || has(this.mask, signal)) this.native.die(signal, false);
    return this.#runOwn(signal, action);
  }

  /** What is done about the signal that `#info` tells of, which was taken. */
  #actionOf(signal: number): SignalAction {
    const { log } = this.#thread.process;
    if (log.has('strace')) log.write(siginfoText(this.#infoView));
    return this.process.lock.with(() => this.process.actions.of(signal));
  }

  /** Delivers what there is: when it returns, the thread runs on at its pc. */
  deliver(): void {
    const { words, attentionIndex } = this.#thread.host;
    this.#look = true;
    for (;;) {
      const attention = Atomics.load(words, attentionIndex);
      if ((attention & ATTENTION.KICK) !== 0) {
        this.native.endKick();
        this.#look = true;
        this.#thread.onKick?.();
      }
      if ((attention & ATTENTION.SIGNAL) !== 0) this.#deliverNoted();
      else if (!this.#look || !this.#deliverOwn()) break;
    }
    this.#call.resume();
  }

  /** The mask that decides what is let in. */
  get #mask(): Readonly<SignalSet> {
    return this.#call.mask ?? this.mask;
  }

  /** False: there was nothing. */
  #deliverOwn(): boolean {
    this.#look = false;
    const { low, high } = this.#mask;
    const taken = this.takeOwn({ low: ~low, high: ~high }, this.#info);
    if (taken === 0) return false;
    this.#look = true;
    const signal = this.#wanted(taken);
    if (signal === 0) return true;
    const action = this.#actionOf(signal);
    if (isIgnore(action)) return true;
    if (isDefault(action)) this.native.die(signal, false);
    if (!this.#runOwn(signal, action)) this.process.lock.with(() => this.state.pending.add(signal, this.#info));
    return true;
  }

  /** Begins a handler; false if a signal of the host's is to be delivered before. */
  #runOwn(signal: number, action: SignalAction): boolean {
    const at = this.#place(action);
    if (at < 0) {
      if (signal === SIGSEGV) this.native.die(SIGSEGV, false);
      this.#forceKernel(SIGSEGV);
      return true;
    }
    const mask = this.#handlerMask(signal, action);
    if (this.#setHostMask(mask) < 0) return false;
    this.#enter(signal, action, at, mask);
    return true;
  }

  /** Delivers the signal that the host noted. All others are masked until a mask is set. */
  #deliverNoted(): void {
    const { native } = this;
    const taken = native.take();
    if (taken === 0) return;
    const { siginfo } = native;
    for (let i = 0; i < SIGINFO_BYTES; i += 4) this.#infoView.setInt32(i, siginfo.getInt32(i, true), true);
    if (ownIndex(taken) >= 0) {
      // The host does not mask it, whatever the program does.
      this.#openHost(this.mask);
      return this.sendOwn(taken, this.#info, undefined);
    }
    const signal = this.#wanted(taken);
    if (signal === 0) return this.#openHost(this.mask);
    const action = this.#actionOf(signal);
    if (isDefault(action) || isIgnore(action)) {
      // It was caught when it came; the host knows what is to be done about it now.
      if (isDefault(action)) this.#byDefault(signal);
      return this.#openHost(this.mask);
    }
    const at = this.#place(action);
    if (at < 0) {
      this.#openHost(this.mask);
      return this.#forceKernel(SIGSEGV);
    }
    const mask = this.#handlerMask(signal, action);
    this.#enter(signal, action, at, mask);
    this.#openHost(mask);
  }

  /** After a signal was taken, when nothing can come in between. */
  #openHost({ low, high }: Readonly<SignalSet>): void {
    this.native.setMask(low, high);
  }

  /** What a debugger makes of the signal in `#info`: 0 if it is not to be delivered. */
  #wanted(signal: number): number {
    const { debugger: own } = this.#thread;
    if (own === undefined) return signal;
    const wanted = own.signal(signal, this.#info);
    if (wanted !== 0) this.#infoView.setInt32(0, wanted, true);
    return wanted;
  }

  #byDefault(signal: number): void {
    if (this.#thread.debugger === undefined) return this.#sendBack(signal);
    // The host catches it still, for the debugger to hear of it.
    if (isIgnoredByDefault(signal)) return;
    if (!isStoppedByDefault(signal)) this.native.die(signal, false);
    const { host } = this.#thread;
    host.int(0, host.call(host.numbers.getpid));
    host.int(1, SIGSTOP);
    host.call(host.numbers.kill);
  }

  #sendBack(signal: number): void {
    const { host } = this.#thread;
    for (let i = 0; i < SIGINFO_BYTES; i++) host.scratch.setUint8(i, this.#info[i]!);
    host.int(0, host.call(host.numbers.getpid));
    host.int(1, this.state.tid);
    host.int(2, signal);
    host.scratchAt(3, 0);
    host.call(host.numbers.rt_tgsigqueueinfo);
  }

  #place(action: SignalAction): number {
    const { process, stackPointer } = this.#thread;
    return placeFrame(process.abi, process.memory, this.state.stack, stackPointer, action);
  }

  /** What is masked while a handler runs. */
  #handlerMask(signal: number, { flags, mask }: SignalAction): SignalSet {
    const before = this.#mask;
    const isDeferred = (flags & SA_NODEFER) === 0;
    return {
      low: (before.low | mask.low | (isDeferred ? lowBit(signal) : 0)) & ~UNMASKABLE,
      high: before.high | mask.high | (isDeferred ? highBit(signal) : 0),
    };
  }

  /** Puts the frame of a handler on the stack, and the thread at its first instruction. */
  #enter(signal: number, action: SignalAction, at: number, mask: Readonly<SignalSet>): void {
    const thread = this.#thread;
    const { process, cpu } = thread;
    const { abi, memory } = process;
    const { stack } = this.state;
    if (this.#call.settle(action.flags)) thread.finish(-EINTR, -1);
    if ((action.flags & SA_RESETHAND) !== 0) this.#forget(signal, action);
    writeFrame(abi, cpu, memory, at, { info: this.#info, mask: this.mask, stack, pointer: thread.stackPointer });
    stack.entered();
    const [first, second, third] = abi.registers.arguments as [number, number, number];
    thread.setRegister(first, signal);
    thread.setRegister(second, frameInfo(abi, at));
    thread.setRegister(third, frameContext(abi, at));
    thread.setRegister(abi.registers.stack, at);
    thread.setRegister(abi.registers.link, action.restorer || this.process.signalReturn);
    cpu.jump(action.low, action.high);
    this.state.mask = mask;
    this.#look = true;
  }

  #forget(signal: number, action: SignalAction): void {
    this.process.lock.with(() => {
      this.process.actions.set(signal, { ...action, low: DEFAULT_ACTION.low, high: DEFAULT_ACTION.high });
      if (ownIndex(signal) < 0) this.native.default(signal);
    });
  }

  /** rt_sigreturn: 0 if the thread was put where the frame says; INTERRUPTED_BEFORE. */
  leaveHandler(): number {
    const thread = this.#thread;
    const { abi, memory } = thread.process;
    const at = thread.stackPointer;
    const mask = frameMask(abi, memory, at);
    if (mask !== undefined) {
      const result = this.changeMask(mask);
      if (result < 0) return result;
    }
    thread.hasMoved = true;
    if (mask === undefined || !restoreFrame(abi, thread.cpu, memory, at)) this.#forceKernel(SIGSEGV);
    else this.state.stack.set(memory.view, frameStack(abi, at), thread.stackPointer);
    return 0;
  }

  /** A new program: handlers are gone. */
  forgetHandlers(): void {
    const changed = this.process.lock.with(() => this.process.resetHandlers());
    for (const signal of changed) if (ownIndex(signal) < 0) this.native.default(signal);
    this.state.stack.clear();
    const { host } = this.#thread;
    for (const timer of this.process.timers.takeAll()) {
      host.int(0, timer);
      host.call(host.numbers.timer_delete);
    }
  }
}
