/**
 * A split virtqueue (section 2.7), the device's side. Everything in it was written by the guest: a
 * chain that breaks a rule stops the device, it never throws or hangs.
 *
 *     available ring --next()--> chain in use --push()--> used ring --notify()--> interrupt
 */

import type { GuestMemory } from '../../mem/guest-memory.ts';
import type { StructView } from '../../mem/struct.ts';
import { array } from '../../mem/struct.ts';
import type { Buffer } from './buffers.ts';
import { F_EVENT_IDX, F_INDIRECT_DESC, F_NOTIFY_ON_EMPTY } from './model.ts';

export const MAX_QUEUES = 64;
/** Largest size of a queue, and most buffers in one chain. */
export const MAX_QUEUE_SIZE = 1024;

const DESC_NEXT = 1;
const DESC_WRITE = 2;
const DESC_INDIRECT = 4;
const AVAIL_NO_INTERRUPT = 1;
const USED_NO_NOTIFY = 1;

/** State of all queues of a device, one array element each; part of the transport's state. */
export const queueState = {
  size: array('u16', MAX_QUEUES),
  ready: array('u8', MAX_QUEUES),
  descriptors: array('f64', MAX_QUEUES),
  available: array('f64', MAX_QUEUES),
  used: array('f64', MAX_QUEUES),
  /** Next entry of the available ring to take, and of the used ring to fill. */
  nextAvailable: array('u16', MAX_QUEUES),
  nextUsed: array('u16', MAX_QUEUES),
  /** `nextUsed` at the last interrupt, if there was one. */
  signalled: array('u16', MAX_QUEUES),
  wasSignalled: array('u8', MAX_QUEUES),
  inUse: array('u16', MAX_QUEUES),
} as const;

export type QueueState = StructView<typeof queueState>;

/** A chain of buffers that the driver handed over. */
export interface Chain {
  readonly head: number;
  readonly readable: readonly Buffer[];
  readonly writable: readonly Buffer[];
}

/** What a queue needs of its transport. */
export interface QueueOwner {
  readonly memory: GuestMemory;
  has(bit: number): boolean;
  fail(why: string): void;
  isBroken(): boolean;
  interrupt(): void;
}

export class Virtqueue {
  readonly index: number;
  readonly #state: QueueState;
  readonly #owner: QueueOwner;

  constructor(index: number, state: QueueState, owner: QueueOwner) {
    this.index = index;
    this.#state = state;
    this.#owner = owner;
  }

  get size(): number {
    return this.#state.size[this.index];
  }

  /** The driver set the queue up, and it may be used. */
  isReady(): boolean {
    return this.#state.ready[this.index] !== 0 && this.size > 0 && !this.#owner.isBroken();
  }

  /** The driver put something in that was not taken. */
  hasNext(): boolean {
    return this.#waiting() > 0;
  }

  /** Takes the next chain. Undefined if there is none, or if it breaks a rule and stops the device. */
  next(): Chain | undefined {
    const chain = this.peek();
    if (chain !== undefined) this.take();
    return chain;
  }

