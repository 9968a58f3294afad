import { showSocketAddress } from '../strace/show.ts';
import { EFAULT } from '../errno.ts';
import { PROT_READ, PROT_WRITE } from '../memory/pages.ts';
import type { Caller } from './caller.ts';
import { type ArgumentType, hex } from './types.ts';

/** struct sockaddr_storage: nothing is longer. */
export const SOCKADDR_STORAGE = 128;

/** Whether a length is one that the kernel takes; it refuses others itself. */
export const isAddressLength = (length: number): boolean => length >= 0 && length <= SOCKADDR_STORAGE;

/** A socket's address; the next argument is its length. */
export const address: ArgumentType = {
  pass(caller, index) {
    const [at, length] = [caller.address(index), caller.low(index + 1)];
    const { memory } = caller.process;
    if (at === 0 || length === 0 || !isAddressLength(length)) caller.host.word(index, 0, 0);
    else if (memory.pages.permits(at, length, PROT_READ)) caller.host.at(index, memory.hostOffset(at));
    else return -EFAULT;
    return 0;
  },
  show: showSocketAddress,
};

/**
 * Room for a value whose length is in memory, in the int that the next argument points to; `most`: bytes that the
 * kernel writes at most, where that is known.
 */
export function sizedOutput(most: number): ArgumentType {
  const room = (caller: Caller, index: number): number => {
    const lengthAt = caller.address(index + 1);
    if (!caller.process.memory.pages.permits(lengthAt, 4, PROT_READ | PROT_WRITE)) return -1;
    return Math.min(most, Math.max(0, caller.process.memory.view.getInt32(lengthAt, true)));
  };
  return {
    pass(caller, index) {
      const at = caller.address(index);
      const { memory } = caller.process;
      if (at === 0) {
        caller.host.word(index, 0, 0);
        return 0;
      }
      const bytes = room(caller, index);
      if (bytes < 0 || !memory.pages.permits(at, bytes, PROT_WRITE)) return -EFAULT;
      if (bytes === 0) caller.host.word(index, 0, 0);
      else caller.host.at(index, memory.hostOffset(at));
      return 0;
    },
    settle(caller, index) {
      const at = caller.address(index);
      if (at === 0) return;
      // The length may be more now than there was room for.
      caller.process.memory.wrote(at, Math.min(caller.scratch.places[index]!, room(caller, index)));
    },
    prepare(caller, index) {
      if (caller.address(index) !== 0) caller.scratch.places[index] = Math.max(0, room(caller, index));
      return 0;
    },
    show: hex.show,
  };
}

/** The length of a `sizedOutput`, the argument before it; it means nothing where there is none. */
export const valueLength: ArgumentType = {
  pass(caller, index) {
    const at = caller.address(index);
    const { memory } = caller.process;
    if (caller.address(index - 1) === 0 && at === 0) caller.host.word(index, 0, 0);
    else if (memory.pages.permits(at, 4, PROT_READ | PROT_WRITE)) caller.host.at(index, memory.hostOffset(at));
    else return caller.address(index - 1) === 0 ? pointNowhere(caller, index) : -EFAULT;
    return 0;
  },
  settle(caller, index) {
    if (caller.process.memory.pages.permits(caller.address(index), 4, PROT_WRITE)) {
      caller.process.memory.wrote(caller.address(index), 4);
    }
  },
  show: hex.show,
};

export function pointNowhere(caller: Caller, index: number): number {
  caller.host.word(index, 0, 0);
  return 0;
}
