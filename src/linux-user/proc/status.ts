import { askInt } from '../calls/ask.ts';
import type { Caller } from '../calls/caller.ts';
import { PAGE } from '../memory/pages.ts';

const LONGEST = 8192;

/** A file of the host's, one character a byte; empty if it cannot be read. */
export function hostFile(caller: Caller, path: string): string {
  const { scratch, host } = caller;
  const O_CLOEXEC = 0o2000000;
  host.int(0, -100);
  host.at(1, scratch.string(path));
  host.int(2, O_CLOEXEC);
  const file = host.call(host.numbers.openat);
  if (file < 0) return '';
  const at = scratch.allocate(LONGEST);
  host.int(0, file);
  host.at(1, at);
  host.int(2, LONGEST);
  const length = host.call(host.numbers.read);
  askInt(caller, 'close', file);
  return length < 0 ? '' : scratch.text(at, length);
}

/** Bytes of addresses in use. */
function addressSpace(caller: Caller): number {
  const { flags, count } = caller.process.space.pages;
  let used = 0;
  for (let page = 0; page < count; page++) if (flags[page] !== 0) used++;
  return used * PAGE;
}

/** Places of /proc/PID/stat, counted from 1 (proc_pid_stat(5)), that are the program's own. */
const NUM_THREADS = 20;
const VSIZE = 23;
const STARTCODE = 26;
const ENDCODE = 27;
const STARTSTACK = 28;
const KSTKESP = 29;
const KSTKEIP = 30;
const START_DATA = 45;
const START_BRK = 47;
const ARG_START = 48;
const ARG_END = 49;
const ENV_START = 50;
const ENV_END = 51;

/** stat of a process or a thread: what the host knows of it, and the program's addresses. */
export function statText(caller: Caller, directory: string): string {
  const host = hostFile(caller, `${directory}/stat`);
  // The name, in parentheses, may have spaces and parentheses.
  const nameEnd = host.lastIndexOf(')');
  const fields = host
    .slice(nameEnd + 2)
    .trimEnd()
    .split(' ');
  const { program, heap, threads } = caller.process;
  const put = (field: number, value: number): void => {
    fields[field - 3] = String(value);
  };
  put(NUM_THREADS, threads.live);
  put(VSIZE, addressSpace(caller));
  put(STARTCODE, program.get('codeStart'));
  put(ENDCODE, program.get('codeEnd'));
  put(STARTSTACK, program.get('pointer'));
  put(KSTKESP, 0);
  put(KSTKEIP, 0);
  put(START_DATA, program.get('codeStart'));
  put(START_DATA + 1, program.get('codeEnd'));
  put(START_BRK, heap[0]!);
  put(ARG_START, program.get('argumentsStart'));
  put(ARG_END, program.get('argumentsEnd'));
  put(ENV_START, program.get('argumentsEnd'));
  put(ENV_END, program.get('environmentEnd'));
  return `${host.slice(0, nameEnd + 1)} ${fields.join(' ')}\n`;
}

/** status of a process or a thread: what the host knows of it, with the program's addresses and threads. */
export function statusText(caller: Caller, directory: string): string {
  const size = `${String(addressSpace(caller) / 1024).padStart(8)} kB`;
  return hostFile(caller, `${directory}/status`)
    .replaceAll(/^(VmPeak|VmSize):.*$/gm, (_, name) => `${name}:\t${size}`)
    .replace(/^Threads:.*$/m, `Threads:\t${caller.process.threads.live}`);
}
