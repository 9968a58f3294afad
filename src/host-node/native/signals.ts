/**
 * Host signals of a thread. A handler in machine code (`handler` in x86-64.ts) notes one signal in the thread's window,
 * raises its attention and its exit word, and leaves all signals masked: the kernel keeps what comes meanwhile, until
 * who took the signal sets a mask again. So nothing is queued here and nothing can be lost.
 */
import { setUint64 } from 'node:ffi';
import { readdirSync } from 'node:fs';
import { BugError } from '../../base/errors.ts';
import type { NativeSignals } from '../../host/native-signals.ts';
import { ATTENTION } from '../../host/native.ts';
import type { NodeNativeThread } from './thread.ts';
import { SIGINFO_BYTES, WINDOW } from './window.ts';

/** The signal that interrupts a blocking call, and says nothing: the last real-time signal. */
const KICK = 64;
/** The signal that holds a thread while the process is copied (fork.ts): the one before it. */
export const FREEZE = 63;
const SIGKILL = 9;
/** What the engine and the processor raise on the spot: SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV. */
const SIGSEGV = 11;
const SYNCHRONOUS = [4, 5, 7, 8, 11].reduce((mask, signal) => mask | (1 << (signal - 1)), 0);
const isSynchronous = (signal: number): boolean => signal < 32 && ((SYNCHRONOUS >> (signal - 1)) & 1) === 1;
const NEVER_MASKED_LOW = SYNCHRONOUS;
const NEVER_MASKED_HIGH = (1 << (KICK - 33)) | (1 << (FREEZE - 33));

const SA_SIGINFO = 4;
const SA_RESTORER = 0x04000000;
const SA_ONSTACK = 0x08000000;
const SA_RESTART = 0x10000000;
const SIG_DFL = 0;
const SIG_IGN = 1;
const SIG_SETMASK = 2;
const MASK_BYTES = 8;
const PR_SET_DUMPABLE = 4;

/** Room for the kernel's frame with the widest vector registers, and for the engine's handler of SIGSEGV. */
const STACK_BYTES = 65536;
const PROT_READ_WRITE = 3;
const MAP_PRIVATE_ANONYMOUS = 0x22;

export class NodeNativeSignals implements NativeSignals {
  readonly siginfo: DataView<SharedArrayBuffer>;
  readonly #native: NodeNativeThread;
  /** The signal in the window was taken, its place is not free yet. The mask before it. */
  #isTaken = false;
  #oldLow = 0;
  #oldHigh = 0;

  /** Prepares the calling thread: a stack for handlers, which names the thread's window. */
  constructor(native: NodeNativeThread) {
    this.#native = native;
    const { words } = native;
    this.siginfo = new DataView(words.buffer, words.byteOffset + WINDOW.SIGINFO, SIGINFO_BYTES);
    words[WINDOW.HOLD_MASK / 4] = ~NEVER_MASKED_LOW;
    words[WINDOW.HOLD_MASK / 4 + 1] = ~NEVER_MASKED_HIGH;
    this.#makeStack();
    this.#keepEngineHandler();
    this.catch(KICK);
  }

  catch(signal: number, flags = 0): void {
    this.#act(signal, isSynchronous(signal) ? 'fault' : 'handler', flags);
  }

  /** Lets other threads freeze this one. What they interrupt goes on as if nothing had been. */
  catchFreeze(): void {
    this.#act(FREEZE, 'freeze', SA_RESTART);
  }

  ignore(signal: number): void {
    this.#dispose(signal, SIG_IGN, 0);
  }

  default(signal: number, flags = 0): void {
    this.#dispose(signal, SIG_DFL, flags);
  }

