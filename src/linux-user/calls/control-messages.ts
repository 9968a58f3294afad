import { EBADF, EINVAL } from '../errno.ts';
import type { Caller } from './caller.ts';
import { adopt, closeOnHost } from './new-fd.ts';

/**
 * Control data of messages (cmsg(3)): records of a length of 64 bits, a level and a type of 32, and data, each at
 * a multiple of 8 bytes. Descriptors in it (SCM_RIGHTS) have other numbers on the host.
 */

/** Bytes of control data that are passed at most: what Linux takes by net.core.optmem_max, and more. */
export const MOST_CONTROL = 128 << 10;

const HEADER = 16;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_CTRUNC = 8;

/** Records of the data in scratch memory, one after the other; nothing of one that is no record. */
function* records(caller: Caller, from: number, length: number): Generator<{ at: number; bytes: number }> {
  const { scratch } = caller;
  const end = from + length;
  for (let at = from; at + HEADER <= end;) {
    const bytes = scratch.u64(at);
    if (bytes < HEADER || at + bytes > end) return;
    yield { at, bytes };
    at += Math.ceil(bytes / 8) * 8;
  }
}

const isRights = ({ view }: Caller['scratch'], at: number): boolean =>
  view.getInt32(at + 8, true) === SOL_SOCKET && view.getInt32(at + 12, true) === SCM_RIGHTS;

/** Puts the host's numbers in place of the guest's; 0, or a negative errno. */
export function controlForHost(caller: Caller, from: number, length: number): number {
  const { scratch, process } = caller;
  for (const { at, bytes } of records(caller, from, length)) {
    if (!isRights(scratch, at)) continue;
    if ((bytes - HEADER) % 4 !== 0) return -EINVAL;
    for (let place = at + HEADER; place < at + bytes; place += 4) {
      const host = process.descriptors.hostOf(scratch.view.getInt32(place, true));
      if (host < 0) return -EBADF;
      scratch.view.setInt32(place, host, true);
    }
  }
  return 0;
}

/**
 * Makes descriptors that came from the host the guest's; the flags that the message gets: MSG_CTRUNC if there was no
 * number left for one of them.
 */
export function controlForGuest(caller: Caller, from: number, length: number, closes: boolean): number {
  const { scratch } = caller;
  let flags = 0;
  for (const { at, bytes } of records(caller, from, length)) {
    if (!isRights(scratch, at)) continue;
    for (let place = at + HEADER; place + 4 <= at + bytes; place += 4) {
      const host = scratch.view.getInt32(place, true);
      const fd = flags === 0 ? adopt(caller, host, closes) : -1;
      if (flags !== 0) closeOnHost(caller, host);
      if (fd >= 0) scratch.view.setInt32(place, fd, true);
      else {
        if (flags === 0) scratch.setU64(at, place - at);
        flags = MSG_CTRUNC;
      }
    }
  }
  return flags;
}
