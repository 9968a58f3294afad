import { INTERRUPTED_BEFORE } from '../../host/native.ts';
import { EINTR, ENOSYS } from '../errno.ts';
import { LINUX_CALLS } from '../../host/linux-calls.ts';
import type { GuestThread } from '../thread.ts';
import type { SystemCall } from './call.ts';
import { CALLS } from './index.ts';

const COLUMN = { x64: 0, generic: 1 } as const;
/** Results of -4095 to -1 are errors. */
const LAST_ERRNO = 4095;

/** Declared calls by the number that an architecture gives them. */
const tables = new Map<keyof typeof COLUMN, readonly (SystemCall | undefined)[]>();

function tableOf(numbers: keyof typeof COLUMN): readonly (SystemCall | undefined)[] {
  let table = tables.get(numbers);
  if (table === undefined) {
    const made: (SystemCall | undefined)[] = [];
    for (const call of CALLS) made[LINUX_CALLS[call.name][COLUMN[numbers]]] = call;
    tables.set(numbers, (table = made));
  }
  return table;
}

/** Does the system call that a thread stands at. */
export function perform(thread: GuestThread): void {
  const call = tableOf(thread.process.abi.numbers)[thread.callNumber];
  if (call === undefined) return thread.finish(-ENOSYS, -1);
  thread.signals.callBegins();
  if (call.perform !== undefined) {
    const result = call.perform(thread);
    if (thread.hasMoved) return thread.arrive();
    if (isInterruption(call, result)) return thread.signals.interrupted(result, call.isNeverRestarted === true);
    return thread.finish(result | 0, Math.floor(result / 2 ** 32));
  }
  passOn(thread, call);
}

/** Something came in between: what the call gives is not known before signals were looked at. */
const isInterruption = ({ blocks, isNeverRestarted }: SystemCall, result: number): boolean =>
  result === INTERRUPTED_BEFORE || (result === -EINTR && (blocks === true || isNeverRestarted === true));

/** Lets the host do it. */
function passOn(thread: GuestThread, call: SystemCall): void {
  const { host } = thread;
  const parameters = call.arguments;
  for (let index = 0; index < parameters.length; index++) {
    const failure = parameters[index]!.type.pass(thread, index);
    if (failure < 0) return thread.finish(failure, -1);
  }
  const number = host.numbers[call.name];
  const low = call.blocks === true || call.isNeverRestarted === true ? host.blocking(number) : host.call(number);
  if (isInterruption(call, low)) return thread.signals.interrupted(low, call.isNeverRestarted === true);
  const high = host.high();
  if (high === -1 && low < 0 && low >= -LAST_ERRNO) return thread.finish(low, high);
  for (let index = 0; index < parameters.length; index++) parameters[index]!.type.settle?.(thread, index);
  const { take } = call.result;
  if (take === undefined) return thread.finish(low, high);
  const taken = take(thread, low);
  thread.finish(taken, taken < 0 ? -1 : 0);
}
