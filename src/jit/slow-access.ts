/**
 * What translated code tells a slow memory access about itself, packed into one i32:
 *
 *     0-2   base-2 logarithm of the size      13-24  bytes from the unit's start to the instruction
 *     3     sign-extend                       25-31  instructions of the unit retired before it
 *     4     natural alignment is required
 *     5-8   read-modify-write operation
 *     9-12  bytes of the instruction; 0 from tier 0, which keeps pc and the count itself
 */

import type { MemoryAccess, RmwOp } from '../ir/node.ts';

export const SLOW_LOAD = 0;
export const SLOW_STORE = 1;
export const SLOW_RMW = 2;
export const SLOW_CAS = 3;
export const SLOW_RESERVE = 4;
export const SLOW_CONDITIONAL = 5;
/** A store was made, by one of the first argument's host address, that may have hit code. */
export const SLOW_WROTE = 6;

export const RMW_OPS: readonly RmwOp[] = ['swap', 'add', 'and', 'or', 'xor', 'min_s', 'max_s', 'min_u', 'max_u'];

export const INFO_SIGNED = 1 << 3;
export const INFO_NATURAL = 1 << 4;

export function accessInfo(access: MemoryAccess, length: number, offset: number, retired: number): number {
  return (
    Math.log2(access.size) |
    (access.signed ? INFO_SIGNED : 0) |
    (access.align === 'natural' ? INFO_NATURAL : 0) |
    ((access.rmw === undefined ? 0 : RMW_OPS.indexOf(access.rmw)) << 5) |
    (length << 9) |
    (offset << 13) |
    (retired << 25)
  );
}
