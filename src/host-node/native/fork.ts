/**
 * Copies this process, with all its threads. The engine's own threads cannot be done without: it waits for them, and
 * one that is copied away while it holds a lock would leave that locked for ever. So each is stopped in a signal's
 * handler; in the copy a thread is made anew that returns from the same handler on the same stack (`freeze` and `fork` in
 * x86-64.ts). It goes on where it was, and knows nothing.
 */
import { getInt32 } from 'node:ffi';
import { readdirSync, readFileSync } from 'node:fs';
import { BugError } from '../../base/errors.ts';
import { INTERRUPTED_BEFORE } from '../../host/native.ts';
import type { NativeFork } from '../../host/native-fork.ts';
import { FORK, FORK_BLOCK_AT, FREEZE_CODE, FORK_RECORD, MOST_THREADS } from './fork-block.ts';
import { addressOf, type NodeNativeThread } from './thread.ts';
import { FREEZE, type NodeNativeSignals } from './signals.ts';
import { WINDOW } from './window.ts';

const CLONE_CHILD_SETTID = 0x01000000;
/** `fork`'s answer when a thread that is to be left was found doing something; no error of Linux. */
const AGAIN = -4096;
const ARCH_GET_FS = 0x1003;
/** Where glibc for x86-64 keeps a thread's number, off the thread pointer. */
const THREAD_NUMBER_AT = 0x2d0;
/** FORK_RECORD.STATE of a thread that may still look at its record. */
const LET_GO = 2;
const PATIENCE_NANOSECONDS = 10_000_000;
/** Above every address of a program, with the widest pages tables in use. */
const TOP = 2 ** 48 - 4096;

/**
 * What becomes of another thread. `left`: it waits in an event loop of the engine, whose descriptors parent and copy
 * share, so a copy would take events away; it is not copied, but seen to be waiting. `alone`: it masks all signals, as
 * Node's inspector of signals does, which only ever waits; it cannot be frozen and is not copied.
 */
type Fate = 'lives on' | 'left' | 'alone';

export class NodeNativeFork implements NativeFork {
  readonly #native: NodeNativeThread;
  readonly #signals: NodeNativeSignals;
  readonly #block: DataView<SharedArrayBuffer>;
  readonly #fork: (block: number) => number;
  readonly #fates = new Map<string, Fate>();
  /** Ends of what the kernel maps and does not let us speak of; computed once. */
  #kernelPages: readonly [number, number] | undefined;

  constructor(native: NodeNativeThread, signals: NodeNativeSignals) {
    this.#native = native;
    this.#signals = signals;
    this.#block = new DataView(native.share.windows, FORK_BLOCK_AT);
    this.#fork = native.library.fork;
    signals.catchFreeze();
  }

  fork(flags: number): number {
    const { words } = this.#native;
    const { low, high } = this.#signals.mask();
    this.#signals.setMask(-1, -1);
    // A signal that is noted here would be noted in the copy as well.
    if (words[WINDOW.SIGNAL / 4] !== 0) return INTERRUPTED_BEFORE;
    this.#letCopy();
    this.#listThreads();
    this.#block.setBigInt64(FORK.FLAGS, BigInt((flags | this.#childNumber()) >>> 0), true);
    const block = addressOf(this.#native.share.windows) + FORK_BLOCK_AT;
    let result = this.#fork(block);
    while (result === AGAIN) {
      // The turns of an event loop are short.
      this.#native.call(this.#native.numbers.sched_yield);
      this.#listThreads();
      result = this.#fork(block);
    }
    if (result === 0) {
      // Numbers of threads are given anew in the copy, and none of them looks at a record there.
      this.#fates.clear();
      this.#block.setBigInt64(FORK.THREADS, 0n, true);
    }
    this.#signals.setMask(low, high);
    return result;
  }

  /**
   * The engine keeps its memory from being copied. `fork` undoes that once all threads stand still, for any of them
   * may map more.
   */
  #letCopy(): void {
    this.#kernelPages ??= kernelPages();
    const [start, end] = this.#kernelPages;
    [4096, start - 4096, end, TOP - end].forEach((value, index) => {
      this.#block.setBigUint64(FORK.RANGES + index * 8, BigInt(value), true);
    });
  }

