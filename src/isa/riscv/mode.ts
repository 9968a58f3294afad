/**
 * What translated code may assume, and which address space its accesses go through: both follow
 * from privilege, mstatus and satp, and are published whenever one of these changes.
 *
 * The translation mode in the header is the privilege. Translated code assumes nothing about address
 * translation, so it is shared between address spaces, and tests mstatus.FS itself.
 */

import type { Contexts } from '../../mem/cpu.ts';
import { M, S, word } from './state.ts';
import { MSTATUS_MPP_SHIFT, MSTATUS_MPRV, MSTATUS_MXR, MSTATUS_SUM } from './status.ts';

/** The address-space identifier of accesses without translation: larger than any that satp holds. */
export const NO_ASID = 0x10000;

const MODE = word('mode');
const PRIVILEGE = word('privilege');
const MSTATUS = word('mstatus');
const SATP = word('satp');

/** Privilege that loads and stores have (3.1.6.3: MPRV). */
export function dataPrivilege(words: Int32Array): number {
  const privilege = words[PRIVILEGE]!;
  const mstatus = words[MSTATUS]!;
  return (mstatus & MSTATUS_MPRV) !== 0 && privilege === M ? (mstatus >>> MSTATUS_MPP_SHIFT) & 3 : privilege;
}

/** Publishes mode and address space after a change of privilege, mstatus or satp. */
export function publishMode(words: Int32Array, contexts: Contexts): void {
  const privilege = words[PRIVILEGE]!;
  const mstatus = words[MSTATUS]!;
  words[MODE] = privilege;
  const data = dataPrivilege(words);
  if (data === M) {
    contexts.select(0, 0, M | (M << 2), NO_ASID);
    return;
  }
  let rights = privilege | (data << 2);
  if (data === S && (mstatus & MSTATUS_SUM) !== 0) rights |= 16;
  if ((mstatus & MSTATUS_MXR) !== 0) rights |= 32;
  const high = words[SATP + 1]!;
  contexts.select(words[SATP]!, high, rights, high >>> 28 === 0 ? NO_ASID : (high >>> 12) & 0xffff);
}
