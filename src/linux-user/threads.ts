import { BugError } from '../base/errors.ts';
import { RecordLayout } from '../jit/record.ts';
import { codePageBytes } from '../jit/code-pages.ts';
import { SharedCodeRoom, type CodeRoom } from '../jit/code-room.ts';
import type { Arena } from '../mem/arena.ts';
import { EXIT_WORK } from '../mem/cpu.ts';
import type { Peers } from '../mem/code-claims.ts';
import type { CpuRequests } from '../mem/cpu-requests.ts';
import { Lock } from '../mem/lock.ts';
import type { Abi } from './abi/abi.ts';
import { PAGE } from './memory/pages.ts';
import { PHASE, ThreadShared } from './thread-shared.ts';

/** Most threads of a process at one time. */
export const MOST_THREADS = 256;

/** Code pages whose records a thread takes at a time, and the most that one keeps. */
const PAGES_AT_A_TIME = 16;
const MOST_CODE_PAGES = 1280;

/** Translations of more pages than that are forgotten with all others. */
export const FEW_PAGES = 64;

const WORDS = {
  LIVE: 0,
  STARTED: 1,
  SHARING: 2,
  LEADER: 3,
  ENDING: 4,
  PAUSE: 5,
  MOST: 6,
  EXPECTED: 7,
  COUNT: 8,
} as const;

/** Starts a thread of the host for the thread at an index, which parks itself when it is ready; gives its number, or 0. */
export type Spawn = (index: number) => number;

/** The threads of a process: those that there are, and room for others. All of it is in memory that they share. */
export class Threads {
  readonly all: readonly ThreadShared[];
  readonly requests: readonly CpuRequests[];
  /** See Parallel.startedCpus: not above 1 while nobody else can see what the only thread does. */
  readonly sharingAddress: number;
  readonly #words: Int32Array;
  readonly #lock: Lock;
  readonly #room: SharedCodeRoom;
  readonly #spawn: Spawn | undefined;

  /** Takes what is left of the arena for records of code. */
  constructor(arena: Arena, abi: Abi, spawn: Spawn | undefined) {
    const { memory } = arena;
    this.#spawn = spawn;
    const words = arena.allocate(4 * WORDS.COUNT);
    this.#words = new Int32Array(memory.buffer, words, WORDS.COUNT);
    this.sharingAddress = words + 4 * WORDS.SHARING;
    this.#lock = new Lock(memory, arena.allocate(8));
    const size = abi.stateStruct.size;
    this.all = Array.from({ length: MOST_THREADS }, (_, index) => new ThreadShared(arena, size, index));
    this.requests = this.all.map(({ requests }) => requests);
    if (this.all.some((thread) => thread.distanceOfCounts !== this.all[0]!.distanceOfCounts)) {
      throw new BugError('threads are not laid out alike');
    }
    const stretch = PAGES_AT_A_TIME * codePageBytes(abi.guest, new RecordLayout(abi.guest));
    this.#room = new SharedCodeRoom(arena, stretch, Math.floor((arena.room - 2 * PAGE) / (stretch + 2)));
  }

  get mostCodePages(): number {
    return MOST_CODE_PAGES;
  }

  /** Where the threads keep their code. */
  get codeRange(): { readonly start: number; readonly length: number } {
    return this.#room.range;
  }

  /** Where a thread keeps its code: as much of the room as is not needed for threads that may still come. */
  roomOf(index: number): CodeRoom {
    return this.#room.of(index, () => MOST_THREADS - this.started);
  }

