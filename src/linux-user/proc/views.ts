import { askInt } from '../calls/ask.ts';
import { EACCES, ENOENT } from '../errno.ts';
import type { Caller } from '../calls/caller.ts';
import { mapsText } from './maps.ts';
import { statText, statusText } from './status.ts';

/** Files of /proc that show the guest instead of the emulator (proc(5)); made when they are opened. */

/** `directory`: that of /proc whose file it is, a process's or a thread's. */
type View = (caller: Caller, directory: string) => Uint8Array;

const text = (make: (caller: Caller, directory: string) => string): View => {
  const encoder = new TextEncoder();
  return (caller, directory) => encoder.encode(make(caller, directory));
};

/** Bytes of the program's as they are now. */
const part =
  (from: (caller: Caller) => number, to: (caller: Caller) => number): View =>
  (caller) => {
    const { memory } = caller.process;
    const length = memory.pages.reach(from(caller), to(caller) - from(caller), 0);
    return memory.bytes.slice(from(caller), from(caller) + length);
  };

const of =
  (name: 'argumentsStart' | 'argumentsEnd' | 'environmentEnd' | 'auxiliary' | 'auxiliaryLength') =>
  (caller: Caller): number =>
    caller.process.program.get(name);

/** By the names that they have in a process's directory; cpuinfo is in /proc itself. */
export const VIEWS: Readonly<Record<string, View>> = {
  maps: text(mapsText),
  cmdline: part(of('argumentsStart'), of('argumentsEnd')),
  environ: part(of('argumentsEnd'), of('environmentEnd')),
  auxv: part(of('auxiliary'), (caller) => of('auxiliary')(caller) + of('auxiliaryLength')(caller)),
  stat: text(statText),
  status: text(statusText),
  cpuinfo: text((caller) => caller.process.abi.cpuinfo(processors(caller))),
};

/** CPUs that the process may run on. */
function processors(caller: Caller): number {
  const { scratch, host } = caller;
  const MASK = 1024;
  const at = scratch.zeroed(MASK);
  host.int(0, 0);
  host.int(1, MASK);
  host.at(2, at);
  host.call(host.numbers.sched_getaffinity);
  let count = 0;
  for (let i = 0; i < MASK; i++) for (let byte = scratch.bytes[at + i]!; byte !== 0; byte &= byte - 1) count++;
  return Math.max(1, count);
}

const MFD_CLOEXEC = 1;
const O_RDONLY_CLOEXEC = 0o2000000;
const AT_FDCWD = -100;

/**
 * Opens a view, in the directory of a thread if `task` is its number: a descriptor of the host's that can only be read, or
 * a negative errno.
 */
export function openView(caller: Caller, name: string, task?: number): number {
  const view = VIEWS[name];
  // The process's memory: the emulator's addresses are not the program's, and none of its business.
  if (view === undefined) return -EACCES;
  // The host has threads there that are none of the program's.
  if (task !== undefined && caller.process.threads.find(task) === undefined) return -ENOENT;
  const bytes = view(caller, task === undefined ? '/proc/self' : `/proc/self/task/${task}`);
  const { scratch, host } = caller;
  scratch.reset();
  host.at(0, scratch.string(name));
  host.int(1, MFD_CLOEXEC);
  const file = host.call(host.numbers.memfd_create);
  if (file < 0) return file;
  fill(caller, file, bytes);
  host.int(0, AT_FDCWD);
  host.at(1, scratch.string(`/proc/self/fd/${file}`));
  host.int(2, O_RDONLY_CLOEXEC);
  const opened = host.call(host.numbers.openat);
  askInt(caller, 'close', file);
  return opened;
}

const CHUNK = 65_536;

function fill(caller: Caller, file: number, bytes: Uint8Array): void {
  const { scratch, host } = caller;
  const at = scratch.allocate(CHUNK);
  for (let from = 0; from < bytes.length; from += CHUNK) {
    const chunk = bytes.subarray(from, from + CHUNK);
    scratch.bytes.set(chunk, at);
    host.int(0, file);
    host.at(1, at);
    host.int(2, chunk.length);
    if (host.call(host.numbers.write) < 0) return;
  }
}