  /** The next chain, which stays in the available ring until `take`. */
  peek(): Chain | undefined {
    if (this.#waiting() === 0) return undefined;
    const { memory } = this.#owner;
    const { available, nextAvailable } = this.#state;
    const slot = nextAvailable[this.index] % this.size;
    const head = memory.readU16(available[this.index] + 4 + 2 * slot);
    const chain = this.chainAt(head);
    if (typeof chain !== 'string') return chain;
    this.#owner.fail(`queue ${this.index}: ${chain}`);
    return undefined;
  }

  /** Takes what `peek` returned. */
  take(): void {
    const { nextAvailable, inUse } = this.#state;
    nextAvailable[this.index]++;
    inUse[this.index]++;
    if (this.#owner.has(F_EVENT_IDX)) this.#askForKick();
  }

  /** The chain that starts at a descriptor, or the rule that it breaks. */
  chainAt(head: number): Chain | string {
    const { memory } = this.#owner;
    let table = this.#state.descriptors[this.index];
    let count = this.size;
    if (head >= count) return `descriptor ${head} of ${count}`;
    const readable: Buffer[] = [];
    const writable: Buffer[] = [];
    let next = head;
    let isIndirect = false;
    for (let steps = 0; ; steps++) {
      // "A driver MUST NOT create a descriptor chain longer than the Queue Size of the device"
      // (2.7.5.3.1); this bounds loops (2.7.5.2) too.
      if (steps >= count) return 'the chain is a loop or longer than the queue';
      const at = table + 16 * next;
      const address = memory.readAddress(at);
      const length = memory.readU32(at + 8);
      const flags = memory.readU16(at + 12);
      if (flags & DESC_INDIRECT) {
        // "The driver MUST NOT set the VIRTQ_DESC_F_INDIRECT flag unless [it was] negotiated",
        // nor within an indirect table (2.7.5.3.1).
        if (!this.#owner.has(F_INDIRECT_DESC)) return 'an indirect descriptor that was not agreed on';
        if (isIndirect) return 'an indirect descriptor in an indirect table';
        if (length === 0 || length % 16 !== 0) return `an indirect table of ${length} bytes`;
        if (!memory.contains(address, length)) return `an indirect table at 0x${address.toString(16)}, which is no RAM`;
        isIndirect = true;
        table = address;
        count = length / 16;
        next = 0;
        steps = -1;
        continue;
      }
      if (length === 0) return 'a buffer of no bytes';
      const host = memory.hostOffset(address, length);
      if (host < 0) return `a buffer of ${length} bytes at 0x${address.toString(16)}, which is not in RAM`;
      if (flags & DESC_WRITE) writable.push({ address, host, length });
      // "The driver MUST place any device-writable descriptor elements after any device-readable
      // descriptor elements" (2.7.4.2).
      else if (writable.length > 0) return 'a readable buffer after a writable one';
      else readable.push({ address, host, length });
      if (readable.length + writable.length > MAX_QUEUE_SIZE) return `more than ${MAX_QUEUE_SIZE} buffers in a chain`;
      if (!(flags & DESC_NEXT)) return { head, readable, writable };
      next = memory.readU16(at + 14);
      if (next >= count) return `descriptor ${next} of ${count}`;
    }
  }

  /** Gives a chain back: `written` bytes of its writable buffers were filled. */
  push({ head }: { readonly head: number }, written: number): void {
    if (!this.isReady()) return;
    const { memory } = this.#owner;
    const { used, nextUsed, signalled, wasSignalled, inUse } = this.#state;
    const i = this.index;
    const entry = used[i] + 4 + 8 * (nextUsed[i] % this.size);
    memory.writeU32(entry, head);
    memory.writeU32(entry + 4, written);
    nextUsed[i]++;
    // Writing idx makes the entry visible; it must come last (2.7.8.1).
    memory.publishU16(used[i] + 2, nextUsed[i]);
    if (inUse[i] > 0) inUse[i]--;
    // After 2^16 pushes without an interrupt the mark would look like a new one.
    if (nextUsed[i] === signalled[i]) wasSignalled[i] = 0;
  }

  /** Interrupts the driver for what was pushed, unless it asked for silence (2.7.7, 2.7.10). */
  notify(): void {
    if (this.isReady() && this.#wantsInterrupt()) this.#owner.interrupt();
  }

  /** Whether the driver need not kick for more buffers: polled meanwhile. Ignored with EVENT_IDX. */
  setQuiet(quiet: boolean): void {
    if (!this.isReady() || this.#owner.has(F_EVENT_IDX)) return;
    this.#owner.memory.writeU16(this.#state.used[this.index], quiet ? USED_NO_NOTIFY : 0);
  }

  #waiting(): number {
    if (!this.isReady()) return 0;
    const { available, nextAvailable } = this.#state;
    const index = this.#owner.memory.acquireU16(available[this.index] + 2);
    const waiting = (index - nextAvailable[this.index]) & 0xffff;
    if (waiting <= this.size) return waiting;
    this.#owner.fail(`queue ${this.index}: available index went from ${nextAvailable[this.index]} to ${index}`);
    return 0;
  }

  #askForKick(): void {
    const { used, nextAvailable } = this.#state;
    this.#owner.memory.publishU16(used[this.index] + 4 + 8 * this.size, nextAvailable[this.index]);
  }

  #wantsInterrupt(): boolean {
    const { memory } = this.#owner;
    const { available, nextUsed, signalled, wasSignalled, inUse } = this.#state;
    const i = this.index;
    if (this.#owner.has(F_NOTIFY_ON_EMPTY) && inUse[i] === 0 && this.#waiting() === 0) return true;
    if (!this.#owner.has(F_EVENT_IDX)) return (memory.acquireU16(available[i]) & AVAIL_NO_INTERRUPT) === 0;
    const old = signalled[i];
    const first = wasSignalled[i] === 0;
    signalled[i] = nextUsed[i];
    wasSignalled[i] = 1;
    if (first) return true;
    // The driver wants to hear when used index `event` + 1 is reached (2.7.7.1).
    const event = memory.acquireU16(available[i] + 4 + 2 * this.size);
    return ((nextUsed[i] - event - 1) & 0xffff) < ((nextUsed[i] - old) & 0xffff);
  }
}
