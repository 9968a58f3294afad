import { INTERRUPTED_BEFORE } from '../host/native.ts';
import { askInt } from './calls/ask.ts';
import type { Caller } from './calls/caller.ts';
import { adopt } from './calls/new-fd.ts';
import { EFAULT, EINVAL } from './errno.ts';
import { PROT_READ, PROT_WRITE } from './memory/pages.ts';
import { Vfork } from './vfork.ts';

/** Flags of clone (Linux, include/uapi/linux/sched.h). */
export const CLONE = {
  VM: 0x100,
  FS: 0x200,
  FILES: 0x400,
  SIGHAND: 0x800,
  PIDFD: 0x1000,
  PTRACE: 0x2000,
  VFORK: 0x4000,
  PARENT: 0x8000,
  THREAD: 0x1_0000,
  NEWNS: 0x2_0000,
  SYSVSEM: 0x4_0000,
  SETTLS: 0x8_0000,
  PARENT_SETTID: 0x10_0000,
  CHILD_CLEARTID: 0x20_0000,
  DETACHED: 0x40_0000,
  UNTRACED: 0x80_0000,
  CHILD_SETTID: 0x100_0000,
  NEWCGROUP: 0x200_0000,
  NEWUTS: 0x400_0000,
  NEWIPC: 0x800_0000,
  NEWUSER: 0x1000_0000,
  NEWPID: 0x2000_0000,
  NEWNET: 0x4000_0000,
  IO: 0x8000_0000 | 0,
} as const;

/** What makes no copy of a process, or is not possible for one. */
const REFUSED = CLONE.SIGHAND | CLONE.THREAD | CLONE.FILES;
/** What the host's clone is told, as it is. */
const PASSED =
  0xff |
  CLONE.FS |
  CLONE.PTRACE |
  CLONE.PARENT |
  CLONE.SYSVSEM |
  CLONE.UNTRACED |
  CLONE.IO |
  CLONE.NEWNS |
  CLONE.NEWCGROUP |
  CLONE.NEWUTS |
  CLONE.NEWIPC |
  CLONE.NEWUSER |
  CLONE.NEWPID |
  CLONE.NEWNET;

/** What clone and clone3 ask for. Addresses are the guest's; 0: none. */
export interface CloneRequest {
  /** CLONE_*; the lowest byte is the signal that tells of the child's end. */
  readonly flags: number;
  readonly stack: number;
  readonly parentTid: number;
  readonly childTid: number;
  readonly pidfd: number;
  readonly tls: number;
}

/**
 * Copies the process; the caller goes on in both. One that is to share its parent's memory until it executes a program
 * (vfork) has a copy, too. Gives the child's number, 0 in the child, or a negative errno.
 */
export function fork(caller: Caller, request: CloneRequest): number {
  const { flags } = request;
  const { process } = caller;
  if ((flags & REFUSED) !== 0) return -EINVAL;
  if ((flags & CLONE.PIDFD) !== 0 && !isWord(caller, request.pidfd)) return -EFAULT;
  let vfork: Vfork | number | undefined;
  const child = process.threads.whileOthersPause(
    caller.shared,
    (tid) => caller.signals.native.kick(tid),
    () => {
      // No other thread's child may have its ends of the pipe.
      vfork = (flags & CLONE.VFORK) !== 0 ? Vfork.prepare(caller) : undefined;
      if (typeof vfork === 'number') return vfork;
      const number = caller.forker.fork(flags & PASSED);
      if (number === 0) becomeChild(caller, request);
      if (number === 0) vfork?.begin(caller);
      else vfork?.hasChild(caller);
      return number;
    },
  );
  // This thread is to end: another one has forked, and this is that one's child.
  if (child === undefined) return INTERRUPTED_BEFORE;
  if (child > 0) tellParent(caller, request, child);
  if (child !== 0 && vfork instanceof Vfork) vfork.finish(caller);
  return child;
}

function isWord(caller: Caller, address: number): boolean {
  return caller.process.memory.pages.permits(address, 4, PROT_READ | PROT_WRITE);
}

function tellParent(caller: Caller, { flags, parentTid, pidfd }: CloneRequest, child: number): void {
  const { memory } = caller.process;
  if ((flags & CLONE.PARENT_SETTID) !== 0 && isWord(caller, parentTid)) memory.setU32(parentTid, child);
  if ((flags & CLONE.PIDFD) === 0) return;
  const host = askInt(caller, 'pidfd_open', child, 0);
  memory.setU32(pidfd, host < 0 ? -1 : adopt(caller, host, true));
}

/** What is different in the child: it has the one thread. */
function becomeChild(caller: Caller, { flags, stack, childTid, tls }: CloneRequest): void {
  const { process } = caller;
  const { registers } = process.abi;
  const tid = askInt(caller, 'gettid');
  process.forked(caller, tid);
  caller.debugger?.forked();
  if (stack !== 0) caller.setRegister(registers.stack, stack);
  if ((flags & CLONE.SETTLS) !== 0) caller.setRegister(registers.thread, tls);
  caller.shared.clearTid = (flags & CLONE.CHILD_CLEARTID) === 0 ? 0 : childTid;
  caller.shared.robustList = 0;
  if ((flags & CLONE.CHILD_SETTID) !== 0 && isWord(caller, childTid)) process.memory.setU32(childTid, tid);
}
