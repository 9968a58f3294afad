import { BugError } from '../base/errors.ts';
import { Wake } from './wake.ts';

/** A piece of guest memory, as an offset into the shared memory. */
export interface Segment {
  readonly address: number;
  readonly length: number;
}

const KINDS = ['read', 'write', 'flush', 'discard', 'write-zeroes'] as const;
export type RequestKind = (typeof KINDS)[number];

/** Whether the disk may be another one after it. */
export const changesDisk = (kind: RequestKind): boolean =>
  kind === 'write' || kind === 'discard' || kind === 'write-zeroes';

export interface DiskRequest {
  /** The device's own name for the request; it comes back with the completion. */
  readonly id: number;
  readonly kind: RequestKind;
  /** Byte of the disk. */
  readonly offset: number;
  /** Bytes of the disk; for reads and writes the sum of the segments. */
  readonly length: number;
  /** Where the data is; empty unless a read or a write. */
  readonly segments: readonly Segment[];
  /** Requests that change the disk and were submitted before, if somebody counts them; modulo 2^28. */
  readonly changesBefore?: number;
}

export interface Completion {
  readonly id: number;
  /** 0 or a positive errno, as Linux numbers them. */
  readonly error: number;
}

/**
 * Disk requests from a device (on a vCPU's thread, under the machine lock) to the thread that does
 * the I/O, and completions back. Zeroed memory is an empty ring. Requests may be completed in any
 * order.
 *
 * Layout in bytes:
 *
 *      0  submitted  entries ever published       (device)
 *      4  inFlight   requests not yet collected   (device)
 *      8  requests   Wake: the service sleeps here
 *     64  taken      entries ever taken           (service)
 *     72  space      Wake: a device that found the ring full sleeps here
 *    128  completed  completions ever published   (service)
 *    136  completions Wake: a device that waits sleeps here
 *    192  collected  completions ever collected   (device)
 *    256  completions, 8 bytes each: id, error
 *         entries, 256 bytes each: id, kind, segments here, more (words); offset, length (f64);
 *         14 segments of address, length (f64)
 *
 * A request with more segments than fit continues in the next entries (`more`), which are published
 * together.
 */
export class RequestRing {
  /** Entries in the ring. */
  readonly capacity: number;
  /** Most requests in flight. */
  readonly maxInFlight: number;
  /** Rings when a request arrives. */
  readonly requests: Wake;
  /** Rings when requests are taken. */
  readonly space: Wake;
  /** Rings when a completion arrives. */
  readonly completions: Wake;
  readonly #words: Int32Array;
  readonly #done: Int32Array;
  readonly #entryWords: Int32Array;
  readonly #entryNumbers: Float64Array;

  static bytes(capacity: number, maxInFlight: number): number {
    return HEADER + maxInFlight * COMPLETION + capacity * ENTRY;
  }

  /** Both sizes are powers of two. */
  constructor(buffer: ArrayBufferLike, address: number, capacity: number, maxInFlight: number) {
    for (const size of [capacity, maxInFlight]) {
      if (size < 1 || size > 2 ** 20 || (size & (size - 1)) !== 0) {
        throw new BugError(`a request ring of ${size}: not a power of two up to 2^20`);
      }
    }
    this.capacity = capacity;
    this.maxInFlight = maxInFlight;
    this.#words = new Int32Array(buffer, address, HEADER / 4);
    this.requests = new Wake(buffer, address + 8);
    this.space = new Wake(buffer, address + 72);
    this.completions = new Wake(buffer, address + 136);
    this.#done = new Int32Array(buffer, address + HEADER, (maxInFlight * COMPLETION) / 4);
    const entries = address + HEADER + maxInFlight * COMPLETION;
    this.#entryWords = new Int32Array(buffer, entries, (capacity * ENTRY) / 4);
    this.#entryNumbers = new Float64Array(buffer, entries, (capacity * ENTRY) / 8);
  }

  /** Most segments one request can have. */
  get maxSegments(): number {
    return this.capacity * SEGMENTS;
  }

