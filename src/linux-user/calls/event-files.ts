import { showFileFlags } from '../strace/names.ts';
import { named } from '../strace/show.ts';
import { EFAULT } from '../errno.ts';
import { PROT_READ } from '../memory/pages.ts';
import { readSet, SET_BYTES } from '../signals/signal-set.ts';
import { input, optionalInput, optionalOutput, output } from './buffers.ts';
import { call } from './call.ts';
import { adoptPair, cloexecFlags, newFd } from './new-fd.ts';
import { lookup } from './path-types.ts';
import { type ArgumentType, fd, flagsWith, hex, int, mode, signalSet, size, string } from './types.ts';
import { pointer } from './named-types.ts';

/** Descriptors without files: pipes, memory, events, timers, notices of changes, message queues. */

const MFD_CLOEXEC = 1;
export const memfdCreate = call(
  'memfd_create',
  { name: string, flags: flagsWith(MFD_CLOEXEC) },
  { result: newFd(1, MFD_CLOEXEC) },
);

export const eventfd2 = call('eventfd2', { initial: int, flags: cloexecFlags }, { result: newFd(1) });

const ITIMERSPEC = 32;
export const timerfdCreate = call('timerfd_create', { clock: int, flags: cloexecFlags }, { result: newFd(1) });
export const timerfdSettime = call('timerfd_settime', {
  fd,
  flags: int,
  new: input(ITIMERSPEC),
  old: optionalOutput(ITIMERSPEC),
});
export const timerfdGettime = call('timerfd_gettime', { fd, current: output(ITIMERSPEC) });

/** The set lacks what the host's kernel must not hold back. */
const signalfdSet: ArgumentType = {
  pass(caller, index) {
    const { memory } = caller.process;
    const at = caller.address(index);
    if (!memory.pages.permits(at, SET_BYTES, PROT_READ)) return -EFAULT;
    caller.signals.hostSet(readSet(memory.view, at), 0);
    caller.host.scratchAt(index, 0);
    return 0;
  },
  show: signalSet.show,
};
/** -1 makes a new one. */
const oldOrNew: ArgumentType = {
  pass(caller, index) {
    if (caller.low(index) !== -1) return fd.pass(caller, index);
    caller.host.int(index, -1);
    return 0;
  },
  show: fd.show,
};
export const signalfd4 = call(
  'signalfd4',
  { fd: oldOrNew, set: signalfdSet, size, flags: cloexecFlags },
  {
    result: {
      take: (caller, low) => (caller.low(0) === -1 ? newFd(3).take!(caller, low) : caller.low(0)),
      show: String,
    },
  },
);

export const inotifyInit1 = call('inotify_init1', { flags: cloexecFlags }, { result: newFd(0) });
export const inotifyAddWatch = call('inotify_add_watch', { fd, path: lookup, mask: hex });
export const inotifyRmWatch = call('inotify_rm_watch', { fd, watch: int });

export const pipe2 = call(
  'pipe2',
  { fds: pointer, flags: named(hex, showFileFlags) },
  { perform: (caller) => adoptPair(caller, 'pipe2', 0, 1) },
);

const TIMESPEC = 16;
/** struct mq_attr: eight longs. */
const MQ_ATTR = 64;
export const mqOpen = call(
  'mq_open',
  { name: string, flags: cloexecFlags, mode, attributes: optionalInput(MQ_ATTR) },
  { result: newFd(1) },
);
export const mqUnlink = call('mq_unlink', { name: string });
export const mqTimedsend = call(
  'mq_timedsend',
  { fd, message: input({ argument: 2 }), size, priority: int, timeout: optionalInput(TIMESPEC) },
  { blocks: true },
);
export const mqTimedreceive = call(
  'mq_timedreceive',
  { fd, message: output({ argument: 2 }), size, priority: optionalOutput(4), timeout: optionalInput(TIMESPEC) },
  { blocks: true },
);
export const mqGetsetattr = call('mq_getsetattr', {
  fd,
  new: optionalInput(MQ_ATTR),
  old: optionalOutput(MQ_ATTR),
});