  /**
   * Waits for threads that the last fork, whoever made it, has let go and that have not run since: one that found its
   * record in use again, by another thread, would take itself for frozen.
   */
  #awaitThawed(): void {
    const block = this.#block;
    const native = this.#native;
    const { tgkill, sched_yield, getpid } = native.numbers;
    const process = native.call(getpid);
    for (let index = Number(block.getBigInt64(FORK.THREADS, true)) - 1; index >= 0; index--) {
      const record = FORK.RECORDS + index * FORK_RECORD.BYTES;
      while (block.getInt32(record + FORK_RECORD.STATE, true) === LET_GO) {
        native.int(0, process);
        native.int(1, Number(block.getBigInt64(record + FORK_RECORD.NUMBER, true)));
        native.int(2, 0);
        if (native.call(tgkill) < 0) break;
        native.call(sched_yield);
      }
    }
  }

  #listThreads(): void {
    this.#awaitThawed();
    const block = this.#block;
    const native = this.#native;
    const own = String(native.call(native.numbers.gettid));
    let count = 0;
    for (const thread of readdirSync('/proc/self/task')) {
      if (thread === own) continue;
      const fate = this.#fate(thread);
      if (fate === 'alone') continue;
      if (count === MOST_THREADS) throw new BugError('more threads than fork knows to copy');
      const record = FORK.RECORDS + count++ * FORK_RECORD.BYTES;
      block.setInt32(record + FORK_RECORD.STATE, 0, true);
      block.setInt32(record + FORK_RECORD.LIVES_ON, fate === 'lives on' ? 1 : 0, true);
      block.setBigInt64(record + FORK_RECORD.NUMBER, BigInt(thread), true);
    }
    block.setBigInt64(FORK.THREADS, BigInt(count), true);
    block.setBigInt64(FORK.PROCESS, BigInt(native.call(native.numbers.getpid)), true);
    block.setBigInt64(FORK.PATIENCE, 0n, true);
    block.setBigInt64(FORK.PATIENCE + 8, BigInt(PATIENCE_NANOSECONDS), true);
    block.setInt32(FORK.SIGINFO, FREEZE, true);
    block.setInt32(FORK.SIGINFO + 8, FREEZE_CODE, true);
  }

  /** Of a thread that exists, learns the first time what becomes of it in a copy. */
  #fate(thread: string): Fate {
    let fate = this.#fates.get(thread);
    if (fate === undefined) {
      fate = fateOf(thread);
      this.#fates.set(thread, fate);
    }
    return fate;
  }

  /** Makes the copy's C library know the number of its only thread that knows itself to be copied, where we can. */
  #childNumber(): number {
    const native = this.#native;
    if (native.processor !== 'x86-64') return 0;
    native.int(0, ARCH_GET_FS);
    native.scratchAt(1, 0);
    native.call(native.numbers.arch_prctl);
    const address = native.scratch.getBigUint64(0, true) + BigInt(THREAD_NUMBER_AT);
    if (getInt32(address) !== native.call(native.numbers.gettid)) return 0;
    this.#block.setBigUint64(FORK.CHILD_NUMBER_ADDRESS, address, true);
    return CLONE_CHILD_SETTID;
  }
}

function fateOf(thread: string): Fate {
  try {
    const status = readFileSync(`/proc/self/task/${thread}/status`, 'utf8');
    const masked = BigInt(`0x${/^SigBlk:\s*([0-9a-f]+)/m.exec(status)![1]}`);
    if (((masked >> BigInt(FREEZE - 1)) & 1n) === 1n) return 'alone';
    return /^Name:\s*DelayedTaskSche/m.test(status) ? 'left' : 'lives on';
  } catch {
    return 'alone';
  }
}

/** Where the kernel's own pages lie (`[vvar]`, `[vdso]`), which madvise would stop at. */
function kernelPages(): [number, number] {
  let start = TOP;
  let end = 4096;
  for (const line of readFileSync('/proc/self/maps', 'utf8').split('\n')) {
    if (!/\[v(var|dso)/.test(line)) continue;
    const [from, to] = line.split(/[- ]/).map((text) => parseInt(text, 16)) as [number, number];
    start = Math.min(start, from);
    end = Math.max(end, to);
  }
  return [start, end];
}
