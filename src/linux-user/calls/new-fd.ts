import { showFileFlags } from '../strace/names.ts';
import { named } from '../strace/show.ts';
import { EFAULT } from '../errno.ts';
import { PROT_WRITE } from '../memory/pages.ts';
import type { Caller } from './caller.ts';
import { askInt } from './ask.ts';
import { type ArgumentType, flagsWith, type ResultType } from './types.ts';

/** O_CLOEXEC, which SOCK_CLOEXEC, EFD_CLOEXEC, EPOLL_CLOEXEC, TFD_CLOEXEC, SFD_CLOEXEC and IN_CLOEXEC are, too. */
export const O_CLOEXEC = 0o2000000;

/** Flags with O_CLOEXEC among them. The host's descriptor always has it: whether it is passed on is our business. */
export const cloexecFlags: ArgumentType = named(flagsWith(O_CLOEXEC), showFileFlags);

/** Makes a descriptor of the host's one of the guest's: the lowest number that is free, or -EMFILE. */
export function adopt(caller: Caller, host: number, closes: boolean): number {
  const fd = caller.process.descriptors.add(host, closes);
  if (fd < 0) closeOnHost(caller, host);
  return fd;
}

/** `flags`: index of the argument whose `bit` says that the descriptor is closed on execve. */
export const newFd = (flags: number, bit = O_CLOEXEC): ResultType => ({
  take: (caller, low) => adopt(caller, low, (caller.low(flags) & bit) !== 0),
  show: (low) => String(low),
});

/** A descriptor that is always closed on execve. */
export const closingFd: ResultType = {
  take: (caller, low) => adopt(caller, low, true),
  show: (low) => String(low),
};

/**
 * Does a call that opens two descriptors and writes them to memory, as pipe2 and socketpair: `fds` and `flags` are
 * the indices of those arguments, the others are ints.
 */
export function adoptPair(caller: Caller, name: 'pipe2' | 'socketpair', fds: number, flags: number): number {
  const { memory, descriptors } = caller.process;
  const address = caller.address(fds);
  if (!memory.pages.permits(address, 8, PROT_WRITE)) return -EFAULT;
  const { scratch, host } = caller;
  const place = scratch.allocate(8);
  for (let index = 0; index < 3; index++) host.int(index, caller.low(index));
  host.int(flags, caller.low(flags) | O_CLOEXEC);
  host.at(fds, place);
  const result = host.call(host.numbers[name]);
  if (result < 0) return result;
  const closes = (caller.low(flags) & O_CLOEXEC) !== 0;
  const [from, to] = [scratch.view.getInt32(place, true), scratch.view.getInt32(place + 4, true)];
  const first = adopt(caller, from, closes);
  if (first < 0) {
    closeOnHost(caller, to);
    return first;
  }
  const second = adopt(caller, to, closes);
  if (second < 0) {
    closeOnHost(caller, descriptors.remove(first));
    return second;
  }
  memory.setU32(address, first);
  memory.setU32(address + 4, second);
  return 0;
}

/** The lowest numbers of the host stay what programs think them to be: never a file that somebody opens later. */
const STANDARD = 3;
const AT_FDCWD = -100;
const O_RDWR = 2;

/** Closes a descriptor of the host: the result of close. */
export function closeOnHost(caller: Caller, host: number): number {
  if (host >= STANDARD) return askInt(caller, 'close', host);
  const { scratch, host: native } = caller;
  native.int(0, AT_FDCWD);
  native.at(1, scratch.string('/dev/null'));
  native.int(2, O_RDWR | O_CLOEXEC);
  const nothing = native.call(native.numbers.openat);
  if (nothing < 0) return askInt(caller, 'close', host);
  askInt(caller, 'dup3', nothing, host, O_CLOEXEC);
  return askInt(caller, 'close', nothing);
}
