import { call } from './call.ts';
import { input, optionalInput, optionalOutput, output, inout } from './buffers.ts';
import { clock } from './named-types.ts';

/** Clocks: times are two words of 64 bits everywhere. Sleeping is in sleep.ts, timers that signal in timers.ts. */

const TIMESPEC = 16;
const TIMEX = 208;
const TMS = 32;

export const clockGettime = call('clock_gettime', { clock, time: output(TIMESPEC) });
export const clockGetres = call('clock_getres', { clock, resolution: optionalOutput(TIMESPEC) });
export const clockSettime = call('clock_settime', { clock, time: input(TIMESPEC) });
export const clockAdjtime = call('clock_adjtime', { clock, state: inout(TIMEX) });
export const adjtimex = call('adjtimex', { state: inout(TIMEX) });
export const gettimeofday = call('gettimeofday', { time: optionalOutput(16), zone: optionalOutput(8) });
export const settimeofday = call('settimeofday', { time: optionalInput(16), zone: optionalInput(8) });
export const times = call('times', { times: optionalOutput(TMS) });
