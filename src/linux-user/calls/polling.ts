import { EBADF, EFAULT, EINVAL, ENOMEM } from '../errno.ts';
import { PROT_READ, PROT_WRITE } from '../memory/pages.ts';
import { SET_BYTES } from '../signals/signal-set.ts';
import { call } from './call.ts';
import type { Caller } from './caller.ts';
import { MASK_AT, passMask, prepareMask } from './temporary-mask.ts';
import { int, size } from './types.ts';
import { pointer } from './named-types.ts';

/** Waiting for descriptors by lists and by bit masks. */

/** struct pollfd: a descriptor, and 16 bits each of what is asked for and what there is. */
const POLLFD = 8;
/** As many as there is scratch memory for; Linux, too, may have no memory for more. */
const MOST_POLLED = 16_384;
/** A number that no process has: the kernel says POLLNVAL for it. */
const NOT_OPEN = 0x7fff_ffff;
const TIMESPEC = 16;

/** The host's number, or one that is as wrong there; negative ones are left out by the kernel. */
function hostNumber(caller: Caller, fd: number): number {
  if (fd < 0) return fd;
  const host = caller.process.descriptors.hostOf(fd);
  return host < 0 ? NOT_OPEN : host;
}

export const ppoll = call(
  'ppoll',
  { fds: pointer, count: int, timeout: pointer, mask: pointer, maskSize: size },
  {
    isNeverRestarted: true,
    perform(caller) {
      const { scratch, host, process } = caller;
      const { memory, descriptors } = process;
      const [fds, count, timeout] = [caller.address(0), caller.low(1) >>> 0, caller.address(2)];
      if (count > descriptors.limit) return -EINVAL;
      if (count > MOST_POLLED) return -ENOMEM;
      if (!memory.pages.permits(fds, count * POLLFD, PROT_READ | PROT_WRITE)) return -EFAULT;
      if (!isTime(caller, timeout)) return -EFAULT;
      const wrong = prepareMask(caller, caller.address(3), caller.value(4));
      if (wrong < 0) return wrong;
      const place = scratch.allocate(count * POLLFD);
      const { view } = scratch;
      const from = memory.base + fds;
      for (let at = 0; at < count * POLLFD; at += POLLFD) {
        view.setInt32(place + at, hostNumber(caller, view.getInt32(from + at, true)), true);
        view.setInt32(place + at + 4, view.getUint16(from + at + 4, true), true);
      }
      host.at(0, place);
      host.int(1, count);
      passTime(caller, 2, timeout);
      passMask(caller, 3, caller.address(3));
      const result = host.blocking(host.numbers.ppoll);
      if (result < 0) return result;
      for (let at = 0; at < count * POLLFD; at += POLLFD) {
        view.setUint16(from + at + 6, view.getUint16(place + at + 6, true), true);
      }
      memory.wrote(fds, count * POLLFD);
      return result;
    },
  },
);

/** A time to wait, which the kernel may write what is left of to. */
const isTime = (caller: Caller, address: number): boolean =>
  address === 0 || caller.process.memory.pages.permits(address, TIMESPEC, PROT_READ);

/** Linux does not mind where it cannot tell what is left. */
function passTime(caller: Caller, index: number, address: number): void {
  const { scratch, host, process } = caller;
  const { memory } = process;
  if (address === 0) {
    host.word(index, 0, 0);
  } else if (memory.pages.permits(address, TIMESPEC, PROT_WRITE)) {
    host.at(index, memory.hostOffset(address));
  } else {
    const place = scratch.allocate(TIMESPEC);
    scratch.bytes.copyWithin(place, memory.base + address, memory.base + address + TIMESPEC);
    host.at(index, place);
  }
}

const SETS = 3;

/** Bytes of a set for numbers below `count`: whole words of 64 bits. */
const setBytes = (count: number): number => Math.ceil(count / 64) * 8;

