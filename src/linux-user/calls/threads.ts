import { E2BIG, EAGAIN, EFAULT, EINVAL, ENOSYS } from '../errno.ts';
import { PROT_READ, PROT_WRITE } from '../memory/pages.ts';
import { call } from './call.ts';
import type { Caller } from './caller.ts';
import { hex, int, size } from './types.ts';

/** Threads: Linux, kernel/fork.c; clone(2). */

const CLONE_SETTLS = 0x8_0000;
const CLONE_PARENT_SETTID = 0x10_0000;
const CLONE_CHILD_CLEARTID = 0x20_0000;
const CLONE_CHILD_SETTID = 0x100_0000;
const CLONE_THREAD = 0x1_0000;
/** What threads share here, and must: CLONE_VM, FS, FILES, SIGHAND, THREAD, SYSVSEM. */
const SHARED_BY_THREADS = 0x100 | 0x200 | 0x400 | 0x800 | CLONE_THREAD | 0x4_0000;
/** CLONE_PIDFD, VFORK, INTO_CGROUP (in the upper word), new namespaces, CLONE_NEWTIME. */
const NOT_FOR_THREADS = 0x1000 | 0x4000 | 0x2_0000 | 0x7e00_0000;

/** What clone and clone3 ask for. Addresses as numbers; 0 for a stack: the caller's. */
export interface CloneRequest {
  readonly flags: number;
  readonly stack: number;
  readonly parentTid: number;
  readonly childTid: number;
  readonly tls: number;
}

function create(caller: Caller, request: CloneRequest): number {
  if ((request.flags & CLONE_THREAD) === 0) return -ENOSYS;
  return createThread(caller, request);
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
  if ((flags & CLONE_PARENT_SETTID) !== 0) note(parentTid);
  if ((flags & CLONE_CHILD_SETTID) !== 0) note(childTid);
  thread.clearTid = (flags & CLONE_CHILD_CLEARTID) === 0 ? 0 : childTid;
  thread.robustList = 0;
  caller.cloneInto(thread, { stack, tls: (flags & CLONE_SETTLS) === 0 ? undefined : tls });
  process.threads.go(thread);
  return tid;
}

/** The order of the arguments is that of architectures which have the TLS fourth (CONFIG_CLONE_BACKWARDS). */
export const clone = call(
  'clone',
  { flags: hex, stack: hex, parentTid: hex, tls: hex, childTid: hex },
  {
    perform: (caller) =>
      create(caller, {
        flags: caller.low(0),
        stack: caller.value(1),
        parentTid: caller.address(2),
        tls: caller.value(3),
        childTid: caller.address(4),
      }),
  },
);

/** struct clone_args: words of 64 bits. */
const CLONE_ARGS = { FLAGS: 0, CHILD_TID: 16, PARENT_TID: 24, STACK: 40, STACK_SIZE: 48, TLS: 56 } as const;
const LEAST_CLONE_ARGS = 64;

export const clone3 = call(
  'clone3',
  { arguments: hex, size },
  {
    perform(caller) {
      const { memory } = caller.process;
      const [at, length] = [caller.address(0), caller.value(1)];
      if (length < LEAST_CLONE_ARGS) return -EINVAL;
      if (length > 4096) return -E2BIG;
      if (!memory.pages.permits(at, length, PROT_READ)) return -EFAULT;
      if (memory.u32(at + CLONE_ARGS.FLAGS + 4) !== 0) return -EINVAL;
      const stack = memory.u64(at + CLONE_ARGS.STACK);
      const bytes = memory.u64(at + CLONE_ARGS.STACK_SIZE);
      if ((stack === 0) !== (bytes === 0)) return -EINVAL;
      return create(caller, {
        flags: memory.u32(at + CLONE_ARGS.FLAGS) | 0,
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
  { address: hex },
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
      caller.exit(caller.low(0) & 0xff);
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
  { start: hex, end: hex, flags: hex },
  {
    perform(caller) {
      // Who stores to code posts that to those who keep it.
      if (caller.low(2) === 0) caller.process.threads.settle(caller.shared);
      return 0;
    },
  },
);
