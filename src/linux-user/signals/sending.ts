import type { Caller } from '../calls/caller.ts';
import { EFAULT, EPERM, ESRCH } from '../errno.ts';
import { PROT_READ } from '../memory/pages.ts';
import { ownIndex } from './numbers.ts';
import type { ThreadSignalState } from './process-signals.ts';
import { readCode, SI_TKILL, SI_USER, SIGINFO_BYTES, writeSent } from './siginfo.ts';

/** Who is to get a signal. */
interface Target {
  readonly pid?: number;
  readonly tid?: number;
}

/**
 * A signal that the host does not bring and that goes to this process or one of its threads: sent here. Undefined: the
 * host is to send it.
 */
function own(caller: Caller, { pid, tid }: Target, signal: number, info: Uint8Array): number | undefined {
  if (ownIndex(signal) < 0) return undefined;
  const { host, signals } = caller;
  if (pid !== undefined && pid !== host.call(host.numbers.getpid)) return undefined;
  let thread: ThreadSignalState | undefined;
  if (tid !== undefined) {
    thread = signals.process.threads.find((other) => other.tid === tid);
    if (thread === undefined) return pid === undefined ? undefined : -ESRCH;
  }
  signals.sendOwn(signal, info, thread);
  return 0;
}

function sentInfo({ host }: Caller, signal: number, code: number): Uint8Array {
  const info = new Uint8Array(SIGINFO_BYTES);
  const pid = host.call(host.numbers.getpid);
  writeSent(new DataView(info.buffer), signal, code, pid, host.call(host.numbers.getuid));
  return info;
}

/** kill, tkill and tgkill. */
export function send(caller: Caller, call: 'kill' | 'tkill' | 'tgkill', target: Target, signal: number): number {
  if (ownIndex(signal) >= 0) {
    const info = sentInfo(caller, signal, call === 'kill' ? SI_USER : SI_TKILL);
    const sent = own(caller, target, signal, info);
    if (sent !== undefined) return sent;
  }
  const { host } = caller;
  const words = [target.pid, target.tid, signal].filter((word) => word !== undefined);
  words.forEach((word, index) => host.int(index, word));
  return host.call(host.numbers[call]);
}

/** rt_sigqueueinfo and rt_tgsigqueueinfo: with a siginfo of the program's own. */
export function queue(
  caller: Caller,
  call: 'rt_sigqueueinfo' | 'rt_tgsigqueueinfo',
  target: Target,
  signal: number,
  address: number,
): number {
  const { host, process } = caller;
  const { memory } = process;
  if (!memory.pages.permits(address, SIGINFO_BYTES, PROT_READ)) return -EFAULT;
  if (ownIndex(signal) >= 0) {
    const info = memory.bytes.slice(address, address + SIGINFO_BYTES);
    const view = new DataView(info.buffer);
    view.setInt32(0, signal, true);
    const isForeign = target.pid !== host.call(host.numbers.getpid);
    // Nobody may claim to another that the kernel, or kill, sent it.
    if (isForeign && (readCode(view) >= 0 || readCode(view) === SI_TKILL)) return -EPERM;
    const sent = own(caller, target, signal, info);
    if (sent !== undefined) return sent;
  }
  const words = [target.pid, target.tid, signal].filter((word) => word !== undefined);
  words.forEach((word, index) => host.int(index, word));
  host.at(words.length, memory.hostOffset(address));
  return host.call(host.numbers[call]);
}
