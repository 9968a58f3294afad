/**
 * -strace: a line for each system call, in the form of qemu-riscv64 7.2: `PID name(arguments) = result`. A line is
 * written in one piece when the call has come back, so that those of threads and processes do not mix; before it is
 * made where it does not come back.
 */
import type { SystemCall } from '../calls/call.ts';
import type { Caller } from '../calls/caller.ts';
import type { GuestThread } from '../thread.ts';
import { ERRNO_TEXT } from './errno-text.ts';

/** Results of -4095 to -1 are errors. */
const LAST_ERRNO = 4095;
const NEVER_BACK: ReadonlySet<string> = new Set(['exit', 'exit_group']);

/** What became of a call: it gave a result, the thread is elsewhere now, or a signal came in between. */
export type Outcome = 'finished' | 'moved' | 'interrupted';

/** The call of a thread, on its way. */
export class Trace {
  readonly #thread: GuestThread;
  readonly #call: SystemCall | undefined;
  readonly #pid: number;
  readonly #text: string;

  /** Arguments are shown as they are before: the kernel may write over them. */
  constructor(thread: GuestThread, call: SystemCall | undefined, number: number) {
    this.#thread = thread;
    this.#call = call;
    this.#pid = thread.host.call(thread.host.numbers.gettid);
    this.#text = `${this.#pid} ${callText(thread, call, number)}`;
    if (call !== undefined && NEVER_BACK.has(call.name)) thread.process.log.write(`${this.#text}\n`);
  }

  end(outcome: Outcome): void {
    const { host, process } = this.#thread;
    // In the child of a fork the line is its parent's to write.
    if (host.call(host.numbers.gettid) !== this.#pid) return;
    process.log.write(`${this.#text}${this.#result(outcome)}\n`);
  }

  #result(outcome: Outcome): string {
    if (this.#call === undefined) return '';
    if (outcome === 'interrupted') return ' = -1 errno=512 (To be restarted)';
    if (outcome === 'moved') return this.#call.name === 'rt_sigreturn' ? RETURNED : '';
    const { low, high } = this.#thread.result;
    return ` = ${resultText(this.#call, low, high)}`;
  }
}

const RETURNED = ' = -1 errno=513 (Successful exit from sigreturn)';

function callText(caller: Caller, call: SystemCall | undefined, number: number): string {
  if (call === undefined) return `Unknown syscall ${number}`;
  const shown = call.arguments.map(({ type }, index) => type.show(caller, index)).filter((text) => text !== undefined);
  return `${call.name}(${shown.join(',')})`;
}

/** What a call gave, as halves of the guest's register. */
export function resultText(call: SystemCall, low: number, high: number): string {
  if (high !== -1 || low >= 0 || low < -LAST_ERRNO) return call.result.show(low, high);
  return `-1 errno=${-low} (${ERRNO_TEXT[-low] ?? `Unknown error ${-low}`})`;
}
