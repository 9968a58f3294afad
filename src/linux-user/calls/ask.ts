import type { LinuxCall } from '../../host/linux-calls.ts';
import type { Caller } from './caller.ts';

/** A call of the host's with ints: its result, or a negative errno. */
export function askInt(caller: Caller, name: LinuxCall, a = 0, b = 0, c = 0, d = 0): number {
  const { host } = caller;
  host.int(0, a);
  host.int(1, b);
  host.int(2, c);
  host.int(3, d);
  return host.call(host.numbers[name]);
}

/** The last result as a number: -4095 to -1 are errors, others are exact below 2^53. */
export function wide(caller: Caller, low: number): number {
  return caller.host.high() * 2 ** 32 + (low >>> 0);
}
