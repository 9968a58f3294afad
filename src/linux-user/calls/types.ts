import { EBADF, EFAULT } from '../errno.ts';
import { PROT_READ, PROT_WRITE } from '../memory/pages.ts';
import { LAST_SIGNAL, signalName } from '../signals/numbers.ts';
import { has, readSet, SET_BYTES } from '../signals/signal-set.ts';
import type { Caller } from './caller.ts';

/** What an argument of a system call is: how the host gets it, and how it is shown. */
export interface ArgumentType {
  /** Gives the host its argument; 0, or a negative errno. */
  pass(this: void, caller: Caller, index: number): number;
  /** After a host's call that did not fail: puts right what it left in memory. */
  settle?(this: void, caller: Caller, index: number): void;
  /** For -strace. */
  show(this: void, caller: Caller, index: number): string;
}

export interface ResultType {
  /** What the guest gets for what the host returned, which is no error: a result, or a negative errno. */
  take?(this: void, caller: Caller, low: number): number;
  show(this: void, low: number, high: number): string;
}

/** A 64-bit word. */
export const long: ArgumentType = {
  pass(caller, index) {
    caller.host.word(index, caller.low(index), caller.high(index));
    return 0;
  },
  show: (caller, index) => String(signed(caller.low(index), caller.high(index))),
};
export const size: ArgumentType = { ...long, show: (caller, index) => String(caller.value(index)) };
export const hex: ArgumentType = { ...long, show: (caller, index) => `0x${caller.value(index).toString(16)}` };

/** A C int: the upper half of the register means nothing. */
export const int: ArgumentType = {
  pass(caller, index) {
    const low = caller.low(index);
    caller.host.word(index, low, low >> 31);
    return 0;
  },
  show: (caller, index) => String(caller.low(index)),
};
export const mode: ArgumentType = { ...int, show: (caller, index) => `0${(caller.low(index) >>> 0).toString(8)}` };

/** The number of a signal. */
export const signal: ArgumentType = { ...int, show: (caller, index) => signalName(caller.low(index)) };

/** The address of a set of signals. */
export const signalSet: ArgumentType = {
  ...hex,
  show(caller, index) {
    const address = caller.address(index);
    const { memory } = caller.process;
    if (address === 0 || !memory.pages.permits(address, SET_BYTES, PROT_READ)) return hex.show(caller, index);
    const set = readSet(memory.view, address);
    const members = Array.from({ length: LAST_SIGNAL }, (_, i) => i + 1).filter((member) => has(set, member));
    return `[${members.map(signalName).join(' ')}]`;
  },
};

/** An open descriptor. */
export const fd: ArgumentType = {
  pass(caller, index) {
    const host = caller.process.descriptors.hostOf(caller.low(index));
    if (host < 0) return -EBADF;
    caller.host.word(index, host, 0);
    return 0;
  },
  show: (caller, index) => String(caller.low(index)),
};

export const AT_FDCWD = -100;

/** A directory that a path starts from, or AT_FDCWD. */
export const dirfd: ArgumentType = {
  pass(caller, index) {
    const low = caller.low(index);
    if (low !== AT_FDCWD) return fd.pass(caller, index);
    caller.host.word(index, AT_FDCWD, -1);
    return 0;
  },
  show: (caller, index) => (caller.low(index) === AT_FDCWD ? 'AT_FDCWD' : String(caller.low(index))),
};

/** A string that ends with a zero byte. */
export const string: ArgumentType = {
  pass(caller, index) {
    const address = caller.address(index);
    if (caller.process.memory.stringLength(address) < 0) return -EFAULT;
    caller.host.at(index, caller.process.memory.hostOffset(address));
    return 0;
  },
  show: (caller, index) => showString(caller, caller.address(index)),
};

/** A path, which may lie below the -L prefix. */
export const path: ArgumentType = {
  pass(caller, index) {
    const { memory, paths } = caller.process;
    const address = caller.address(index);
    const length = memory.stringLength(address);
    if (length < 0) return -EFAULT;
    const other = paths.redirect(memory, address, length);
    caller.host.at(index, other < 0 ? memory.hostOffset(address) : other);
    return 0;
  },
  show: string.show,
};

export type Length = number | { readonly argument: number };

const lengthOf = (caller: Caller, length: Length): number =>
  typeof length === 'number' ? length : caller.value(length.argument);

function buffer(length: Length, access: number, isOptional: boolean): ArgumentType {
  return {
    pass(caller, index) {
      const address = caller.address(index);
      if (isOptional && address === 0) {
        caller.host.word(index, 0, 0);
        return 0;
      }
      const { memory } = caller.process;
      if (!memory.pages.permits(address, lengthOf(caller, length), access)) return -EFAULT;
      caller.host.at(index, memory.hostOffset(address));
      return 0;
    },
    ...((access & PROT_WRITE) !== 0 && {
      settle(caller: Caller, index: number): void {
        const address = caller.address(index);
        if (address !== 0) caller.process.memory.wrote(address, lengthOf(caller, length));
      },
    }),
    show: hex.show,
  };
}

/** Bytes that the kernel reads: laid out alike on guest and host. `length`: bytes, or the argument that tells. */
export const input = (length: Length): ArgumentType => buffer(length, PROT_READ, false);
/** The same, or a null pointer. */
export const optionalInput = (length: Length): ArgumentType => buffer(length, PROT_READ, true);
/** Bytes that the kernel writes. */
export const output = (length: Length): ArgumentType => buffer(length, PROT_WRITE, false);
export const optionalOutput = (length: Length): ArgumentType => buffer(length, PROT_WRITE, true);
export const inout = (length: Length): ArgumentType => buffer(length, PROT_READ | PROT_WRITE, false);

/** What a call gives that has no type of its own. */
export const word: ResultType = { show: (low, high) => String(signed(low, high)) };
/**
 * A descriptor that the call opened, with the host's number: the guest gets the lowest of its own that is free.
 * `closes`: whether it is closed by execve.
 */
export const newFd = (closes: (caller: Caller) => boolean): ResultType => ({
  take: (caller, low) => caller.process.descriptors.add(low, closes(caller)),
  show: (low) => String(low),
});

function signed(low: number, high: number): number {
  return high * 2 ** 32 + (low >>> 0);
}

function showString(caller: Caller, address: number): string {
  const { memory } = caller.process;
  const length = memory.stringLength(address);
  if (length < 0) return `0x${address.toString(16)}`;
  return JSON.stringify(memory.text(address, Math.min(length, 256)));
}
