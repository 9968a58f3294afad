import type { Arena } from '../../mem/arena.ts';
import type { DebugPoint } from '../../mem/debug.ts';
import type { DebugSessionState } from './debug-site.ts';

const WORDS = { SOCKET: 0, STATE: 1, VERSION: 2, POINTS: 3, PASSED_LOW: 4, PASSED_HIGH: 5, COUNT: 8 } as const;
const STATE = { ACKS: 1, MULTIPROCESS: 2, OWES_STOP: 4 } as const;
const MOST_POINTS = 1024;
const KINDS = ['break', 'write', 'read', 'access'] as const;

/** How a thread goes on. */
export const COMMAND = { RUN: 0, STEP: 1, HOLD: 2 } as const;
export type Command = (typeof COMMAND)[keyof typeof COMMAND];

/** What threads of a debugged process share of their debugger; in the shared memory, zeroes at first. */
export class DebugShared {
  readonly #words: Int32Array;
  /** Per thread: its command, and the signal with which it goes on. */
  readonly #threads: Int32Array;
  readonly #points: BigUint64Array;

  constructor(arena: Arena, threads: number) {
    const { buffer } = arena.memory;
    this.#words = new Int32Array(buffer, arena.allocate(4 * WORDS.COUNT), WORDS.COUNT);
    this.#threads = new Int32Array(buffer, arena.allocate(8 * threads), 2 * threads);
    this.#points = new BigUint64Array(buffer, arena.allocate(24 * MOST_POINTS), 3 * MOST_POINTS);
  }

  /** The host's descriptor of the connection, or -1. */
  get socket(): number {
    return Atomics.load(this.#words, WORDS.SOCKET) - 1;
  }
  set socket(socket: number) {
    Atomics.store(this.#words, WORDS.SOCKET, socket + 1);
  }

  get state(): DebugSessionState {
    const bits = this.#words[WORDS.STATE]!;
    return {
      hasAcks: (bits & STATE.ACKS) !== 0,
      isMultiprocess: (bits & STATE.MULTIPROCESS) !== 0,
      owesStop: (bits & STATE.OWES_STOP) !== 0,
    };
  }
  set state({ hasAcks, isMultiprocess, owesStop }: DebugSessionState) {
    this.#words[WORDS.STATE] =
      (hasAcks ? STATE.ACKS : 0) | (isMultiprocess ? STATE.MULTIPROCESS : 0) | (owesStop ? STATE.OWES_STOP : 0);
  }

  /** Changes with the points. */
  get version(): number {
    return Atomics.load(this.#words, WORDS.VERSION);
  }

  get points(): DebugPoint[] {
    return Array.from({ length: this.#words[WORDS.POINTS]! }, (_, i) => ({
      kind: KINDS[Number(this.#points[3 * i])]!,
      address: this.#points[3 * i + 1]!,
      length: this.#points[3 * i + 2]!,
    }));
  }

  /** False: there is no room. */
  setPoints(points: readonly DebugPoint[]): boolean {
    if (points.length > MOST_POINTS) return false;
    points.forEach(({ kind, address, length }, i) => {
      this.#points.set([BigInt(KINDS.indexOf(kind)), address, length], 3 * i);
    });
    this.#words[WORDS.POINTS] = points.length;
    Atomics.add(this.#words, WORDS.VERSION, 1);
    return true;
  }

  commandOf(thread: number): Command {
    return Atomics.load(this.#threads, 2 * thread) as Command;
  }
  command(thread: number, command: Command): void {
    Atomics.store(this.#threads, 2 * thread, command);
    Atomics.notify(this.#threads, 2 * thread);
  }
  /** Blocks a thread while it is held. */
  waitWhileHeld(thread: number): void {
    while (this.commandOf(thread) === COMMAND.HOLD) Atomics.wait(this.#threads, 2 * thread, COMMAND.HOLD);
  }

  /** The signal of Linux's that a thread goes on with after a stop for one; 0: none. Taken. */
  takeSignal(thread: number): number {
    return Atomics.exchange(this.#threads, 2 * thread + 1, 0);
  }
  giveSignal(thread: number, signal: number): void {
    Atomics.store(this.#threads, 2 * thread + 1, signal);
  }

  /** Nobody wants to hear of a signal of Linux's. */
  passes(signal: number): boolean {
    const word = this.#words[signal > 32 ? WORDS.PASSED_HIGH : WORDS.PASSED_LOW]!;
    return (word & (1 << ((signal - 1) & 31))) !== 0;
  }
  setPassed(signals: Iterable<number>): void {
    let [low, high] = [0, 0];
    for (const signal of signals) {
      if (signal > 32) high |= 1 << ((signal - 1) & 31);
      else low |= 1 << (signal - 1);
    }
    this.#words[WORDS.PASSED_LOW] = low;
    this.#words[WORDS.PASSED_HIGH] = high;
  }
}
