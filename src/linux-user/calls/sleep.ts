import { EFAULT, EINTR } from '../errno.ts';
import { INTERRUPTED_BEFORE } from '../../host/native.ts';
import { PROT_READ, PROT_WRITE } from '../memory/pages.ts';
import type { Caller } from './caller.ts';
import { call } from './call.ts';
import { input } from './buffers.ts';
import { int } from './types.ts';
import { clock, pointer } from './named-types.ts';
import { shown, showTimespec } from '../strace/show.ts';

/** Sleeping. What is interrupted without a handler goes on with what is left of the time. */

const TIMESPEC = 16;
const TIMER_ABSTIME = 1;
const CLOCK_MONOTONIC = 1;
const WANTED_AT = 0;
const LEFT_AT = 16;

/** Sleeps for the time that argument `index` points to; the next argument is where to tell what was left of it. */
function sleep(caller: Caller, clock: number, index: number): number {
  const { host, process, signals } = caller;
  const { memory } = process;
  const [wanted, left] = [caller.address(index), caller.address(index + 1)];
  if (!memory.pages.permits(wanted, TIMESPEC, PROT_READ)) return -EFAULT;
  for (let at = 0; at < TIMESPEC; at += 4) {
    const word = signals.isResumed ? signals.left[at / 4]! : memory.view.getInt32(wanted + at, true);
    host.scratch.setInt32(WANTED_AT + at, word, true);
    host.scratch.setInt32(LEFT_AT + at, word, true);
  }
  host.int(0, clock);
  host.int(1, 0);
  host.scratchAt(2, WANTED_AT);
  host.scratchAt(3, LEFT_AT);
  const result = host.blocking(host.numbers.clock_nanosleep);
  if (result !== -EINTR && result !== INTERRUPTED_BEFORE) return result;
  for (let at = 0; at < TIMESPEC; at += 4) signals.left[at / 4] = host.scratch.getInt32(LEFT_AT + at, true);
  if (left === 0) return result;
  if (!memory.pages.permits(left, TIMESPEC, PROT_WRITE)) return -EFAULT;
  memory.write(left, new Uint8Array(signals.left.buffer));
  return result;
}

export const nanosleep = call(
  'nanosleep',
  { wanted: shown(input(TIMESPEC), showTimespec), left: pointer },
  { isNeverRestarted: true, perform: (caller) => sleep(caller, CLOCK_MONOTONIC, 0) },
);

export const clockNanosleep = call(
  'clock_nanosleep',
  { clock, flags: int, wanted: shown(input(TIMESPEC), showTimespec), left: pointer },
  {
    isNeverRestarted: true,
    perform(caller) {
      const { host, process } = caller;
      if ((caller.low(1) & TIMER_ABSTIME) === 0) return sleep(caller, caller.low(0), 2);
      if (!process.memory.pages.permits(caller.address(2), TIMESPEC, PROT_READ)) return -EFAULT;
      host.int(0, caller.low(0));
      host.int(1, caller.low(1));
      host.at(2, process.memory.hostOffset(caller.address(2)));
      host.int(3, 0);
      return host.blocking(host.numbers.clock_nanosleep);
    },
  },
);
