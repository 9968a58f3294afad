import { shown, showItimerval } from '../strace/show.ts';
import { EAGAIN, EFAULT } from '../errno.ts';
import { PROT_READ, PROT_WRITE } from '../memory/pages.ts';
import type { Caller } from './caller.ts';
import { call } from './call.ts';
import { input, optionalOutput, output } from './buffers.ts';
import { int } from './types.ts';
import { clock, intervalTimer, pointer } from './named-types.ts';

/** Timers that signal. The kernel keeps them; their structures are alike on all 64-bit architectures. */

const ITIMERVAL = 32;
const ITIMERSPEC = 32;
const SIGEVENT = 64;

export const getitimer = call('getitimer', { which: intervalTimer, value: output(ITIMERVAL) });
export const setitimer = call('setitimer', {
  which: intervalTimer,
  value: shown(input(ITIMERVAL), showItimerval),
  oldValue: optionalOutput(ITIMERVAL),
});

export const timerCreate = call(
  'timer_create',
  { clock, event: pointer, timer: pointer },
  {
    perform(caller) {
      const { host, process, signals } = caller;
      const { memory } = process;
      const [event, timer] = [caller.address(1), caller.address(2)];
      if (event !== 0 && !memory.pages.permits(event, SIGEVENT, PROT_READ)) return -EFAULT;
      if (!memory.pages.permits(timer, 4, PROT_WRITE)) return -EFAULT;
      if (!signals.process.timers.hasRoom) return -EAGAIN;
      host.int(0, caller.low(0));
      if (event === 0) host.int(1, 0);
      else host.at(1, memory.hostOffset(event));
      host.at(2, memory.hostOffset(timer));
      const result = host.call(host.numbers.timer_create);
      if (result < 0) return result;
      memory.wrote(timer, 4);
      signals.process.timers.add(memory.u32(timer));
      return 0;
    },
  },
);

export const timerDelete = call(
  'timer_delete',
  { timer: int },
  {
    perform(caller) {
      const result = deleteTimer(caller, caller.low(0));
      if (result === 0) caller.signals.process.timers.remove(caller.low(0));
      return result;
    },
  },
);

function deleteTimer({ host }: Pick<Caller, 'host'>, timer: number): number {
  host.int(0, timer);
  return host.call(host.numbers.timer_delete);
}

export const timerSettime = call('timer_settime', {
  timer: int,
  flags: int,
  value: input(ITIMERSPEC),
  oldValue: optionalOutput(ITIMERSPEC),
});
export const timerGettime = call('timer_gettime', { timer: int, value: output(ITIMERSPEC) });
export const timerGetoverrun = call('timer_getoverrun', { timer: int });
