import { call } from './call.ts';
import { int, optionalOutput, output } from './types.ts';

/** Clocks and timers: times are two words of 64 bits everywhere. */

const TIMESPEC = 16;

export const clockGettime = call('clock_gettime', { clock: int, time: output(TIMESPEC) });
export const clockGetres = call('clock_getres', { clock: int, resolution: optionalOutput(TIMESPEC) });
export const gettimeofday = call('gettimeofday', { time: optionalOutput(16), zone: optionalOutput(8) });
