/** mstatus and its restricted view sstatus (Privileged Architecture 1.12, 3.1.6 and 4.1.1). */

import type { Hart } from '../hart.ts';
import { word } from '../state.ts';
import {
  MSTATUS_FS,
  MSTATUS_HIGH_SD,
  MSTATUS_HIGH_XL,
  MSTATUS_MPP,
  MSTATUS_MPP_SHIFT,
  MSTATUS_MPRV,
  MSTATUS_MXR,
  MSTATUS_SUM,
  SSTATUS_HIGH_XL,
} from '../status.ts';
import { csr, ro, rw, writableBits } from './csr.ts';

const MSTATUS = word('mstatus');
const FP_DIRTY = word('fpDirty');

const SUPERVISOR = {
  SIE: rw(1, 1, 'interrupts of S are taken in S'),
  SPIE: rw(5, 1, 'SIE before the trap'),
  UBE: ro(6, 1, 'U is little-endian'),
  SPP: rw(8, 1, 'privilege before the trap'),
  VS: ro(9, 2, 'there is no vector state'),
  FS: rw(13, 2, 'floating-point state: 0 off, 1 initial, 2 clean, 3 dirty'),
  XS: ro(15, 2, 'there is no other state'),
  SUM: rw(18, 1, 'S may access pages of U'),
  MXR: rw(19, 1, 'loads may read executable pages'),
  UXL: ro(32, 2, 'U is 64 bits wide'),
  SD: ro(63, 1, 'FS is dirty'),
};

const MACHINE = {
  ...SUPERVISOR,
  MIE: rw(3, 1, 'interrupts of M are taken in M'),
  MPIE: rw(7, 1, 'MIE before the trap'),
  MPP: rw(11, 2, 'privilege before the trap'),
  MPRV: rw(17, 1, 'loads and stores have the privilege MPP'),
  TVM: rw(20, 1, 'satp and SFENCE.VMA trap in S'),
  TW: rw(21, 1, 'WFI traps in S'),
  TSR: rw(22, 1, 'SRET traps in S'),
  SXL: ro(34, 2, 'S is 64 bits wide'),
  SBE: ro(36, 1, 'S is little-endian'),
  MBE: ro(37, 1, 'M is little-endian'),
};

const MACHINE_BITS = writableBits(MACHINE).low;
const SUPERVISOR_BITS = writableBits(SUPERVISOR).low;

/** What decides how addresses are translated. */
const MAPPING = MSTATUS_MPRV | MSTATUS_SUM | MSTATUS_MXR;

/** The stored low half, brought up to date with what floating-point instructions did. */
function status(hart: Hart): number {
  const words = hart.words;
  if (words[FP_DIRTY] !== 0) {
    words[FP_DIRTY] = 0;
    words[MSTATUS]! |= MSTATUS_FS;
  }
  return words[MSTATUS]!;
}

/** 3.1.6.6: SD says that FS (or VS, XS) is dirty. */
function read(hart: Hart, mask: number, high: number): void {
  const low = status(hart);
  hart.low = low & mask;
  hart.high = (low & MSTATUS_FS) === MSTATUS_FS ? high | MSTATUS_HIGH_SD : high;
}

function write(hart: Hart, value: number, mask: number): void {
  const words = hart.words;
  const old = status(hart);
  const next = (old & ~mask) | (value & mask);
  words[MSTATUS] = next;
  const changed = old ^ next;
  const isMprvUsed = ((old | next) & MSTATUS_MPRV) !== 0 && (changed & MSTATUS_MPP) !== 0;
  if ((changed & MAPPING) !== 0 || isMprvUsed) hart.publishMode();
  hart.interrupts.announce();
}

export const mstatus = csr({
  number: 0x300,
  name: 'mstatus',
  doc: 'Machine status.',
  section: '3.1.6',
  fields: MACHINE,
  read(hart) {
    read(hart, -1, MSTATUS_HIGH_XL);
  },
  write(hart, low) {
    // MPP is WARL: 2 is no privilege, and leaves what was there.
    const isReserved = (low & MSTATUS_MPP) >>> MSTATUS_MPP_SHIFT === 2;
    write(hart, low, isReserved ? MACHINE_BITS & ~MSTATUS_MPP : MACHINE_BITS);
  },
});

export const sstatus = csr({
  number: 0x100,
  name: 'sstatus',
  doc: 'Supervisor status: what S sees of mstatus.',
  section: '4.1.1',
  fields: SUPERVISOR,
  read(hart) {
    read(hart, SUPERVISOR_BITS, SSTATUS_HIGH_XL);
  },
  write(hart, low) {
    write(hart, low, SUPERVISOR_BITS);
  },
});
