import { showFileFlags } from '../strace/names.ts';
import { named, onlyIf } from '../strace/show.ts';
import { EBADF, EFAULT, EINVAL } from '../errno.ts';
import { openFlags, STRUCTURES } from '../abi/structures.ts';
import { MOST_DESCRIPTORS } from '../descriptors.ts';
import { PROT_READ, PROT_WRITE } from '../memory/pages.ts';
import { askInt } from './ask.ts';
import { call } from './call.ts';
import type { Caller } from './caller.ts';
import { closeOnHost, O_CLOEXEC } from './new-fd.ts';
import { fd, hex, int } from './types.ts';
import { fcntlCommand } from './named-types.ts';

/** Descriptors: copied, and what is to be known of them. */

const FD_CLOEXEC = 1;
/** The number that Linux gave it on top of the specific ones. */
const F_DUPFD_CLOEXEC = 1030;

/** What a command's argument is: nothing, a number, flags of open, or a structure of so many bytes in memory. */
type Operand =
  | 'none'
  | 'int'
  | 'flags'
  | 'resultFlags'
  | { readonly read?: true; readonly write?: true; readonly bytes: number };

interface Command {
  readonly name: string;
  readonly operand: Operand;
  readonly blocks?: true;
}

/** struct flock of 64-bit architectures; struct f_owner_ex. */
const FLOCK = 32;
const OWNER_EX = 8;

/** Commands that the host does, by their numbers (asm-generic/fcntl.h, linux/fcntl.h). */
const COMMANDS: ReadonlyMap<number, Command> = new Map<number, Command>([
  [3, { name: 'F_GETFL', operand: 'resultFlags' }],
  [4, { name: 'F_SETFL', operand: 'flags' }],
  [5, { name: 'F_GETLK', operand: { read: true, write: true, bytes: FLOCK } }],
  [6, { name: 'F_SETLK', operand: { read: true, bytes: FLOCK } }],
  [7, { name: 'F_SETLKW', operand: { read: true, bytes: FLOCK }, blocks: true }],
  [8, { name: 'F_SETOWN', operand: 'int' }],
  [9, { name: 'F_GETOWN', operand: 'none' }],
  [10, { name: 'F_SETSIG', operand: 'int' }],
  [11, { name: 'F_GETSIG', operand: 'none' }],
  [15, { name: 'F_SETOWN_EX', operand: { read: true, bytes: OWNER_EX } }],
  [16, { name: 'F_GETOWN_EX', operand: { write: true, bytes: OWNER_EX } }],
  [17, { name: 'F_GETOWNER_UIDS', operand: { write: true, bytes: 8 } }],
  [36, { name: 'F_OFD_GETLK', operand: { read: true, write: true, bytes: FLOCK } }],
  [37, { name: 'F_OFD_SETLK', operand: { read: true, bytes: FLOCK } }],
  [38, { name: 'F_OFD_SETLKW', operand: { read: true, bytes: FLOCK }, blocks: true }],
  [1024, { name: 'F_SETLEASE', operand: 'int' }],
  [1025, { name: 'F_GETLEASE', operand: 'none' }],
  [1026, { name: 'F_NOTIFY', operand: 'int' }],
  [1031, { name: 'F_SETPIPE_SZ', operand: 'int' }],
  [1032, { name: 'F_GETPIPE_SZ', operand: 'none' }],
  [1033, { name: 'F_ADD_SEALS', operand: 'int' }],
  [1034, { name: 'F_GET_SEALS', operand: 'none' }],
  [1035, { name: 'F_GET_RW_HINT', operand: { write: true, bytes: 8 } }],
  [1036, { name: 'F_SET_RW_HINT', operand: { read: true, bytes: 8 } }],
  [1037, { name: 'F_GET_FILE_RW_HINT', operand: { write: true, bytes: 8 } }],
  [1038, { name: 'F_SET_FILE_RW_HINT', operand: { read: true, bytes: 8 } }],
]);

const F_DUPFD = 0;
const F_GETFD = 1;
const F_SETFD = 2;

/** F_GETFD, F_GETFL, F_GETOWN, F_GETSIG, F_GETLEASE, F_GETPIPE_SZ, F_GET_SEALS. */
const WITHOUT: ReadonlySet<number> = new Set([1, 3, 9, 11, 1025, 1032, 1034]);

