import type { AddressRange } from '../mem/address-range.ts';
import type { Arena } from '../mem/arena.ts';
import type { LogItem } from '../mem/log-items.ts';
import { SharedLog } from '../mem/machine-log.ts';

/** What of a program is logged. */
export interface LogOptions {
  readonly items: readonly LogItem[];
  /** Guest code that it is about; all if empty. */
  readonly ranges: readonly AddressRange[];
}

/** The log of a process, as one of its threads writes it. */
export class ProgramLog extends SharedLog {
  /** Where lines go; each thread of the host sets it. */
  sink: (text: string) => void = () => {};

  constructor(arena: Arena, { items, ranges }: LogOptions) {
    super(arena.memory.buffer, arena.allocate(SharedLog.bytes), ranges, (text) => this.sink(text));
    this.items = items;
  }
}
