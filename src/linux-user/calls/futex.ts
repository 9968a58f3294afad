import { EFAULT, EINVAL, ESRCH } from '../errno.ts';
import { PROT_READ, PROT_WRITE } from '../memory/pages.ts';
import { call } from './call.ts';
import type { Caller } from './caller.ts';
import { hex, int, type ArgumentType } from './types.ts';
import { futexOperation, pointer } from './named-types.ts';

/**
 * Futexes: the host's kernel waits on the very words of the guest, so that they work between threads and between
 * processes, with whatever the word's memory is shared by. Thread numbers in them are the host's.
 */

const COMMAND = ~(128 | 256);
const OP = {
  WAIT: 0,
  REQUEUE: 3,
  CMP_REQUEUE: 4,
  WAKE_OP: 5,
  LOCK_PI: 6,
  WAIT_BITSET: 9,
  WAIT_REQUEUE_PI: 11,
  CMP_REQUEUE_PI: 12,
  LOCK_PI2: 13,
} as const;
const TIMED: readonly number[] = [OP.WAIT, OP.LOCK_PI, OP.WAIT_BITSET, OP.WAIT_REQUEUE_PI, OP.LOCK_PI2];
const TWO_WORDS: readonly number[] = [OP.REQUEUE, OP.CMP_REQUEUE, OP.WAKE_OP, OP.WAIT_REQUEUE_PI, OP.CMP_REQUEUE_PI];
const TIMESPEC_BYTES = 16;

const commandOf = (caller: Caller): number => caller.low(1) & COMMAND;

/** Something in the guest's memory that the kernel may read, at a multiple of its size. */
function pass(caller: Caller, index: number, size: number, access = PROT_READ): number {
  const address = caller.address(index);
  const { memory } = caller.process;
  if (size === 4 && address % size !== 0) return -EINVAL;
  if (!memory.pages.permits(address, size, access)) return -EFAULT;
  caller.host.at(index, memory.hostOffset(address));
  return 0;
}

const futexWord: ArgumentType = { pass: (caller, index) => pass(caller, index, 4), show: hex.show };

/** A time, or for what wakes: a number. */
const timeout: ArgumentType = {
  pass(caller, index) {
    if (!TIMED.includes(commandOf(caller)) || caller.address(index) === 0) return hex.pass(caller, index);
    return pass(caller, index, TIMESPEC_BYTES);
  },
  show: hex.show,
};

const secondWord: ArgumentType = {
  pass(caller, index) {
    const command = commandOf(caller);
    if (!TWO_WORDS.includes(command)) return hex.pass(caller, index);
    return pass(caller, index, 4, command === OP.WAKE_OP ? PROT_READ | PROT_WRITE : PROT_READ);
  },
  show: hex.show,
};

export const futex = call(
  'futex',
  { word: futexWord, operation: futexOperation, value: int, timeout, word2: secondWord, value3: int },
  { blocks: true },
);

/** struct robust_list_head. */
const HEAD_BYTES = 24;

export const setRobustList = call(
  'set_robust_list',
  { head: pointer, length: int },
  {
    perform(caller) {
      if (caller.value(1) !== HEAD_BYTES) return -EINVAL;
      const head = caller.address(0);
      caller.shared.robustList = head === Infinity ? 0 : head;
      return 0;
    },
  },
);

export const getRobustList = call(
  'get_robust_list',
  { thread: int, head: pointer, length: hex },
  {
    perform(caller) {
      const { memory } = caller.process;
      const tid = caller.low(0);
      const thread = tid === 0 ? caller.shared : caller.process.threads.find(tid);
      if (thread === undefined) return -ESRCH;
      const [head, length] = [caller.address(1), caller.address(2)];
      for (const address of [head, length]) if (!memory.pages.permits(address, 8, PROT_WRITE)) return -EFAULT;
      memory.setU64(length, HEAD_BYTES);
      memory.setU64(head, thread.robustList);
      return 0;
    },
  },
);