  /** Requests that were submitted and whose completion was not collected. */
  get inFlight(): number {
    return Atomics.load(this.#words, IN_FLIGHT);
  }

  /** Device: false if there is no room now; `space` rings once there may be. */
  submit({ id, kind, offset, length, segments, changesBefore = 0 }: DiskRequest): boolean {
    const needed = Math.max(1, Math.ceil(segments.length / SEGMENTS));
    if (needed > this.capacity) {
      throw new BugError(`a request of ${segments.length} segments: at most ${this.maxSegments}`);
    }
    const submitted = Atomics.load(this.#words, SUBMITTED);
    const used = (submitted - Atomics.load(this.#words, TAKEN)) >>> 0;
    if (used + needed > this.capacity) return false;
    if (this.inFlight === this.maxInFlight) throw new BugError(`more than ${this.maxInFlight} requests in flight`);
    for (let entry = 0; entry < needed; entry++) {
      const here = Math.min(SEGMENTS, segments.length - entry * SEGMENTS);
      const slot = (submitted + entry) & (this.capacity - 1);
      const word = (slot * ENTRY) / 4;
      const number = (slot * ENTRY) / 8;
      this.#entryWords[word] = id;
      this.#entryWords[word + 1] = KINDS.indexOf(kind) | (changesBefore << KIND_BITS);
      this.#entryWords[word + 2] = here;
      this.#entryWords[word + 3] = entry + 1 < needed ? 1 : 0;
      this.#entryNumbers[number + 2] = offset;
      this.#entryNumbers[number + 3] = length;
      for (let i = 0; i < here; i++) {
        const segment = segments[entry * SEGMENTS + i]!;
        this.#entryNumbers[number + 4 + 2 * i] = segment.address;
        this.#entryNumbers[number + 5 + 2 * i] = segment.length;
      }
    }
    Atomics.add(this.#words, IN_FLIGHT, 1);
    Atomics.store(this.#words, SUBMITTED, (submitted + needed) | 0);
    this.requests.ring();
    return true;
  }

  /** Service: the next request. */
  take(): DiskRequest | undefined {
    const taken = Atomics.load(this.#words, TAKEN);
    if (taken === Atomics.load(this.#words, SUBMITTED)) return undefined;
    const first = taken & (this.capacity - 1);
    const segments: Segment[] = [];
    let entries = 0;
    let more = true;
    while (more) {
      const slot = (taken + entries++) & (this.capacity - 1);
      const number = (slot * ENTRY) / 8;
      const here = this.#entryWords[(slot * ENTRY) / 4 + 2]!;
      for (let i = 0; i < here; i++) {
        segments.push({
          address: this.#entryNumbers[number + 4 + 2 * i]!,
          length: this.#entryNumbers[number + 5 + 2 * i]!,
        });
      }
      more = this.#entryWords[(slot * ENTRY) / 4 + 3] === 1;
    }
    const changesBefore = this.#entryWords[(first * ENTRY) / 4 + 1]! >>> KIND_BITS;
    const request: DiskRequest = {
      ...(changesBefore > 0 && { changesBefore }),
      id: this.#entryWords[(first * ENTRY) / 4]!,
      kind: KINDS[this.#entryWords[(first * ENTRY) / 4 + 1]! & ((1 << KIND_BITS) - 1)]!,
      offset: this.#entryNumbers[(first * ENTRY) / 8 + 2]!,
      length: this.#entryNumbers[(first * ENTRY) / 8 + 3]!,
      segments,
    };
    Atomics.store(this.#words, TAKEN, (taken + entries) | 0);
    this.space.ring();
    return request;
  }

  /** Service: everything the request did to shared memory is visible before this is. */
  complete(id: number, error: number): void {
    const completed = Atomics.load(this.#words, COMPLETED);
    const slot = (completed & (this.maxInFlight - 1)) * 2;
    this.#done[slot] = id;
    this.#done[slot + 1] = error;
    Atomics.store(this.#words, COMPLETED, (completed + 1) | 0);
    this.completions.ring();
  }

  /** Device: the next completion. */
  collect(): Completion | undefined {
    const collected = Atomics.load(this.#words, COLLECTED);
    if (collected === Atomics.load(this.#words, COMPLETED)) return undefined;
    const slot = (collected & (this.maxInFlight - 1)) * 2;
    const completion = { id: this.#done[slot]!, error: this.#done[slot + 1]! };
    Atomics.store(this.#words, COLLECTED, (collected + 1) | 0);
    Atomics.sub(this.#words, IN_FLIGHT, 1);
    return completion;
  }
}

/** Bits of an entry's second word that say its kind; the others count changes. */
const KIND_BITS = 4;
const SUBMITTED = 0;
const IN_FLIGHT = 1;
const TAKEN = 64 / 4;
const COMPLETED = 128 / 4;
const COLLECTED = 192 / 4;
const HEADER = 256;
const COMPLETION = 8;
const ENTRY = 256;
const SEGMENTS = 14;
