/** Pending, enabled and delegated interrupts (Privileged Architecture 1.12, 3.1.8, 3.1.9, 4.1.3). */

import type { Hart } from '../hart.ts';
import { MEIP, MSIP, MTIP, SEIP } from '../../../mem/interrupts.ts';
import { MACHINE_INTERRUPTS, SSIP, STIP, SUPERVISOR_INTERRUPTS } from '../interrupts.ts';
import { word } from '../state.ts';
import { csr, ro, rw, type CsrField } from './csr.ts';

const SOFTWARE = word('mipSoftware');
const MIE = word('mie');
const MIDELEG = word('mideleg');
const MENVCFG_HIGH = word('menvcfg') + 1;

const ALL = SUPERVISOR_INTERRUPTS | MACHINE_INTERRUPTS;

const supervisor = (field: typeof rw): Record<string, CsrField> => ({
  SSI: field(SSIP, 1, 'supervisor software'),
  STI: field(STIP, 1, 'supervisor timer'),
  SEI: field(SEIP, 1, 'supervisor external'),
});
const machine = (field: typeof rw): Record<string, CsrField> => ({
  MSI: field(MSIP, 1, 'machine software'),
  MTI: field(MTIP, 1, 'machine timer'),
  MEI: field(MEIP, 1, 'machine external'),
});

const announce = (hart: Hart): void => {
  hart.interrupts.announce();
};

/** Changes bits that software and other harts set: never all at once. */
function updateSoftware(hart: Hart, mask: number, clear: number, set: number): void {
  Atomics.and(hart.words, SOFTWARE, ~(clear & mask));
  Atomics.or(hart.words, SOFTWARE, set & mask);
  hart.interrupts.announce();
}

const ownOf = (hart: Hart): number => hart.words[MIDELEG]! & (1 << SSIP);

/** 3.1.9: STIP is read-only while stimecmp drives it (Sstc, 2.1). */
function writable(hart: Hart): number {
  return hart.words[MENVCFG_HIGH]! < 0 ? SUPERVISOR_INTERRUPTS & ~(1 << STIP) : SUPERVISOR_INTERRUPTS;
}

function readPending(hart: Hart, mask: number): void {
  hart.interrupts.refreshTimer();
  hart.low = hart.interrupts.pending() & mask;
  hart.high = 0;
}

export const mip = csr({
  number: 0x344,
  name: 'mip',
  doc: 'Pending interrupts.',
  section: '3.1.9',
  fields: { ...supervisor(rw), ...machine(ro) },
  read(hart) {
    readPending(hart, ALL);
  },
  // 3.1.9: only the software bit of SEIP takes part in a read-modify-write.
  update: (hart, clear, set) => updateSoftware(hart, writable(hart), clear, set),
  write: (hart, low) => updateSoftware(hart, writable(hart), ~low, low),
});

export const mie = csr({
  number: 0x304,
  name: 'mie',
  doc: 'Enabled interrupts.',
  section: '3.1.9',
  fields: { ...supervisor(rw), ...machine(rw) },
  storage: 'mie',
  wrote: announce,
});

export const mideleg = csr({
  number: 0x303,
  name: 'mideleg',
  doc: 'Interrupts that are taken in S.',
  section: '3.1.8',
  fields: supervisor(rw),
  storage: 'mideleg',
  wrote: announce,
});

export const sip = csr({
  number: 0x144,
  name: 'sip',
  doc: 'Pending interrupts of S. Of them S can only write SSIP.',
  section: '4.1.3',
  fields: { ...supervisor(ro), SSI: rw(SSIP, 1, 'supervisor software') },
  read(hart) {
    readPending(hart, hart.words[MIDELEG]!);
  },
  update: (hart, clear, set) => updateSoftware(hart, ownOf(hart), clear, set),
  write: (hart, low) => updateSoftware(hart, ownOf(hart), ~low, low),
});

export const sie = csr({
  number: 0x104,
  name: 'sie',
  doc: 'Enabled interrupts of S.',
  section: '4.1.3',
  fields: supervisor(rw),
  read(hart) {
    hart.low = hart.words[MIE]! & hart.words[MIDELEG]!;
    hart.high = 0;
  },
  write(hart, low) {
    const mask = hart.words[MIDELEG]! & SUPERVISOR_INTERRUPTS;
    hart.words[MIE] = (hart.words[MIE]! & ~mask) | (low & mask);
    hart.interrupts.announce();
  },
});
