/**
 * Debug triggers (Debug Specification 0.13, chapter 5). There are two of the type that matches
 * addresses, as on the machine that is imitated, but every bit that would arm one is fixed at 0, so
 * none ever fires.
 */

import type { Hart } from '../hart.ts';
import { word } from '../state.ts';
import { csr, ro, rw } from './csr.ts';

const TRIGGERS = 2;
const TSELECT = word('tselect');
const TDATA2 = word('tdata2');
/** tdata1.type = 2, address or data match, in the high half. */
const MATCH = 2 << 28;
/** Bits of tinfo: the types that tdata1 can have, 2 and 6. */
const TYPES = 0x44;

const section = 'Debug Specification 0.13, 5.2';
const exists = (hart: Hart): boolean => hart.features.debug;

export const tselect = csr({
  number: 0x7a0,
  name: 'tselect',
  doc: 'Which trigger the other CSRs show; a number without trigger is ignored.',
  section,
  storage: 'tselect',
  exists,
  write(hart, low, high) {
    if (high === 0 && low >>> 0 < TRIGGERS) hart.words[TSELECT] = low;
  },
});
export const tdata1 = csr({
  number: 0x7a1,
  name: 'tdata1',
  doc: 'Type 2 with nothing armed; writes are ignored.',
  section,
  fields: { type: ro(60, 4, '2: address or data match'), data: ro(0, 59, 'nothing is armed') },
  exists,
  read(hart) {
    hart.low = 0;
    hart.high = MATCH;
  },
  write() {},
});
export const tdata2 = csr({
  number: 0x7a2,
  name: 'tdata2',
  doc: 'The address to match.',
  section,
  exists,
  read(hart) {
    const at = TDATA2 + 2 * hart.words[TSELECT]!;
    hart.low = hart.words[at]!;
    hart.high = hart.words[at + 1]!;
  },
  write(hart, low, high) {
    const at = TDATA2 + 2 * hart.words[TSELECT]!;
    hart.words[at] = low;
    hart.words[at + 1] = high;
  },
});
export const tdata3 = csr({
  number: 0x7a3,
  name: 'tdata3',
  doc: 'Not used by this type: 0.',
  section,
  fields: { value: ro(0, 64, '0') },
  exists,
  read(hart) {
    hart.low = 0;
    hart.high = 0;
  },
  write() {},
});
export const tinfo = csr({
  number: 0x7a4,
  name: 'tinfo',
  doc: 'The types that tdata1 can have.',
  section,
  fields: { info: rw(0, 16, 'one bit for each type') },
  exists,
  read(hart) {
    hart.low = TYPES;
    hart.high = 0;
  },
  write() {},
});