export const pselect6 = call(
  'pselect6',
  { count: int, readable: pointer, writable: pointer, exceptional: pointer, timeout: pointer, mask: pointer },
  {
    isNeverRestarted: true,
    perform(caller) {
      const { scratch, host, process } = caller;
      const { memory, descriptors } = process;
      if (caller.low(0) < 0) return -EINVAL;
      // Linux looks at no more than there may be.
      const count = Math.min(caller.low(0), descriptors.limit);
      const bytes = setBytes(count);
      for (let set = 1; set <= SETS; set++) {
        const address = caller.address(set);
        if (address !== 0 && !memory.pages.permits(address, bytes, PROT_READ | PROT_WRITE)) return -EFAULT;
      }
      if (!isTime(caller, caller.address(4))) return -EFAULT;
      const mask = maskOf(caller, caller.address(5));
      if (mask < 0) return mask;
      const wrong = prepareMask(caller, mask, SET_BYTES);
      if (wrong < 0) return wrong;
      const highest = highestHost(caller, count);
      if (highest < -1) return -EBADF;
      const hostBytes = setBytes(highest + 1);
      const places = [0, 0, 0, 0];
      for (let set = 1; set <= SETS; set++) {
        if (caller.address(set) === 0) continue;
        places[set] = scratch.zeroed(hostBytes);
        eachMember(caller, set, count, (fd) => setBit(scratch.bytes, places[set]!, descriptors.hostOf(fd)));
      }
      host.int(0, highest + 1);
      for (let set = 1; set <= SETS; set++) {
        if (places[set] === 0) host.word(set, 0, 0);
        else host.at(set, places[set]!);
      }
      passTime(caller, 4, caller.address(4));
      if (mask === 0) host.word(5, 0, 0);
      else {
        // The sixth argument points to a pair: the set and its size.
        const pair = scratch.allocate(16);
        scratch.bytes.fill(0, pair, pair + 16);
        passMaskPair(caller, pair);
        host.at(5, pair);
      }
      const result = host.blocking(host.numbers.pselect6);
      if (result >= 0) tellSets(caller, count, places);
      return result;
    },
  },
);

/** The mask's address in the pair that the sixth argument points to; 0 for none, or a negative errno. */
function maskOf(caller: Caller, pair: number): number {
  if (pair === 0) return 0;
  const { memory } = caller.process;
  if (!memory.pages.permits(pair, 16, PROT_READ)) return -EFAULT;
  const mask = memory.u64(pair);
  return mask !== 0 && memory.u64(pair + 8) !== SET_BYTES ? -EINVAL : mask;
}

/** The mask again in memory whose address is known here: the host's scratch bytes are those of its window. */
function passMaskPair(caller: Caller, pair: number): void {
  const { scratch, host } = caller;
  const copy = scratch.allocate(SET_BYTES);
  for (let at = 0; at < SET_BYTES; at++) scratch.bytes[copy + at] = host.scratch.getUint8(MASK_AT + at);
  scratch.setAddress(pair, host, copy);
  scratch.setU64(pair + 8, SET_BYTES);
}

function eachMember(caller: Caller, set: number, count: number, act: (fd: number) => void): void {
  const { memory } = caller.process;
  const address = caller.address(set);
  for (let byte = 0; byte * 8 < count; byte++) {
    const bits = memory.bytes[address + byte]!;
    if (bits === 0) continue;
    for (let bit = 0; bit < 8 && byte * 8 + bit < count; bit++) if ((bits & (1 << bit)) !== 0) act(byte * 8 + bit);
  }
}

/** The highest of the host's numbers of those that the sets name; -1 if they name none, less if one is not open. */
function highestHost(caller: Caller, count: number): number {
  let highest = -1;
  let isBad = false;
  for (let set = 1; set <= SETS; set++) {
    if (caller.address(set) === 0) continue;
    eachMember(caller, set, count, (fd) => {
      const host = caller.process.descriptors.hostOf(fd);
      if (host < 0) isBad = true;
      highest = Math.max(highest, host);
    });
  }
  return isBad ? -2 : highest;
}

function setBit(bytes: Uint8Array, at: number, bit: number): void {
  bytes[at + (bit >> 3)]! |= 1 << (bit & 7);
}

/** Leaves in the guest's sets what is in the host's. */
function tellSets(caller: Caller, count: number, places: readonly number[]): void {
  const { scratch, process } = caller;
  const { memory, descriptors } = process;
  for (let set = 1; set <= SETS; set++) {
    const place = places[set]!;
    if (place === 0) continue;
    const address = caller.address(set);
    const ready: number[] = [];
    eachMember(caller, set, count, (fd) => {
      const host = descriptors.hostOf(fd);
      if (host >= 0 && (scratch.bytes[place + (host >> 3)]! & (1 << (host & 7))) !== 0) ready.push(fd);
    });
    memory.bytes.fill(0, address, address + setBytes(count));
    for (const fd of ready) setBit(memory.bytes, address, fd);
    memory.wrote(address, setBytes(count));
  }
}
