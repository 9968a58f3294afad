import { changesDisk, type Completion, type RequestRing } from '../host/request-ring.ts';
import { RingBlockPort, type DiskFacts, type SectorRequest } from '../host/ring-block-port.ts';
import type { BlockPort } from '../hw/backends.ts';
import type { Arena } from '../mem/arena.ts';
import { structSection, type Section } from '../mem/section.ts';
import { array, struct } from '../mem/struct.ts';

/** Virtual time that a request takes, in nanoseconds. */
const LATENCY = 100_000;

/**
 * A disk device's end of its requests where time is counted in instructions. The CPU stands still until
 * the host has carried a request out, so that data moves between two instructions; the completion comes
 * a fixed time later. So the guest sees nothing of how fast the host's disk is.
 *
 * What is carried out and not told lies in shared memory, a ring with an entry of two f64 each: when it is due;
 * the request's number times 65,536 plus its error. Before it, words: entries ever put in, and ever taken out; requests
 * submitted that change the disk.
 */
export class TimedBlockPort implements BlockPort {
  /** Each request that was carried out, in the order of submission; gives the error to tell the guest. */
  onDone: ((completion: Completion) => number) | undefined;
  /** What is saved: completions that are still to come. */
  readonly section: Section;
  readonly #ring: RequestRing;
  readonly #port: RingBlockPort;
  readonly #now: () => number;
  readonly #submitted: () => void;
  readonly #words: Int32Array;
  readonly #entries: Float64Array;
  /** At the host, in order; and the errors of those that came back. */
  #flying: number[] = [];
  readonly #errors = new Map<number, number>();

  /** `submitted`: called when the CPU should wait before it goes on. */
  constructor(ring: RequestRing, facts: DiskFacts, arena: Arena, now: () => number, submitted: () => void) {
    this.#ring = ring;
    this.#port = new RingBlockPort(ring, facts);
    this.#now = now;
    this.#submitted = submitted;
    const address = arena.allocate(Told.size);
    const { memory } = arena;
    this.#words = new Int32Array(memory.buffer, address, WORDS);
    this.#entries = new Float64Array(memory.buffer, address + Told.offsetOf.entries, 2 * CAPACITY);
    this.section = {
      ...structSection('timed-block', 1, { fields: Told.fields, memory, address }),
      loaded: () => this.#loaded(),
    };
  }

  /** Any bits may have come in: what is no completion becomes one that failed. */
  #loaded(): void {
    const words = this.#words;
    if ((words[PUT]! - words[TAKEN]!) >>> 0 > CAPACITY) words[TAKEN] = words[PUT]!;
    for (let at = 0; at < this.#entries.length; at += 2) {
      if (!(this.#entries[at]! >= 0)) this.#entries[at] = 0;
      const entry = this.#entries[at + 1]!;
      if (!Number.isInteger(entry) || entry < 0 || entry >= CAPACITY * 65_536) this.#entries[at + 1] = EIO;
    }
    this.#flying = [];
    this.#errors.clear();
  }

  get sectors(): number {
    return this.#port.sectors;
  }
  get readonly(): boolean {
    return this.#port.readonly;
  }

  submit(request: SectorRequest): void {
    this.#flying.push(request.id);
    const changesBefore = this.#words[CHANGES]! & MOST_CHANGES;
    if (changesDisk(request.kind)) this.#words[CHANGES] = changesBefore + 1;
    this.#port.submit({ ...request, changesBefore });
    this.#submitted();
  }

  /** The host has not carried out everything yet. It kicks whenever it has done something. */
  isBusy(): boolean {
    if (this.#flying.length === 0) return false;
    for (let done = this.#ring.collect(); done !== undefined; done = this.#ring.collect()) {
      this.#errors.set(done.id, done.error);
    }
    if (this.#errors.size < this.#flying.length) return true;
    const due = this.#now() + LATENCY;
    for (const id of this.#flying) {
      const completion = { id, error: this.#errors.get(id)! };
      const at = 2 * (this.#words[PUT]!++ & (CAPACITY - 1));
      this.#entries[at] = due;
      this.#entries[at + 1] = id * 65_536 + (this.onDone?.(completion) ?? completion.error);
    }
    this.#flying = [];
    this.#errors.clear();
    return false;
  }

  /** When the next completion is due; Infinity if none is to come. */
  next(): number {
    const taken = this.#words[TAKEN]!;
    return taken === this.#words[PUT] ? Infinity : this.#entries[2 * (taken & (CAPACITY - 1))]!;
  }

  poll(): Completion | undefined {
    if (this.next() > this.#now()) return undefined;
    const entry = this.#entries[2 * (this.#words[TAKEN]!++ & (CAPACITY - 1)) + 1]!;
    return { id: Math.floor(entry / 65_536), error: entry % 65_536 };
  }

  /** The machine went back to a time at which nothing was at the host. */
  forget(): void {
    while (this.#ring.collect() !== undefined);
    this.#flying = [];
    this.#errors.clear();
  }
}

const CAPACITY = RingBlockPort.maxInFlight;
const EIO = 5;
const WORDS = 4;
/** Changes are counted modulo 2^28. */
const MOST_CHANGES = 2 ** 28 - 1;
const Told = struct({ words: array('i32', WORDS), entries: array('f64', 2 * CAPACITY) });
const PUT = 0;
const TAKEN = 1;
const CHANGES = 2;
