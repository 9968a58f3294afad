import type { AddressRange } from './address-range.ts';
import type { GuestLog } from './guest-log.ts';
import { ALL_LOG_ITEM_NAMES, type LogItem } from './log-items.ts';

/** Where a machine tells what it was asked to tell. */
export interface MachineLog extends GuestLog {
  /** Whether an item is asked for now. */
  has(item: LogItem): boolean;
  /** Whether what is about guest code at an address is asked for. */
  covers(pc: bigint): boolean;
  /** Writes lines, each with its end. */
  write(text: string): void;
}

/** A log whose items are bits of a word of shared memory, so that they can change while the machine runs. */
export class SharedLog implements MachineLog {
  static readonly bytes = 4;
  readonly #bits: Int32Array;
  readonly #ranges: readonly AddressRange[];
  readonly #write: (text: string) => void;

  /** No ranges: all addresses. */
  constructor(
    buffer: ArrayBufferLike,
    address: number,
    ranges: readonly AddressRange[],
    write: (text: string) => void,
  ) {
    this.#bits = new Int32Array(buffer, address, 1);
    this.#ranges = ranges;
    this.#write = write;
  }

  has(item: LogItem): boolean {
    return (this.#bits[0]! & BITS[item]) !== 0;
  }

  get items(): readonly LogItem[] {
    return ALL_LOG_ITEM_NAMES.filter((item) => this.has(item));
  }
  set items(items: readonly LogItem[]) {
    this.#bits[0] = items.reduce((bits, item) => bits | BITS[item], 0);
  }

  covers(pc: bigint): boolean {
    return this.#ranges.length === 0 || this.#ranges.some(({ first, last }) => first <= pc && pc <= last);
  }

  write(text: string): void {
    this.#write(text);
  }

  guestError(text: string): void {
    if (this.has('guest_errors')) this.#write(`${text}\n`);
  }
}

const BITS = Object.fromEntries(ALL_LOG_ITEM_NAMES.map((item, bit) => [item, 1 << bit])) as Record<LogItem, number>;
