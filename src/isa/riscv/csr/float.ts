/** The floating-point control and status register and its two parts (Unprivileged ISA, 11.2). */

import type { Hart } from '../hart.ts';
import { word } from '../state.ts';
import { MSTATUS_FS } from '../status.ts';
import { csr, ro, rw } from './csr.ts';

const FFLAGS = word('fflags');
const FRM = word('frm');
const FP_DIRTY = word('fpDirty');
const MSTATUS = word('mstatus');

const exists = (hart: Hart): boolean => hart.features.f;
/** Illegal while the floating-point unit is off (3.1.6.6). */
const allows = (hart: Hart): boolean => (hart.words[MSTATUS]! & MSTATUS_FS) !== 0;
const section = 'Unprivileged ISA, 11.2';

const FLAGS = {
  NX: rw(0, 1, 'inexact'),
  UF: rw(1, 1, 'underflow'),
  OF: rw(2, 1, 'overflow'),
  DZ: rw(3, 1, 'division by zero'),
  NV: rw(4, 1, 'invalid operation'),
};

const isNowDirty = (hart: Hart): void => {
  hart.words[FP_DIRTY] = 1;
};

export const fflags = csr({
  number: 0x001,
  name: 'fflags',
  doc: 'Accrued floating-point exceptions.',
  section,
  fields: FLAGS,
  storage: 'fflags',
  exists,
  allows,
  wrote: isNowDirty,
});

export const frm = csr({
  number: 0x002,
  name: 'frm',
  doc: 'Dynamic rounding mode.',
  section,
  fields: { mode: rw(0, 3, 'rounding mode') },
  storage: 'frm',
  exists,
  allows,
  wrote: isNowDirty,
});

export const fcsr = csr({
  number: 0x003,
  name: 'fcsr',
  doc: 'Floating-point control and status.',
  section,
  fields: { ...FLAGS, frm: rw(5, 3, 'rounding mode'), reserved: ro(8, 24, 'read as 0') },
  exists,
  allows,
  read(hart) {
    hart.low = hart.words[FFLAGS]! | (hart.words[FRM]! << 5);
    hart.high = 0;
  },
  write(hart, low) {
    hart.words[FFLAGS] = low & 31;
    hart.words[FRM] = (low >>> 5) & 7;
    isNowDirty(hart);
  },
});
