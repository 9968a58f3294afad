import type { AddressRange } from '../../mem/address-range.ts';
import type { LogItem } from '../../mem/log-items.ts';

/** What the command line and the environment say of a program that is to be run. */
export interface UserSettings {
  /** Where programs' files are looked for first. */
  prefix: string;
  /** Bytes. */
  stackSize: number;
  /** Model and properties. */
  cpu: string;
  /** Changes of the program's environment, in order: `NAME=value`, or `NAME` of one that is to go. */
  readonly environment: string[];
  argv0: string | undefined;
  /** What uname tells of the kernel. */
  release: string | undefined;
  /** Bytes of the program's addresses; undefined: as many as there are. */
  windowSize: number | undefined;
  readonly log: Set<LogItem>;
  logFile: string | undefined;
  /** Guest code that the log is about; all if empty. */
  logRanges: readonly AddressRange[];
  /** Where gdb may come: a port, or `unix:PATH`. */
  gdb: string | undefined;
  seed: bigint | undefined;
  /** One instruction is translated at a time. */
  isSingle: boolean;
  /** Asks for a listing instead of a program. */
  listing: (() => Promise<string>) | undefined;
}

export const DEFAULT_PREFIX = '/etc/qemu-binfmt/riscv64';
export const DEFAULT_STACK_SIZE = 8 << 20;

export function defaultUserSettings(): UserSettings {
  return {
    prefix: DEFAULT_PREFIX,
    stackSize: DEFAULT_STACK_SIZE,
    cpu: 'rv64',
    environment: [],
    argv0: undefined,
    release: undefined,
    windowSize: undefined,
    log: new Set(),
    logFile: undefined,
    logRanges: [],
    gdb: undefined,
    seed: undefined,
    isSingle: false,
    listing: undefined,
  };
}