  /** Whatever happens to SIGSEGV, the engine sees what is a fault of its code. */
  #dispose(signal: number, action: number, flags: number): void {
    if (signal === SIGSEGV) this.catch(signal);
    else this.#act(signal, action, flags);
  }

  take(): number {
    const { words, attentionIndex } = this.#native;
    const signal = words[WINDOW.SIGNAL / 4]!;
    if (signal === 0 || this.#isTaken) return 0;
    this.#isTaken = true;
    this.#oldLow = words[WINDOW.OLD_MASK / 4]!;
    this.#oldHigh = words[WINDOW.OLD_MASK / 4 + 1]!;
    Atomics.and(words, attentionIndex, ~ATTENTION.SIGNAL);
    return signal;
  }

  release(): void {
    this.setMask(this.#oldLow, this.#oldHigh);
  }

  setMask(low: number, high: number): void {
    const { scratch, words } = this.#native;
    scratch.setInt32(0, low & ~NEVER_MASKED_LOW, true);
    scratch.setInt32(4, high & ~NEVER_MASKED_HIGH, true);
    // Until here what comes although everything is masked goes back to the kernel (`fault`).
    if (this.#isTaken) words[WINDOW.SIGNAL / 4] = 0;
    this.#isTaken = false;
    this.#putMask();
  }

  mask(): { low: number; high: number } {
    const { scratch } = this.#native;
    this.#native.int(1, 0);
    this.#native.scratchAt(2, MASK_BYTES);
    this.#native.int(3, MASK_BYTES);
    this.#native.call(this.#native.numbers.rt_sigprocmask);
    return { low: scratch.getInt32(8, true), high: scratch.getInt32(12, true) };
  }

  /** Runs `act` while no signal comes to the thread. Threads that begin in it hear none until they say so. */
  whileDeaf<T>(act: () => T): T {
    const { scratch } = this.#native;
    const { low, high } = this.mask();
    const put = (lowHalf: number, highHalf: number): void => {
      scratch.setInt32(0, lowHalf, true);
      scratch.setInt32(4, highHalf, true);
      this.#putMask();
    };
    put(~NEVER_MASKED_LOW, -1);
    try {
      return act();
    } finally {
      put(low, high);
    }
  }

  raiseOnSignal(offset: number, bits: number): void {
    const { words, memoryLow, memoryHigh } = this.#native;
    const window = new BigInt64Array(words.buffer, words.byteOffset, WINDOW.SIGINFO / 8);
    // The handler sees no half of an address, nor one with another's bits.
    Atomics.store(window, WINDOW.EXIT_ADDRESS / 8, 0n);
    Atomics.store(words, WINDOW.EXIT_BITS / 4, bits);
    Atomics.store(window, WINDOW.EXIT_ADDRESS / 8, (BigInt(memoryHigh) << 32n) + BigInt(memoryLow) + BigInt(offset));
  }

  kick(thread: number): void {
    this.#send(thread, KICK);
  }

  endKick(): void {
    const { words, attentionIndex } = this.#native;
    Atomics.and(words, attentionIndex, ~ATTENTION.KICK);
  }

  hushOthers(): void {
    const own = this.#native.call(this.#native.numbers.gettid);
    for (const thread of readdirSync('/proc/self/task')) if (Number(thread) !== own) this.kick(Number(thread));
  }

  die(signal: number, core: boolean): never {
    const { numbers, scratch } = this.#native;
    // Unlike a limit of 0, this also holds where cores go to a program.
    if (!core) {
      this.#native.int(0, PR_SET_DUMPABLE);
      this.#native.int(1, 0);
      this.#native.call(numbers.prctl);
    }
    if (signal !== SIGKILL) this.#act(signal, SIG_DFL, 0);
    this.#send(this.#native.call(numbers.gettid), signal);
    // It may be masked; nothing else is wanted any more.
    const bit = 2 ** ((signal - 1) % 32);
    scratch.setInt32(0, signal > 32 ? -1 : ~bit, true);
    scratch.setInt32(4, signal > 32 ? ~bit : -1, true);
    this.#native.scratchAt(1, 0);
    this.#putMask();
    return this.exit(128 + signal);
  }

  exit(status: number): never {
    this.#native.int(0, status);
    this.#native.call(this.#native.numbers.exit_group);
    throw new BugError('exit_group came back');
  }

  #send(thread: number, signal: number): void {
    const native = this.#native;
    native.int(0, native.call(native.numbers.getpid));
    native.int(1, thread);
    native.int(2, signal);
    native.call(native.numbers.tgkill);
  }

  /** Puts the mask at the start of the scratch bytes into force. */
  #putMask(): void {
    const native = this.#native;
    native.int(0, SIG_SETMASK);
    native.scratchAt(1, 0);
    native.int(2, 0);
    native.int(3, MASK_BYTES);
    native.call(native.numbers.rt_sigprocmask);
  }

  /** A stack for handlers. Its lowest word is the window's address, by which the handler knows the thread. */
  #makeStack(): void {
    const native = this.#native;
    const { numbers, scratch } = native;
    native.int(0, 0);
    native.int(1, STACK_BYTES);
    native.int(2, PROT_READ_WRITE);
    native.int(3, MAP_PRIVATE_ANONYMOUS);
    native.int(4, -1);
    native.int(5, 0);
    const low = native.call(numbers.mmap);
    const high = native.high();
    if (high < 0) throw new BugError(`no stack for signals: error ${-low}`);
    setUint64((BigInt(high) << 32n) | BigInt(low >>> 0), 0, BigInt(native.window));
    // stack_t: address, flags, size.
    scratch.setInt32(0, low, true);
    scratch.setInt32(4, high, true);
    scratch.setBigUint64(8, 0n, true);
    scratch.setBigUint64(16, BigInt(STACK_BYTES), true);
    native.scratchAt(0, 0);
    native.int(1, 0);
    native.call(numbers.sigaltstack);
  }

  /** The window tells where the engine's handler of SIGSEGV is, which traps of WebAssembly go to. */
  #keepEngineHandler(): void {
    const native = this.#native;
    const { numbers, scratch, words, library } = native;
    native.int(0, SIGSEGV);
    native.int(1, 0);
    native.scratchAt(2, 0);
    native.int(3, MASK_BYTES);
    native.call(numbers.rt_sigaction);
    let handler = scratch.getBigUint64(0, true);
    const windows = new BigUint64Array(words.buffer);
    // Caught already: the first thread found the engine's.
    if (handler === library.address('fault')) handler = windows[WINDOW.ENGINE_HANDLER / 8]!;
    windows[(words.byteOffset + WINDOW.ENGINE_HANDLER) / 8] = handler;
  }

  /** struct sigaction of the kernel: handler, flags, restorer, mask. */
  #act(signal: number, action: 'handler' | 'fault' | 'freeze' | number, extra: number): void {
    const native = this.#native;
    const { scratch, library } = native;
    const isHandler = typeof action === 'string';
    const restorer = isHandler && native.processor === 'x86-64';
    const flags = isHandler ? SA_SIGINFO | SA_ONSTACK | extra | (restorer ? SA_RESTORER : 0) : extra;
    scratch.setBigUint64(0, isHandler ? library.address(action) : BigInt(action), true);
    scratch.setBigUint64(8, BigInt(flags), true);
    scratch.setBigUint64(16, restorer ? library.address('restorer') : 0n, true);
    scratch.setBigUint64(24, isHandler ? ~0n : 0n, true);
    native.int(0, signal);
    native.scratchAt(1, 0);
    native.int(2, 0);
    native.int(3, MASK_BYTES);
    native.call(native.numbers.rt_sigaction);
  }
}
