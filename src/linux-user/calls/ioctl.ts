import { EBADF, EFAULT, EINVAL, ENOTTY } from '../errno.ts';
import { PROT_READ, PROT_WRITE } from '../memory/pages.ts';
import { call } from './call.ts';
import type { Caller } from './caller.ts';
import { IOCTLS, type IoctlArgument } from './ioctls.ts';
import { adopt, O_CLOEXEC } from './new-fd.ts';
import { fd } from './types.ts';
import { ioctlRequest, pointer } from './named-types.ts';

/** Requests to devices: those that are declared; others are what no device knows. */

export const ioctl = call(
  'ioctl',
  { fd, request: ioctlRequest, argument: pointer },
  {
    perform(caller) {
      const host = caller.process.descriptors.hostOf(caller.low(0));
      if (host < 0) return -EBADF;
      const request = caller.low(1) >>> 0;
      const entry = IOCTLS[request];
      if (entry === undefined) {
        const { log } = caller.process;
        if (log.has('unimp')) log.write(`Unsupported ioctl: cmd=0x${request.toString(16).padStart(4, '0')}\n`);
        return -ENOTTY;
      }
      caller.host.int(0, host);
      caller.host.word(1, request, 0);
      return pass(caller, entry[1]);
    },
  },
);

function pass(caller: Caller, argument: IoctlArgument): number {
  if (typeof argument === 'object') {
    if ('in' in argument) return structure(caller, argument.in, PROT_READ);
    if ('out' in argument) return structure(caller, argument.out, PROT_WRITE);
    return structure(caller, argument.inout, PROT_READ | PROT_WRITE);
  }
  const { descriptors } = caller.process;
  switch (argument) {
    case 'int':
      caller.host.word(2, caller.low(2), caller.high(2));
      return ask(caller);
    case 'fd': {
      const other = descriptors.hostOf(caller.low(2));
      if (other < 0) return -EBADF;
      caller.host.int(2, other);
      return ask(caller);
    }
    case 'newFd': {
      const flags = caller.low(2);
      caller.host.int(2, flags | O_CLOEXEC);
      const opened = ask(caller);
      return opened < 0 ? opened : adopt(caller, opened, (flags & O_CLOEXEC) !== 0);
    }
    case 'setCloexec':
    case 'clearCloexec':
      descriptors.setClosesOnExec(caller.low(0), argument === 'setCloexec');
      return 0;
    case 'ifconf':
      return interfaces(caller);
    case 'cloneRange':
      return cloneRange(caller);
    case 'fiemap':
      return extents(caller);
  }
}

const ask = (caller: Caller): number => caller.host.blocking(caller.host.numbers.ioctl);

function structure(caller: Caller, bytes: number, access: number): number {
  const { memory } = caller.process;
  const address = caller.address(2);
  if (!memory.pages.permits(address, bytes, access)) return -EFAULT;
  caller.host.at(2, memory.hostOffset(address));
  const result = ask(caller);
  if ((access & PROT_WRITE) !== 0 && result >= 0) memory.wrote(address, bytes);
  return result;
}

/** struct ifconf: a length, and where the records go, or null to ask for the length alone. */
function interfaces(caller: Caller): number {
  const IFCONF = 16;
  const { memory } = caller.process;
  const address = caller.address(2);
  if (!memory.pages.permits(address, IFCONF, PROT_READ | PROT_WRITE)) return -EFAULT;
  const length = memory.u32(address);
  const records = memory.u64(address + 8);
  const { scratch, host } = caller;
  const place = scratch.zeroed(IFCONF);
  if (records !== 0) {
    if (!memory.pages.permits(records, length, PROT_WRITE)) return -EFAULT;
    scratch.setAddress(place + 8, host, memory.hostOffset(records));
  }
  scratch.view.setUint32(place, length, true);
  host.at(2, place);
  const result = ask(caller);
  if (result < 0) return result;
  const filled = scratch.view.getUint32(place, true);
  memory.setU32(address, filled);
  if (records !== 0) memory.wrote(records, filled);
  return result;
}

/** struct file_clone_range: a descriptor of 64 bits, and three offsets. */
function cloneRange(caller: Caller): number {
  const RANGE = 32;
  const { memory, descriptors } = caller.process;
  const address = caller.address(2);
  if (!memory.pages.permits(address, RANGE, PROT_READ)) return -EFAULT;
  const other = memory.u64(address) < 2 ** 31 ? descriptors.hostOf(memory.u32(address)) : -1;
  if (other < 0) return -EBADF;
  const { scratch } = caller;
  const place = scratch.allocate(RANGE);
  scratch.bytes.copyWithin(place, memory.base + address, memory.base + address + RANGE);
  scratch.setU64(place, other);
  caller.host.at(2, place);
  return ask(caller);
}

/** struct fiemap: 32 bytes, with how many records of 56 bytes follow at offset 24. */
function extents(caller: Caller): number {
  const HEADER = 32;
  const RECORD = 56;
  const MOST = 1 << 20;
  const { memory } = caller.process;
  const address = caller.address(2);
  if (!memory.pages.permits(address, HEADER, PROT_READ)) return -EFAULT;
  const count = memory.u32(address + 24);
  return count > MOST ? -EINVAL : structure(caller, HEADER + count * RECORD, PROT_READ | PROT_WRITE);
}
