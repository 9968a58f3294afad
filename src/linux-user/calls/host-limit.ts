import { RLIMIT_NOFILE } from '../limits.ts';
import type { Caller } from './caller.ts';

/** struct rlimit64: two words of 64 bits. */
export const RLIMIT = 16;
/** RLIM_INFINITY as it comes out of a word: all ones. */
export const INFINITE = 2 ** 64;

/** Descriptors of the host's that are kept for the emulator: Node's, and what calls need for a moment. */
const KEPT = 64;

/**
 * Keeps the program from taking all descriptors that the host has: the emulator could not go on. What it is told of
 * RLIMIT_NOFILE stays as it is; where that is all that the host has, the last ones are not to be had.
 */
export function keepDescriptors(caller: Caller): void {
  caller.process.descriptors.most = Math.max(0, hostLimit(caller, RLIMIT_NOFILE).soft - KEPT);
}

/** What the host has for this process. */
export function hostLimit(caller: Caller, resource: number): { soft: number; hard: number } {
  const { scratch, host } = caller;
  const at = scratch.allocate(RLIMIT);
  host.int(0, 0);
  host.int(1, resource);
  host.word(2, 0, 0);
  host.at(3, at);
  host.call(host.numbers.prlimit64);
  const number = (place: number): number => {
    const value = scratch.u64(place);
    return value >= 2 ** 63 ? INFINITE : value;
  };
  return { soft: number(at), hard: number(at + 8) };
}
