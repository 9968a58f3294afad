import { INTERRUPTED_BEFORE } from '../../host/native.ts';
import { EINTR, ENOSYS } from '../errno.ts';
import { LINUX_CALLS } from '../../host/linux-calls.ts';
import type { GuestThread } from '../thread.ts';
import { Trace } from '../strace/strace.ts';
import type { SystemCall } from './call.ts';
import { CALLS } from './index.ts';
import { passOn } from './pass.ts';

const COLUMN = { x64: 0, generic: 1 } as const;

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
  const number = thread.callNumber;
  const call = tableOf(thread.process.abi.numbers)[number];
  const { log } = thread.process;
  if (call === undefined && log.has('unimp')) log.write(`Unsupported syscall: ${number} (${nameOf(thread, number)})\n`);
  if (!log.has('strace')) return act(thread, call);
  const trace = new Trace(thread, call, number);
  act(thread, call);
  trace.end();
}

function nameOf(thread: GuestThread, number: number): string {
  const column = COLUMN[thread.process.abi.numbers];
  return Object.entries(LINUX_CALLS).find(([, numbers]) => numbers[column] === number)?.[0] ?? 'no such call';
}

function act(thread: GuestThread, call: SystemCall | undefined): void {
  if (call === undefined) return thread.finish(-ENOSYS, -1);
  thread.signals.callBegins();
  thread.scratch.reset();
  const result = call.perform === undefined ? passOn(thread, call) : call.perform(thread, call);
  if (thread.hasMoved) return thread.arrive();
  if (isInterruption(call, result)) return thread.signals.interrupted(result, call.isNeverRestarted === true);
  thread.finish(result | 0, Math.floor(result / 2 ** 32));
}

/** Something came in between: what the call gives is not known before signals were looked at. */
const isInterruption = ({ blocks, isNeverRestarted }: SystemCall, result: number): boolean =>
  result === INTERRUPTED_BEFORE || (result === -EINTR && (blocks === true || isNeverRestarted === true));
