import { EBADF, EFAULT } from '../errno.ts';
import { PROT_READ } from '../memory/pages.ts';
import { LAST_SIGNAL, signalName } from '../signals/numbers.ts';
import { has, readSet, SET_BYTES } from '../signals/signal-set.ts';
import { showText } from '../strace/show.ts';
import type { Caller } from './caller.ts';

/** What an argument of a system call is: how the host gets it, and how it is shown. */
export interface ArgumentType {
  /**
   * Finds out what the host is to get where that needs calls of the host's itself: before any argument is passed.
   * 0, or a negative errno.
   */
  prepare?(this: void, caller: Caller, index: number): number;
  /** Gives the host its argument; 0, or a negative errno. Makes no call of the host's. */
  pass(this: void, caller: Caller, index: number): number;
  /** After a host's call that did not fail: puts right what it left in memory. `result`: its low half. */
  settle?(this: void, caller: Caller, index: number, result: number): void;
  /** For -strace; undefined where the call does not look at it. */
  show(this: void, caller: Caller, index: number): string | undefined;
}

/** One that every call with it looks at. */
export interface ShownArgument extends ArgumentType {
  show(this: void, caller: Caller, index: number): string;
}

export interface ResultType {
  /** What the guest gets for what the host returned, which is no error: a result, or a negative errno. */
  take?(this: void, caller: Caller, low: number): number;
  show(this: void, low: number, high: number): string;
}

/** A 64-bit word. */
export const long: ShownArgument = {
  pass(caller, index) {
    caller.host.word(index, caller.low(index), caller.high(index));
    return 0;
  },
  show: (caller, index) => String(signed(caller.low(index), caller.high(index))),
};
export const size: ShownArgument = { ...long, show: (caller, index) => String(caller.value(index)) };
export const hex: ShownArgument = { ...long, show: (caller, index) => `0x${caller.value(index).toString(16)}` };

/** A C int: the upper half of the register means nothing. */
export const int: ShownArgument = {
  pass(caller, index) {
    const low = caller.low(index);
    caller.host.word(index, low, low >> 31);
    return 0;
  },
  show: (caller, index) => String(caller.low(index)),
};
export const mode: ShownArgument = { ...int, show: (caller, index) => `0${(caller.low(index) >>> 0).toString(8)}` };

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

/** Flags to which the host always gets `more`, for one that keeps its descriptors from programs it starts. */
export const flagsWith = (more: number): ArgumentType => ({
  ...hex,
  pass(caller, index) {
    caller.host.int(index, caller.low(index) | more);
    return 0;
  },
});

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

/** A directory that a path starts from, or AT_FDCWD; one that is not open is an error only if it is needed. */
export const dirfd: ArgumentType = {
  pass(caller, index) {
    const low = caller.low(index);
    if (low === AT_FDCWD) caller.host.word(index, AT_FDCWD, -1);
    else caller.host.int(index, caller.process.descriptors.hostOf(low));
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
  show: showText,
};

/** What a call gives that has no type of its own. */
export const word: ResultType = { show: (low, high) => String(signed(low, high)) };

export function signed(low: number, high: number): number {
  return high * 2 ** 32 + (low >>> 0);
}
