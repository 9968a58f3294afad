import { E2BIG, EFAULT, EINVAL } from '../errno.ts';
import { PROT_READ } from '../memory/pages.ts';
import { input, output } from './buffers.ts';
import { call } from './call.ts';
import { type ArgumentType, hex, int, size } from './types.ts';

/** Scheduling: threads are the host's, under the same numbers. */

const PARAM = 4;
const TIMESPEC = 16;

export const schedSetparam = call('sched_setparam', { pid: int, parameters: input(PARAM) });
export const schedGetparam = call('sched_getparam', { pid: int, parameters: output(PARAM) });
export const schedSetscheduler = call('sched_setscheduler', { pid: int, policy: int, parameters: input(PARAM) });
export const schedGetscheduler = call('sched_getscheduler', { pid: int });
export const schedGetPriorityMax = call('sched_get_priority_max', { policy: int });
export const schedGetPriorityMin = call('sched_get_priority_min', { policy: int });
export const schedRrGetInterval = call('sched_rr_get_interval', { pid: int, interval: output(TIMESPEC) });
export const schedSetaffinity = call('sched_setaffinity', { pid: int, size, mask: input({ argument: 1 }) });
export const schedGetaffinity = call('sched_getaffinity', { pid: int, size, mask: output({ argument: 1 }) });

/** struct sched_attr begins with its size; 0 is that of its first version. */
const FIRST_SIZE = 48;
const attributes: ArgumentType = {
  pass(caller, index) {
    const { memory } = caller.process;
    const address = caller.address(index);
    if (!memory.pages.permits(address, 4, PROT_READ)) return -EFAULT;
    const bytes = memory.u32(address) || FIRST_SIZE;
    if (bytes > 4096) return -E2BIG;
    return bytes < FIRST_SIZE ? -EINVAL : input(bytes).pass(caller, index);
  },
  show: hex.show,
};
export const schedSetattr = call('sched_setattr', { pid: int, attributes, flags: hex });
export const schedGetattr = call('sched_getattr', {
  pid: int,
  attributes: output({ argument: 2 }),
  size: int,
  flags: hex,
});

export const setpriority = call('setpriority', { which: int, who: int, priority: int });
export const getpriority = call('getpriority', { which: int, who: int });
export const ioprioSet = call('ioprio_set', { which: int, who: int, priority: int });
export const ioprioGet = call('ioprio_get', { which: int, who: int });
