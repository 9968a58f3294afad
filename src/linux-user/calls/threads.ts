import { E2BIG, EAGAIN, EFAULT, EINVAL } from '../errno.ts';
import { CLONE, fork, type CloneRequest } from '../fork.ts';
import { PROT_READ, PROT_WRITE } from '../memory/pages.ts';
import { call } from './call.ts';
import type { Caller } from './caller.ts';
import { hex, int, size } from './types.ts';
import { cloneFlags, pointer } from './named-types.ts';

/** Threads: Linux, kernel/fork.c; clone(2). */

const CSIGNAL = 0xff;
/** What threads share here, and must: CLONE_VM, FS, FILES, SIGHAND, THREAD, SYSVSEM. */
const SHARED_BY_THREADS = CLONE.VM | CLONE.FS | CLONE.FILES | CLONE.SIGHAND | CLONE.THREAD | CLONE.SYSVSEM;
/** CLONE_PIDFD, VFORK, INTO_CGROUP (in the upper word), new namespaces, CLONE_NEWTIME. */
const NOT_FOR_THREADS = 0x1000 | 0x4000 | 0x2_0000 | 0x7e00_0000;

function create(caller: Caller, request: CloneRequest): number {
  return (request.flags & CLONE.THREAD) === 0 ? fork(caller, request) : createThread(caller, request);
}

function createThread(caller: Caller, { flags, stack, parentTid, childTid, tls }: CloneRequest): number {
  if ((flags & SHARED_BY_THREADS) !== SHARED_BY_THREADS || (flags & NOT_FOR_THREADS) !== 0) return -EINVAL;
  const { process } = caller;
  const { memory } = process;
  const thread = process.threads.take(caller.shared);
  if (thread === undefined) return -EAGAIN;
  const { tid } = thread;
  const note = (address: number): void => {
    if (memory.pages.permits(address, 4, PROT_WRITE)) memory.setU32(address, tid);
  };
  if ((flags & CLONE.PARENT_SETTID) !== 0) note(parentTid);
  if ((flags & CLONE.CHILD_SETTID) !== 0) note(childTid);
  thread.clearTid = (flags & CLONE.CHILD_CLEARTID) === 0 ? 0 : childTid;
  thread.robustList = 0;
  caller.cloneInto(thread, { stack, tls: (flags & CLONE.SETTLS) === 0 ? undefined : tls });
  process.threads.go(thread);
  return tid;
}

/** The order of the arguments is that of architectures which have the TLS fourth (CONFIG_CLONE_BACKWARDS). */
export const clone = call(
  'clone',
  { flags: cloneFlags, stack: pointer, parentTid: pointer, tls: pointer, childTid: pointer },
  {
    perform(caller) {
      const flags = caller.low(0);
      // There is one address for both.
      if ((flags & CLONE.PIDFD) !== 0 && (flags & CLONE.PARENT_SETTID) !== 0) return -EINVAL;
      return create(caller, {
        flags,
        stack: caller.value(1),
        parentTid: caller.address(2),
        pidfd: caller.address(2),
        tls: caller.value(3),
        childTid: caller.address(4),
      });
    },
  },
);

/** struct clone_args: words of 64 bits. */
const CLONE_ARGS = {
  FLAGS: 0,
  PIDFD: 8,
  CHILD_TID: 16,
  PARENT_TID: 24,
  EXIT_SIGNAL: 32,
  STACK: 40,
  STACK_SIZE: 48,
  TLS: 56,
  /** A set of numbers for the child, its size, and a cgroup: not done here. What follows must be 0. */
  REST: 64,
} as const;
const LEAST_CLONE_ARGS = 64;
const LAST_SIGNAL = 64;

export const clone3 = call(
  'clone3',
  { arguments: pointer, size },
  {
    perform(caller) {
      const { memory } = caller.process;
      const [at, length] = [caller.address(0), caller.value(1)];
      if (length < LEAST_CLONE_ARGS) return -EINVAL;
      if (length > 4096) return -E2BIG;
      if (!memory.pages.permits(at, length, PROT_READ)) return -EFAULT;
      if (memory.u32(at + CLONE_ARGS.FLAGS + 4) !== 0) return -EINVAL;
      const flags = memory.u32(at + CLONE_ARGS.FLAGS);
      const signal = memory.u64(at + CLONE_ARGS.EXIT_SIGNAL);
      if ((flags & CSIGNAL) !== 0 || signal > LAST_SIGNAL) return -EINVAL;
      for (let byte = CLONE_ARGS.REST; byte < length; byte++) if (memory.bytes[at + byte] !== 0) return -EINVAL;
      const stack = memory.u64(at + CLONE_ARGS.STACK);
      const bytes = memory.u64(at + CLONE_ARGS.STACK_SIZE);
      if ((stack === 0) !== (bytes === 0)) return -EINVAL;
      return create(caller, {
        flags: flags | signal,
        pidfd: memory.u64(at + CLONE_ARGS.PIDFD),
        stack: stack + bytes,
        parentTid: memory.u64(at + CLONE_ARGS.PARENT_TID),
        tls: memory.u64(at + CLONE_ARGS.TLS),
        childTid: memory.u64(at + CLONE_ARGS.CHILD_TID),
      });
    },
  },
);

export const setTidAddress = call(
  'set_tid_address',
  { address: pointer },
  {
    perform(caller) {
      const address = caller.address(0);
      caller.shared.clearTid = address === Infinity ? 0 : address;
      return caller.shared.tid;
    },
  },
);

export const exit = call(
  'exit',
  { status: int },
  {
    perform(caller) {
      caller.end(caller.low(0) & 0xff);
      return 0;
    },
  },
);

export const exitGroup = call(
  'exit_group',
  { status: int },
  { perform: (caller) => caller.endProcess(caller.low(0) & 0xff) },
);

export const schedYield = call('sched_yield', {});

/** Bytes of this process, which stand by in all its threads; the host's barrier is one for the guest's accesses too. */
export const membarrier = call(
  'membarrier',
  { command: int, flags: int, cpu: int },
  {
    perform(caller) {
      caller.process.threads.settle(caller.shared);
      const { host } = caller;
      for (const index of [0, 1, 2]) host.int(index, caller.low(index));
      return host.call(host.numbers.membarrier);
    },
  },
);

/** riscv: instructions that were stored are fetched from now on, by all threads; flags 1: by the caller. */
export const riscvFlushIcache = call(
  'riscv_flush_icache',
  { start: pointer, end: pointer, flags: hex },
  {
    perform(caller) {
      // Who stores to code posts that to those who keep it.
      if (caller.low(2) === 0) caller.process.threads.settle(caller.shared);
      return 0;
    },
  },
);
