import { INTERRUPTED_BEFORE } from '../../host/native.ts';
import { EINTR, ENOSYS } from '../errno.ts';
import { LINUX_CALLS } from '../../host/linux-calls.ts';
import type { GuestThread } from '../thread.ts';
import { type Outcome, Trace } from '../strace/strace.ts';
import type { SystemCall } from './call.ts';
import { CALLS } from './index.ts';
import { passOn } from './pass.ts';

const COLUMN = { x64: 0, generic: 1 } as const;

/** A declared call, and the host's number of the same. */
interface Row {
  readonly call: SystemCall;
  readonly hostNumber: number;
}

/** Declared calls by the number that an architecture gives them; all threads here are of one. */
let table: readonly (Row | undefined)[] = [];
let tableArchitecture: keyof typeof COLUMN | undefined;

function tableOf(thread: GuestThread): readonly (Row | undefined)[] {
  const { numbers } = thread.process.abi;
  if (numbers === tableArchitecture) return table;
  const column = COLUMN[numbers];
  const rows: (Row | undefined)[] = [];
  for (const call of CALLS) {
    const number = LINUX_CALLS[call.name][column];
    if (number >= 0) rows[number] = { call, hostNumber: thread.host.numbers[call.name] };
  }
  tableArchitecture = numbers;
  return (table = rows);
}

/** Does the system call that a thread stands at. */
export function perform(thread: GuestThread): void {
  const number = thread.callNumber;
  const row = tableOf(thread)[number];
  const { log } = thread.process;
  if (row === undefined && log.has('unimp')) log.write(`Unsupported syscall: ${number} (${nameOf(thread, number)})\n`);
  if (!log.has('strace')) {
    act(thread, row);
    return;
  }
  const trace = new Trace(thread, row?.call, number);
  trace.end(act(thread, row));
}

function nameOf(thread: GuestThread, number: number): string {
  const column = COLUMN[thread.process.abi.numbers];
  return Object.entries(LINUX_CALLS).find(([, numbers]) => numbers[column] === number)?.[0] ?? 'no such call';
}

function act(thread: GuestThread, row: Row | undefined): Outcome {
  if (row === undefined) {
    thread.finish(-ENOSYS, -1);
    return 'finished';
  }
  const { call, hostNumber } = row;
  thread.signals.callBegins();
  thread.scratch.reset();
  const result = call.perform === undefined ? passOn(thread, call, hostNumber) : call.perform(thread, call);
  if (thread.hasMoved) {
    thread.arrive();
    return 'moved';
  }
  if (isInterruption(call, result)) {
    thread.signals.interrupted(result, call.isNeverRestarted === true);
    return 'interrupted';
  }
  thread.finish(result | 0, Math.floor(result / 2 ** 32));
  return 'finished';
}

/** Something came in between: what the call gives is not known before signals were looked at. */
const isInterruption = ({ blocks, isNeverRestarted }: SystemCall, result: number): boolean =>
  result === INTERRUPTED_BEFORE || (result === -EINTR && (blocks === true || isNeverRestarted === true));
