import {
  HART_START_PENDING,
  HART_STARTED,
  HART_STOPPED,
  HART_SUSPENDED,
  type HartEntry,
} from '../firmware/sbi/host.ts';
import type { Arena } from '../mem/arena.ts';
import { structSection, type Section } from '../mem/section.ts';
import { struct } from '../mem/struct.ts';

const HartState = struct({
  state: 'i32',
  /** The entry is complete: the hart is to start. */
  ready: 'i32',
  address: 'i64',
  opaque: 'i64',
});
const STATE = HartState.offsetOf.state / 4;
const READY = HartState.offsetOf.ready / 4;
const ADDRESS = HartState.offsetOf.address / 8;
const OPAQUE = HartState.offsetOf.opaque / 8;

/** What the harts of a machine do, as hart state management (SBI 2.0, chapter 9) has it, in shared memory. */
export class HartStates {
  /** Where the number of harts that are not stopped lies. */
  readonly startedAddress: number;
  readonly count: number;
  readonly #memory: WebAssembly.Memory;
  readonly #started: Int32Array;
  readonly #words: readonly Int32Array[];
  readonly #longs: readonly BigInt64Array[];
  readonly #addresses: readonly number[];

  constructor(arena: Arena, count: number) {
    const { memory } = arena;
    this.count = count;
    this.#memory = memory;
    this.startedAddress = arena.allocate(8);
    this.#started = new Int32Array(memory.buffer, this.startedAddress, 1);
    this.#addresses = Array.from({ length: count }, () => arena.allocate(HartState.size));
    this.#words = this.#addresses.map((at) => new Int32Array(memory.buffer, at, HartState.size / 4));
    this.#longs = this.#addresses.map((at) => new BigInt64Array(memory.buffer, at, HartState.size / 8));
  }

  /** While no hart runs: that many, from the first, are started and the rest stopped. */
  reset(started: number): void {
    this.#started[0] = started;
    for (const [hart, words] of this.#words.entries()) {
      words[STATE] = hart < started ? HART_STARTED : HART_STOPPED;
      words[READY] = 0;
    }
  }

  /** What is saved of each hart. */
  get sections(): readonly Section[] {
    const { fields } = HartState;
    return this.#addresses.map((address, hart) => ({
      ...structSection('sbi_hsm', 1, { fields, memory: this.#memory, address }),
      loaded: () => this.#loaded(hart),
    }));
  }

  #loaded(hart: number): void {
    const words = this.#words[hart]!;
    words[READY]! &= 1;
    const isKnown = [HART_STARTED, HART_STOPPED, HART_START_PENDING, HART_SUSPENDED].includes(words[STATE]!);
    if (!isKnown) words[STATE] = HART_STOPPED;
    this.#started[0] = this.#words.filter((each) => each[STATE] !== HART_STOPPED).length;
  }

  of(hart: number): number {
    return Atomics.load(this.#words[hart]!, STATE);
  }
  set(hart: number, state: number): void {
    Atomics.store(this.#words[hart]!, STATE, state);
  }

  /** Prepares the start of a stopped hart; false if it is not stopped. */
  start(hart: number, { address, opaque }: HartEntry): boolean {
    const words = this.#words[hart]!;
    if (Atomics.compareExchange(words, STATE, HART_STOPPED, HART_START_PENDING) !== HART_STOPPED) return false;
    // From here on memory is shared, whatever the others run.
    Atomics.add(this.#started, 0, 1);
    const longs = this.#longs[hart]!;
    longs[ADDRESS] = BigInt.asIntN(64, address);
    longs[OPAQUE] = BigInt.asIntN(64, opaque);
    Atomics.store(words, READY, 1);
    return true;
  }

  /** On the hart's thread: where it is to begin, if it was asked to. It counts as started then. */
  takeEntry(hart: number): HartEntry | undefined {
    if (Atomics.exchange(this.#words[hart]!, READY, 0) === 0) return undefined;
    this.set(hart, HART_STARTED);
    const longs = this.#longs[hart]!;
    return { address: BigInt.asUintN(64, longs[ADDRESS]!), opaque: BigInt.asUintN(64, longs[OPAQUE]!) };
  }

  /** On the hart's thread: it runs no more guest code. */
  stop(hart: number): void {
    Atomics.sub(this.#started, 0, 1);
    this.set(hart, HART_STOPPED);
  }
}
