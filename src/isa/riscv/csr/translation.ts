/** satp (Privileged Architecture 1.12, 4.1.11). */

import { isTranslationMode } from '../mmu.ts';
import { S, word } from '../state.ts';
import { MSTATUS_TVM } from '../status.ts';
import { csr, rw } from './csr.ts';

const SATP = word('satp');
const PRIVILEGE = word('privilege');
const MSTATUS = word('mstatus');

export const satp = csr({
  number: 0x180,
  name: 'satp',
  doc: 'Root page table and mode of address translation. Writing it flushes nothing.',
  section: '4.1.11',
  fields: {
    PPN: rw(0, 44, 'page of the root page table'),
    ASID: rw(44, 16, 'address space'),
    MODE: rw(60, 4, '0 bare, 8 Sv39, 9 Sv48, 10 Sv57; a write of any other mode is ignored'),
  },
  storage: 'satp',
  // 3.1.6.5: TVM makes it illegal in S.
  allows: (hart) => hart.words[PRIVILEGE] !== S || (hart.words[MSTATUS]! & MSTATUS_TVM) === 0,
  write(hart, low, high) {
    if (!hart.features.mmu || !isTranslationMode(high >>> 28)) return;
    if (hart.words[SATP] === low && hart.words[SATP + 1] === high) return;
    hart.words[SATP] = low;
    hart.words[SATP + 1] = high;
    hart.publishMode();
  },
});
