import { EFAULT, EINTR, EINVAL } from '../errno.ts';
import { PROT_READ } from '../memory/pages.ts';
import { readSet, SET_BYTES } from '../signals/signal-set.ts';
import type { Caller } from './caller.ts';

/** Where in the host's scratch bytes the mask of a call that waits is put. */
export const MASK_AT = 0;

/**
 * Prepares the mask that a call has while it waits (ppoll, pselect6, epoll_pwait): `address` 0 for none. 0, or a
 * negative errno: -EINTR if a signal that it lets through is there already.
 */
export function prepareMask(caller: Caller, address: number, size: number): number {
  if (address === 0) return 0;
  if (size !== SET_BYTES) return -EINVAL;
  const { memory } = caller.process;
  if (!memory.pages.permits(address, SET_BYTES, PROT_READ)) return -EFAULT;
  const mask = readSet(memory.view, address);
  if (!caller.signals.useMask(mask)) return -EINTR;
  caller.signals.hostSet(mask, MASK_AT);
  return 0;
}

/** Passes a prepared mask, and its size as the argument after it. */
export function passMask(caller: Caller, index: number, address: number): void {
  if (address === 0) caller.host.word(index, 0, 0);
  else caller.host.scratchAt(index, MASK_AT);
  caller.host.int(index + 1, SET_BYTES);
}
