import { EFAULT } from '../errno.ts';
import { PROT_WRITE } from '../memory/pages.ts';
import { input, optionalInput, optionalOutput, output } from './buffers.ts';
import { call } from './call.ts';
import { adopt, cloexecFlags, closeOnHost, newFd, O_CLOEXEC } from './new-fd.ts';
import { lookup } from './path-types.ts';
import { fd, flagsWith, hex, int, mode, size, string } from './types.ts';

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

export const inotifyInit1 = call('inotify_init1', { flags: cloexecFlags }, { result: newFd(0) });
export const inotifyAddWatch = call('inotify_add_watch', { fd, path: lookup, mask: hex });
export const inotifyRmWatch = call('inotify_rm_watch', { fd, watch: int });

export const pipe2 = call(
  'pipe2',
  { fds: hex, flags: hex },
  {
    perform(caller) {
      const { memory, descriptors } = caller.process;
      const [address, flags] = [caller.address(0), caller.low(1)];
      if (!memory.pages.permits(address, 8, PROT_WRITE)) return -EFAULT;
      const { scratch, host } = caller;
      const place = scratch.allocate(8);
      host.at(0, place);
      host.int(1, flags | O_CLOEXEC);
      const result = host.call(host.numbers.pipe2);
      if (result < 0) return result;
      const closes = (flags & O_CLOEXEC) !== 0;
      const [from, to] = [scratch.view.getInt32(place, true), scratch.view.getInt32(place + 4, true)];
      const first = adopt(caller, from, closes);
      const second = first < 0 ? first : adopt(caller, to, closes);
      if (first < 0) closeOnHost(caller, to);
      if (second < 0) {
        if (first >= 0) closeOnHost(caller, descriptors.remove(first));
        return second;
      }
      memory.setU32(address, first);
      memory.setU32(address + 4, second);
      return 0;
    },
  },
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