  /** How many hosts' threads have ever been started: all with lower indices. */
  get started(): number {
    return Atomics.load(this.#words, WORDS.STARTED);
  }

  /** How many threads of the guest there are. */
  get live(): number {
    return Atomics.load(this.#words, WORDS.LIVE);
  }

  /** The most that there were at a time since the program began. */
  get most(): number {
    return this.#words[WORDS.MOST]!;
  }

  /** Another program takes the place of the one that was. */
  clear(): void {
    this.#words[WORDS.MOST] = 1;
    Atomics.store(this.#words, WORDS.EXPECTED, 0);
  }

  /** Others, threads or processes, may see what a thread does in memory from now on. */
  share(): void {
    Atomics.store(this.#words, WORDS.SHARING, 2);
  }

  /** The first thread of a new process begins, at `index`. */
  begin(index: number, tid: number): ThreadShared {
    const shared = this.all[index]!;
    shared.tid = tid;
    shared.isReady = true;
    shared.phase = PHASE.RUNNING;
    Atomics.store(this.#words, WORDS.LIVE, 1);
    this.clear();
    if (this.started <= index) Atomics.store(this.#words, WORDS.STARTED, index + 1);
    this.#words[WORDS.LEADER] = index;
    return shared;
  }

  /**
   * Runs `act` for a thread while no other begins or pauses the rest. Undefined: the thread is to be no more, and
   * nothing was done.
   */
  #alone<T>(own: ThreadShared, act: () => T): T | undefined {
    // Who has the lock may want all others to pause, and may be the one whom the child of a fork belongs to.
    own.isPaused = true;
    const isAlone = this.#lock.acquireWhile(() => own.phase === PHASE.RUNNING);
    own.isPaused = false;
    if (!isAlone) return undefined;
    try {
      return own.phase === PHASE.RUNNING ? act() : undefined;
    } finally {
      this.#lock.release();
    }
  }

  /** A thread of the host that waits for work, to be given it by `own`; undefined if there can be no more. */
  take(own: ThreadShared): ThreadShared | undefined {
    return this.#alone(own, () => {
      if (this.#words[WORDS.ENDING] !== 0) return undefined;
      const thread = this.#parked() ?? this.#coming() ?? this.#prepare();
      if (thread === undefined) return undefined;
      // It takes long until it is there, but it need not be: all that it has to be given lies in memory.
      if (thread.tid === 0) thread.waitUntilReady();
      thread.phase = PHASE.TAKEN;
      const live = Atomics.add(this.#words, WORDS.LIVE, 1) + 1;
      this.#words[WORDS.MOST] = Math.max(this.most, live);
      this.share();
      return thread;
    });
  }

  /**
   * The guest is likely to have `count` threads besides the one that it has. One takes so long to be ready as the guest
   * takes to want it: `atOnce` are started now, and each that is ready starts the next, since all at once would take the
   * processors from the first one.
   */
  expect(own: ThreadShared, count: number, atOnce: number): void {
    this.#alone(own, () => {
      Atomics.store(this.#words, WORDS.EXPECTED, count);
      for (let i = 0; i < atOnce; i++) this.#prepareExpected();
    });
  }

  /** For a thread of the host that is ready: starts the next that is expected, if there is one. */
  startExpected(): void {
    if (this.#isExpected) this.#lock.with(() => this.#prepareExpected());
  }

  get #isExpected(): boolean {
    return this.started - 1 < Atomics.load(this.#words, WORDS.EXPECTED);
  }

  #prepareExpected(): void {
    // Who ends the others waits for those that there are.
    if (this.#isExpected && this.#words[WORDS.ENDING] === 0) this.#prepare();
  }

  /** A thread that was taken, and has all that it needs, runs. */
  go(thread: ThreadShared): void {
    thread.phase = PHASE.RUNNING;
  }

  /** The thread whose number is the process's. */
  get leader(): number {
    return this.#words[WORDS.LEADER]!;
  }

  find(tid: number): ThreadShared | undefined {
    return this.all.find((thread) => thread.tid === tid && runs(thread));
  }

  /** One that is parked, or will be at once. The leader is never used again. */
  #parked(): ThreadShared | undefined {
    const { started, leader } = this;
    for (const phase of [PHASE.PARKED, PHASE.LEAVING]) {
      for (let index = 0; index < started; index++) {
        const thread = this.all[index]!;
        if (index === leader || thread.phase !== phase) continue;
        thread.waitWhile(PHASE.LEAVING);
        return thread;
      }
    }
    return undefined;
  }

  /** One that will be ready soon. */
  #coming(): ThreadShared | undefined {
    const { started } = this;
    for (let index = 0; index < started; index++) {
      const thread = this.all[index]!;
      if (thread.phase === PHASE.COMING) return thread;
    }
    return undefined;
  }

  #prepare(): ThreadShared | undefined {
    const index = this.started;
    const thread = this.all[index];
    if (thread === undefined || this.#spawn === undefined) return undefined;
    thread.tid = 0;
    thread.isReady = false;
    thread.phase = PHASE.COMING;
    // From here on others tell it what changes; it has nothing to forget yet.
    Atomics.store(this.#words, WORDS.STARTED, index + 1);
    const tid = this.#spawn(index);
    // If it is not known, the thread may have said it itself by now.
    if (tid !== 0) thread.tid = tid;
    return thread;
  }

  /** A thread of the guest has ended but for its host's thread; true if it was the last. */
  left(shared: ThreadShared): boolean {
    shared.phase = PHASE.LEAVING;
    return Atomics.sub(this.#words, WORDS.LIVE, 1) === 1;
  }

  /** For CodeClaims. */
  get peers(): Peers {
    const { all } = this;
    const count = (): number => this.started;
    return {
      get count() {
        return count();
      },
      runs: (index) => runs(all[index]!),
    };
  }

  /** Those that run now, but for one. */
  *others(than: ThreadShared): Generator<ThreadShared> {
    const { started } = this;
    for (let index = 0; index < started; index++) {
      const thread = this.all[index]!;
      if (thread !== than && runs(thread)) yield thread;
    }
  }

  /** Others are to do nothing for the moment. */
  get isPausing(): boolean {
    return Atomics.load(this.#words, WORDS.PAUSE) !== 0;
  }

  /** Blocks a thread until it may go on. */
  pause(own: ThreadShared): void {
    // Who wants the next pause must not take this one for it: so it is looked again after it was called off.
    do {
      own.isPaused = true;
      while (this.isPausing) Atomics.wait(this.#words, WORDS.PAUSE, 1);
      own.isPaused = false;
    } while (this.isPausing);
  }

  /**
   * Runs `act` while all other threads stand where they hold nothing and do nothing, and no thread begins. Undefined:
   * the caller is to be no more. `interrupt`: the host's call of a thread, if it is in one.
   */
  whileOthersPause<T>(own: ThreadShared, interrupt: (tid: number) => void, act: () => T): T | undefined {
    return this.#alone(own, () => {
      // What begins holds locks of the host's.
      for (let index = 0; index < this.started; index++) this.all[index]!.waitUntilReady();
      Atomics.store(this.#words, WORDS.PAUSE, 1);
      try {
        for (const other of this.others(own)) {
          other.raise(EXIT_WORK);
          interrupt(other.tid);
        }
        for (const other of this.others(own)) {
          other.waitForPause();
          // What it does to memory in its end would be done again in the child of a fork.
          other.waitWhile(PHASE.LEAVING);
        }
        return act();
      } finally {
        Atomics.store(this.#words, WORDS.PAUSE, 0);
        Atomics.notify(this.#words, WORDS.PAUSE);
      }
    });
  }

  /** Ends all threads of the guest but the caller's, and waits for it; false if another one does, and ends this one. */
  endOthers(own: ThreadShared, interrupt: (tid: number) => void): boolean {
    if (Atomics.compareExchange(this.#words, WORDS.ENDING, 0, 1) !== 0) return false;
    while (this.live > 1) {
      for (const other of this.others(own)) {
        other.isToEnd = true;
        other.raise(EXIT_WORK);
        interrupt(other.tid);
      }
      for (const other of this.others(own)) {
        other.waitWhile(PHASE.RUNNING);
        other.waitWhile(PHASE.LEAVING);
      }
    }
    Atomics.store(this.#words, WORDS.ENDING, 0);
    return true;
  }

  /** Lets the others forget pages, before they run on. They hear of code by its claims. */
  remapped(own: ThreadShared, first: number, count: number): void {
    for (const { requests } of this.others(own)) {
      if (count > FEW_PAGES) requests.post('flushAll');
      else requests.post('flushPages', (first * PAGE) | 0, 0, count, -1);
    }
  }

  /** Blocks until the others have done all that was asked of them. */
  settle(own: ThreadShared): void {
    for (const { requests } of this.others(own)) requests.waitFor(requests.latest);
  }

  /**
   * In the child of a fork, in `whileOthersPause`: there is one thread of the guest, the caller's. The host's threads
   * are all there, with other numbers; they wait for threads of the guest.
   */
  forked(own: ThreadShared, tid: number): void {
    const { started } = this;
    for (let index = 0; index < started; index++) {
      const thread = this.all[index]!;
      if (thread === own) continue;
      thread.tid = 0;
      thread.isReady = false;
      thread.phase = PHASE.COMING;
    }
    this.begin(own.index, tid);
  }
}

/** Whether a thread may have translations of pages that it will use. */
function runs({ phase }: ThreadShared): boolean {
  return phase === PHASE.RUNNING || phase === PHASE.LEAVING;
}
