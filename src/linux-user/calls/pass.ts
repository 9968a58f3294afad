import type { SystemCall } from './call.ts';
import type { Caller } from './caller.ts';

/** Results of -4095 to -1 are errors. */
const LAST_ERRNO = 4095;

/**
 * Lets the host do a call, with the arguments that the thread has, as their types say. The result as a number,
 * or a negative errno. `number`: the host's of the call.
 */
export function passOn(caller: Caller, call: SystemCall, number = caller.host.numbers[call.name]): number {
  const { host } = caller;
  const parameters = call.arguments;
  for (let index = 0; index < parameters.length; index++) {
    const failure = parameters[index]!.type.prepare?.(caller, index) ?? 0;
    if (failure < 0) return failure;
  }
  for (let index = 0; index < parameters.length; index++) {
    const failure = parameters[index]!.type.pass(caller, index);
    if (failure < 0) return failure;
  }
  const low = call.blocks === true || call.isNeverRestarted === true ? host.blocking(number) : host.call(number);
  const high = host.high();
  if (high === -1 && low < 0 && low >= -LAST_ERRNO) return low;
  for (let index = 0; index < parameters.length; index++) parameters[index]!.type.settle?.(caller, index, low);
  const { take } = call.result;
  return take === undefined ? high * 2 ** 32 + (low >>> 0) : take(caller, low);
}
