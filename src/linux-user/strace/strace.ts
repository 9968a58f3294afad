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

/** The call of a thread, on its way. */
export class Trace {
  readonly #thread: GuestThread;
  readonly #call: SystemCall | undefined;
  readonly #text: string;

  /** Arguments are shown as they are before: the kernel may write over them. */
  constructor(thread: GuestThread, call: SystemCall | undefined, number: number) {
    this.#thread = thread;
    this.#call = call;
    const pid = thread.host.call(thread.host.numbers.gettid);
    this.#text = `${pid} ${callText(thread, call, number)}`;
    if (call !== undefined && NEVER_BACK.has(call.name)) thread.process.log.write(`${this.#text}\n`);
  }

  end(): void {
    if (this.#call === undefined) {
      this.#thread.process.log.write(`${this.#text}\n`);
      return;
    }
    const { low, high } = this.#thread.result;
    this.#thread.process.log.write(`${this.#text} = ${resultText(this.#call, low, high)}\n`);
  }
}

function callText(caller: Caller, call: SystemCall | undefined, number: number): string {
  if (call === undefined) return `Unknown syscall ${number}`;
  const shown = call.arguments.map(({ type }, index) => type.show(caller, index));
  return `${call.name}(${shown.join(',')})`;
}

/** What a call gave, as halves of the guest's register. */
export function resultText(call: SystemCall, low: number, high: number): string {
  if (high !== -1 || low >= 0 || low < -LAST_ERRNO) return call.result.show(low, high);
  return `-1 errno=${-low} (${ERRNO_TEXT[-low] ?? `Unknown error ${-low}`})`;
}