export const fcntl = call(
  'fcntl',
  { fd, command: fcntlCommand, operand: onlyIf(hex, (caller) => !WITHOUT.has(caller.low(1))) },
  {
    perform(caller) {
      const { descriptors } = caller.process;
      const [number, command, operand] = [caller.low(0), caller.low(1), caller.low(2)];
      const host = descriptors.hostOf(number);
      if (host < 0) return -EBADF;
      switch (command) {
        case F_GETFD:
          return descriptors.closesOnExec(number) ? FD_CLOEXEC : 0;
        case F_SETFD:
          descriptors.setClosesOnExec(number, (operand & FD_CLOEXEC) !== 0);
          return 0;
        case F_DUPFD:
        case F_DUPFD_CLOEXEC:
          if (operand < 0 || operand >= descriptors.limit) return -EINVAL;
          return duplicate(caller, number, host, command === F_DUPFD_CLOEXEC, operand);
        default:
          return pass(caller, host, command);
      }
    },
  },
);

function pass(caller: Caller, fd: number, number: number): number {
  const command = COMMANDS.get(number);
  if (command === undefined) return -EINVAL;
  const { host } = caller;
  const { operand } = command;
  const theirs = STRUCTURES[host.processor].openFlags;
  const ours = caller.process.abi.structures.openFlags;
  host.int(0, fd);
  host.int(1, number);
  if (typeof operand === 'object') {
    const access = (operand.read ? PROT_READ : 0) | (operand.write ? PROT_WRITE : 0);
    const { memory } = caller.process;
    const address = caller.address(2);
    if (!memory.pages.permits(address, operand.bytes, access)) return -EFAULT;
    host.at(2, memory.hostOffset(address));
    const result = command.blocks ? host.blocking(host.numbers.fcntl) : host.call(host.numbers.fcntl);
    if (operand.write && result >= 0) memory.wrote(address, operand.bytes);
    return result;
  }
  host.int(2, operand === 'flags' ? openFlags(caller.low(2), ours, theirs) : caller.low(2));
  const result = host.call(host.numbers.fcntl);
  return operand === 'resultFlags' && result >= 0 ? openFlags(result, theirs, ours) : result;
}

/** The same open file under another number of the guest's, at least `least`. */
function duplicate(caller: Caller, fd: number, host: number, closes: boolean, least: number): number {
  const { descriptors } = caller.process;
  const copy = askInt(caller, 'fcntl', host, F_DUPFD_CLOEXEC, HOST_LEAST);
  if (copy < 0) return copy;
  const number = descriptors.add(copy, closes, least);
  if (number < 0) closeOnHost(caller, copy);
  else if (descriptors.listsOwn(fd)) descriptors.setListsOwn(number);
  return number;
}

/** Copies of the host's own standard streams are never one of them. */
const HOST_LEAST = 3;

export const dup = call(
  'dup',
  { fd },
  {
    perform(caller) {
      const number = caller.low(0);
      const host = caller.process.descriptors.hostOf(number);
      return host < 0 ? -EBADF : duplicate(caller, number, host, false, 0);
    },
  },
);

export const dup3 = call(
  'dup3',
  { old: fd, new: int, flags: named(hex, showFileFlags) },
  {
    perform(caller) {
      const { descriptors } = caller.process;
      const [from, to, flags] = [caller.low(0), caller.low(1), caller.low(2)];
      if ((flags & ~O_CLOEXEC) !== 0 || from === to) return -EINVAL;
      const host = descriptors.hostOf(from);
      if (to < 0 || to >= Math.min(descriptors.limit, MOST_DESCRIPTORS) || host < 0) return -EBADF;
      const copy = askInt(caller, 'fcntl', host, F_DUPFD_CLOEXEC, HOST_LEAST);
      if (copy < 0) return copy;
      const before = descriptors.replace(to, copy, (flags & O_CLOEXEC) !== 0);
      if (descriptors.listsOwn(from)) descriptors.setListsOwn(to);
      if (before >= 0) closeOnHost(caller, before);
      return to;
    },
  },
);
