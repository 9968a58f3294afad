/** Where traps go and what they leave (Privileged Architecture 1.12, 3.1.7, 3.1.8, 3.1.13 to 3.1.16, 4.1.2 to 4.1.9). */

import type { Hart } from '../hart.ts';
import { word, type RiscvState } from '../state.ts';
import { csr, rw } from './csr.ts';

type StateField = keyof typeof RiscvState.offsetOf;

/** A trap vector: a write of a reserved MODE is ignored. */
function vector(field: StateField) {
  const at = word(field);
  return (hart: Hart, low: number, high: number): void => {
    if ((low & 3) > 1) {
      hart.log.guestError(`${field}: mode ${low & 3} is reserved, so the write is ignored`);
      return;
    }
    hart.words[at] = low;
    hart.words[at + 1] = high;
  };
}

/** An exception's pc: bits below the smallest instruction are 0 (3.1.14). */
function exceptionPc(field: StateField) {
  const at = word(field);
  return (hart: Hart, low: number, high: number): void => {
    hart.words[at] = low & hart.pcMask;
    hart.words[at + 1] = high;
  };
}

const VECTOR = { BASE: rw(2, 62, 'address / 4'), MODE: rw(0, 2, '0 direct, 1 vectored') };
const CAUSE = { Interrupt: rw(63, 1, 'an interrupt'), code: rw(0, 63, 'which one') };

export const mtvec = csr({
  number: 0x305,
  name: 'mtvec',
  doc: 'Where traps into M go.',
  section: '3.1.7',
  fields: VECTOR,
  storage: 'mtvec',
  write: vector('mtvec'),
});
export const medeleg = csr({
  number: 0x302,
  name: 'medeleg',
  doc: 'Exceptions that are taken in S.',
  section: '3.1.8',
  // Environment calls from M (11) never are; 10 and 14 are reserved.
  fields: {
    low: rw(0, 10, 'misaligned, access, illegal, breakpoint, calls from U and S'),
    fetch: rw(12, 1, 'instruction page fault'),
    load: rw(13, 1, 'load page fault'),
    store: rw(15, 1, 'store page fault'),
  },
  storage: 'medeleg',
});
export const mscratch = csr({
  number: 0x340,
  name: 'mscratch',
  doc: 'Scratch register for handlers in M.',
  section: '3.1.13',
  storage: 'mscratch',
});
export const mepc = csr({
  number: 0x341,
  name: 'mepc',
  doc: 'pc of the instruction that trapped into M.',
  section: '3.1.14',
  storage: 'mepc',
  write: exceptionPc('mepc'),
});
export const mcause = csr({
  number: 0x342,
  name: 'mcause',
  doc: 'Cause of the trap into M.',
  section: '3.1.15',
  fields: CAUSE,
  storage: 'mcause',
});
export const mtval = csr({
  number: 0x343,
  name: 'mtval',
  doc: 'Address or instruction of the trap into M.',
  section: '3.1.16',
  storage: 'mtval',
});

export const stvec = csr({
  number: 0x105,
  name: 'stvec',
  doc: 'Where traps into S go.',
  section: '4.1.2',
  fields: VECTOR,
  storage: 'stvec',
  write: vector('stvec'),
});
export const sscratch = csr({
  number: 0x140,
  name: 'sscratch',
  doc: 'Scratch register for handlers in S.',
  section: '4.1.6',
  storage: 'sscratch',
});
export const sepc = csr({
  number: 0x141,
  name: 'sepc',
  doc: 'pc of the instruction that trapped into S.',
  section: '4.1.7',
  storage: 'sepc',
  write: exceptionPc('sepc'),
});
export const scause = csr({
  number: 0x142,
  name: 'scause',
  doc: 'Cause of the trap into S.',
  section: '4.1.8',
  fields: CAUSE,
  storage: 'scause',
});
export const stval = csr({
  number: 0x143,
  name: 'stval',
  doc: 'Address or instruction of the trap into S.',
  section: '4.1.9',
  storage: 'stval',
});
