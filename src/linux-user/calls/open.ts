import { showOpenFlags } from '../strace/names.ts';
import { onlyIf } from '../strace/show.ts';
import { pointer } from './named-types.ts';
import { EBADF, EFAULT, EINVAL, E2BIG } from '../errno.ts';
import { openFlags, STRUCTURES } from '../abi/structures.ts';
import { PROT_READ } from '../memory/pages.ts';
import { openView } from '../proc/views.ts';
import { type OwnName, ownNameAt } from '../proc/own-path.ts';
import { call, type SystemCall } from './call.ts';
import type { Caller } from './caller.ts';
import { adopt, closeOnHost, O_CLOEXEC } from './new-fd.ts';
import { lookupAt, pathLength } from './path-types.ts';
import { passOn } from './pass.ts';
import { type ArgumentType, dirfd, hex, int, mode } from './types.ts';

/** Descriptors: opened and closed. fcntl and dup are in descriptors.ts. */

const openFlagsType: ArgumentType = {
  pass(caller, index) {
    const host = STRUCTURES[caller.host.processor].openFlags;
    const flags = openFlags(caller.low(index), caller.process.abi.structures.openFlags, host);
    caller.host.int(index, flags | O_CLOEXEC);
    return 0;
  },
  show: (caller, index) => showOpenFlags(caller.low(index)),
};

const O_TRUNC = 0o1000;
/** O_CREAT, or O_TMPFILE without O_DIRECTORY. */
const MAKES = 0o20000100;
const O_NOFOLLOW = (caller: Caller): number => caller.process.abi.structures.openFlags.O_NOFOLLOW;

export const openat = call(
  'openat',
  {
    dirfd,
    path: lookupAt((caller) => (caller.low(2) & O_NOFOLLOW(caller)) === 0),
    flags: openFlagsType,
    mode: onlyIf(mode, (caller) => (caller.low(2) & MAKES) !== 0),
  },
  {
    blocks: true,
    perform(caller, self) {
      const own = ownAt(caller, caller.low(0), 1);
      return open(caller, self, own, (caller.low(2) & O_CLOEXEC) !== 0);
    },
  },
);

/** What of the process's own a path argument names; looked at only if it begins as such names do. */
function ownAt(caller: Caller, directory: number, index: number): OwnName | undefined {
  const address = caller.address(index);
  const { memory, descriptors } = caller.process;
  if (!memory.pages.permits(address, 6, PROT_READ)) return undefined;
  const { bytes } = memory;
  // "/p", or relative to such a directory.
  const isOwn = bytes[address] === 0x2f ? bytes[address + 1] === 0x70 : descriptors.listsOwn(directory);
  if (!isOwn) return undefined;
  const length = pathLength(caller, address);
  return length < 0 ? undefined : ownNameAt(caller, directory, memory.text(address, length));
}

function open(caller: Caller, self: SystemCall, own: OwnName | undefined, closes: boolean): number {
  if (own?.kind === 'view') {
    const view = openView(caller, own.name, own.task);
    return view < 0 ? view : adopt(caller, view, closes);
  }
  const host = passOn(caller, self);
  if (host < 0) return host;
  if ((caller.low(2) & O_TRUNC) !== 0) caller.process.files.resized(caller, host);
  const opened = adopt(caller, host, closes);
  if (opened >= 0 && own?.kind === 'directory') caller.process.descriptors.setListsOwn(opened);
  return opened;
}

/** struct open_how: flags, mode, resolve; 64 bits each. */
const OPEN_HOW = 24;

export const openat2 = call(
  'openat2',
  { dirfd, path: lookupAt(), how: pointer, size: int },
  {
    perform(caller) {
      const { memory, abi } = caller.process;
      const [address, size] = [caller.address(2), caller.value(3)];
      if (size < OPEN_HOW) return -EINVAL;
      if (size > 4096) return -E2BIG;
      if (!memory.pages.permits(address, size, PROT_READ)) return -EFAULT;
      if (memory.bytes.subarray(address + OPEN_HOW, address + size).some((byte) => byte !== 0)) return -E2BIG;
      const { scratch, host } = caller;
      const place = scratch.allocate(OPEN_HOW);
      scratch.bytes.copyWithin(place, memory.base + address, memory.base + address + OPEN_HOW);
      const flags = scratch.view.getUint32(place, true);
      const theirs = openFlags(flags, abi.structures.openFlags, STRUCTURES[host.processor].openFlags);
      scratch.view.setUint32(place, theirs | O_CLOEXEC, true);
      const path = openat2.arguments[1]!.type;
      const failure = path.prepare!(caller, 1);
      if (failure < 0) return failure;
      dirfd.pass(caller, 0);
      path.pass(caller, 1);
      host.at(2, place);
      host.int(3, OPEN_HOW);
      const opened = host.blocking(host.numbers.openat2);
      return opened < 0 ? opened : adopt(caller, opened, (flags & O_CLOEXEC) !== 0);
    },
  },
);

export const close = call(
  'close',
  { fd: int },
  {
    perform(caller) {
      const host = caller.process.descriptors.remove(caller.low(0));
      return host < 0 ? -EBADF : closeOnHost(caller, host);
    },
  },
);

const CLOSE_RANGE_UNSHARE = 2;
const CLOSE_RANGE_CLOEXEC = 4;

export const closeRange = call(
  'close_range',
  { first: int, last: int, flags: hex },
  {
    perform(caller) {
      const { descriptors } = caller.process;
      const [first, last, flags] = [caller.low(0) >>> 0, caller.low(1) >>> 0, caller.low(2)];
      if (first > last || (flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)) !== 0) return -EINVAL;
      for (const open of descriptors.open(first)) {
        if (open > last) break;
        if ((flags & CLOSE_RANGE_CLOEXEC) !== 0) descriptors.setClosesOnExec(open, true);
        else {
          const host = descriptors.remove(open);
          caller.scratch.reset();
          if (host >= 0) closeOnHost(caller, host);
        }
      }
      return 0;
    },
  },
);
