/** Our machine code as a library in this process: written to a file in memory, loaded once, found again by its name. */
import { dlopen, type DynamicLibrary } from 'node:ffi';
import { UserError } from '../../base/errors.ts';
import { LINUX_CALLS, type LinuxCall } from '../../host/linux-calls.ts';
import type { CallNumbers, NativeThread } from '../../host/native.ts';
import { aarch64Code } from './aarch64.ts';
import type { MachineCode } from './machine-code.ts';
import { withMemoryFile } from './memory-file.ts';
import { sharedObject } from './shared-object.ts';
import { x8664Code } from './x86-64.ts';

const NAME = 'libtinamou-calls.so';

/** What differs between the processors we can do this on. `machine` is ELF's e_machine, `column` LINUX_CALLS'. */
type Processor = { name: NativeThread['processor']; machine: number; column: 0 | 1; code: () => MachineCode };

const PROCESSORS: Readonly<Record<string, Processor>> = {
  x64: { name: 'x86-64', machine: 62, column: 0, code: x8664Code },
  arm64: { name: 'aarch64', machine: 183, column: 1, code: aarch64Code },
};

export type NativeLibrary = {
  readonly processor: NativeThread['processor'];
  readonly numbers: CallNumbers;
  /** Each takes the address of a call window. They take a double, which Node passes on without looking at it. */
  readonly call: (window: number) => number;
  readonly blocking: (window: number) => number;
  /** Takes the address of a fork block. */
  readonly fork: (block: number) => number;
  /** The address of a label of the machine code. */
  address(label: string): bigint;
};

export function processorOf(platform: string, architecture: string): Processor {
  const processor = platform === 'linux' ? PROCESSORS[architecture] : undefined;
  if (processor === undefined)
    throw new UserError('user mode is not possible on this host: it needs Linux on x86-64 or aarch64');
  return processor;
}

function load(processor: Processor): DynamicLibrary {
  try {
    return withMemoryFile(NAME, sharedObject(processor.machine, NAME, processor.code()), (path) => dlopen(path).lib);
  } catch (cause) {
    throw new UserError(`user mode is not possible on this host: ${String(cause)}`, { cause });
  }
}

let loaded: NativeLibrary | undefined;

/** The library of the calling thread; `isFirst` in the one that calls before all others. */
export function nativeLibrary(isFirst: boolean): NativeLibrary {
  loaded ??= open(isFirst);
  return loaded;
}

function open(isFirst: boolean): NativeLibrary {
  const processor = processorOf(process.platform, process.arch);
  const library = isFirst ? load(processor) : dlopen(NAME).lib;
  const signature = { arguments: ['double'], return: 'int32' } as const;
  const numbers = Object.fromEntries(
    Object.entries(LINUX_CALLS).map(([name, columns]) => [name, columns[processor.column]]),
  ) as Record<LinuxCall, number>;
  return {
    processor: processor.name,
    numbers,
    call: library.getFunction('call', signature),
    blocking: library.getFunction('blocking', signature),
    fork: library.getFunction('fork', signature),
    address: (label) => library.getSymbol(label),
  };
}
