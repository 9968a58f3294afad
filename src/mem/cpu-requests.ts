import { Lock } from './lock.ts';

/** What others may ask of a CPU, which it does between two instructions. */
export interface RequestTarget {
  flushAll(): void;
  flushAsid(asid: number): void;
  /** `count` pages from an address on; asid -1: of all address spaces. */
  flushPages(low: number, high: number, count: number, asid: number): void;
  /** Stores to a host page have to look for translated code from now on. */
  watchPage(hostPage: number): void;
  /** Bytes `first` to `last` - 1 of a host page were written. */
  codeWritten(hostPage: number, first: number, last: number): void;
  /** There were too many requests to remember: whatever may have been asked for. */
  forgetAll(): void;
}

const KINDS = ['flushAll', 'flushAsid', 'flushPages', 'watchPage', 'codeWritten'] as const;
type Kind = (typeof KINDS)[number];

/** Requests that are remembered; one more and all is forgotten. */
const CAPACITY = 256;
const ENTRY_WORDS = 5;
const LOCK = 0;
/** 1: the CPU may run guest code, so that who asks has to wait for it. */
const PRESENT = 1;
/** How many requests were ever posted and done, modulo 2^32. */
const POSTED = 2;
const DONE = 3;
/** Changes whenever somebody who waits should look again. */
const TURN = 4;
const OVERFLOW = 5;
/** How many threads sleep until the CPU has done something. */
const WAITERS = 6;
const ENTRIES = 8;
const WORDS = ENTRIES + CAPACITY * ENTRY_WORDS;

/** Looks before who waits goes to sleep: a running CPU answers within a few microseconds. */
const LOOKS = 500;

/**
 * Requests to one CPU, from any thread, in shared memory. Who asks knows that it is done when the CPU has
 * done it, or runs no guest code now: what is posted is done before it runs some again.
 *
 *     absent ──enter──▶ present ──leave──▶ absent
 *
 * `enter` stores its state and then looks for requests, `post` stores the request and then looks at the
 * state: whichever comes second sees the other.
 */
export class CpuRequests {
  static readonly bytes = WORDS * 4;
  readonly #words: Int32Array;
  readonly #lock: Lock;
  readonly #kick: () => void;
  readonly #taken = new Int32Array(CAPACITY * ENTRY_WORDS);

  /** `kick` makes the CPU look. */
  constructor(memory: WebAssembly.Memory, address: number, kick: () => void) {
    this.#words = new Int32Array(memory.buffer, address, WORDS);
    this.#lock = new Lock(memory, address + LOCK * 4);
    this.#kick = kick;
  }

  /** Asks; gives what `waitFor` takes. */
  post(kind: Kind, a = 0, b = 0, c = 0, d = 0): number {
    const words = this.#words;
    this.#lock.acquire();
    const pending = (words[POSTED]! - words[DONE]!) | 0;
    const posted = (words[POSTED]! + 1) | 0;
    if (pending >= CAPACITY) words[OVERFLOW] = 1;
    else {
      const at = ENTRIES + ((posted - 1) & (CAPACITY - 1)) * ENTRY_WORDS;
      words[at] = KINDS.indexOf(kind);
      words[at + 1] = a;
      words[at + 2] = b;
      words[at + 3] = c;
      words[at + 4] = d;
    }
    Atomics.store(words, POSTED, posted);
    this.#lock.release();
    this.#kick();
    return posted;
  }

  /** What `waitFor` takes for all that was ever posted. */
  get latest(): number {
    return Atomics.load(this.#words, POSTED);
  }

  /** Blocks until what `post` gave is done. The calling thread must be absent itself. */
  waitFor(ticket: number): void {
    const words = this.#words;
    for (let looks = 0; ; looks++) {
      if (this.#isDone(ticket)) return;
      if (looks < LOOKS) continue;
      Atomics.add(words, WAITERS, 1);
      const turn = Atomics.load(words, TURN);
      if (!this.#isDone(ticket)) Atomics.wait(words, TURN, turn);
      Atomics.sub(words, WAITERS, 1);
    }
  }

  #isDone(ticket: number): boolean {
    const words = this.#words;
    return Atomics.load(words, PRESENT) === 0 || ((Atomics.load(words, DONE) - ticket) | 0) >= 0;
  }

  /** Something is asked that is not done. */
  get isPending(): boolean {
    return Atomics.load(this.#words, POSTED) !== this.#words[DONE];
  }

  /** The CPU runs guest code from now on, after it has done what is pending. */
  enter(): void {
    Atomics.store(this.#words, PRESENT, 1);
  }

  /** The CPU runs no guest code until `enter`. */
  leave(): void {
    Atomics.store(this.#words, PRESENT, 0);
    this.#turn();
  }

  /** Runs what may wait for other CPUs, which do not wait for this one meanwhile. */
  whileAway(act: () => void): void {
    const isPresent = this.#words[PRESENT] === 1;
    if (isPresent) this.leave();
    try {
      act();
    } finally {
      if (isPresent) this.enter();
    }
  }

  /** On the CPU's thread: does what is asked. */
  serve(target: RequestTarget): void {
    const words = this.#words;
    const taken = this.#taken;
    this.#lock.acquire();
    const first = words[DONE]!;
    const posted = words[POSTED]!;
    const isOverflown = words[OVERFLOW] === 1;
    words[OVERFLOW] = 0;
    const count = isOverflown ? 0 : (posted - first) | 0;
    for (let i = 0; i < count; i++) {
      const at = ENTRIES + ((first + i) & (CAPACITY - 1)) * ENTRY_WORDS;
      for (let word = 0; word < ENTRY_WORDS; word++) taken[i * ENTRY_WORDS + word] = words[at + word]!;
    }
    // From here on entries may be posted over; until they are done nobody takes them for done.
    this.#lock.release();
    if (isOverflown) target.forgetAll();
    for (let i = 0; i < count; i++) this.#serve(target, i * ENTRY_WORDS);
    Atomics.store(words, DONE, posted);
    this.#turn();
  }

  #serve(target: RequestTarget, at: number): void {
    const taken = this.#taken;
    const a = taken[at + 1]!;
    switch (KINDS[taken[at]!]) {
      case 'flushAll':
        return target.flushAll();
      case 'flushAsid':
        return target.flushAsid(a);
      case 'flushPages':
        return target.flushPages(a, taken[at + 2]!, taken[at + 3]!, taken[at + 4]!);
      case 'watchPage':
        return target.watchPage(a);
      case 'codeWritten':
        return target.codeWritten(a, taken[at + 2]!, taken[at + 3]!);
    }
  }

  #turn(): void {
    if (Atomics.load(this.#words, WAITERS) === 0) return;
    Atomics.add(this.#words, TURN, 1);
    Atomics.notify(this.#words, TURN);
  }
}
