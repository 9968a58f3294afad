/**
 * Counters: cycle and instret, which both count retired instructions, time, and programmable ones
 * that count nothing (Privileged Architecture 1.12, 3.1.10 to 3.1.12, 4.1.5; Unprivileged ISA,
 * chapter 10).
 */

import type { Hart } from '../hart.ts';
import { M, U, word } from '../state.ts';
import { csr, ro, rw, type Csr } from './csr.ts';

const PRIVILEGE = word('privilege');
const MCOUNTEREN = word('mcounteren');
const SCOUNTEREN = word('scounteren');
const MCOUNTINHIBIT = word('mcountinhibit');
const MCYCLE = word('mcycle');
const MINSTRET = word('minstret');
const MHPMCOUNTER = word('mhpmcounter');

const CY = 0;
const TM = 1;
const IR = 2;
const FIRST_PROGRAMMABLE = 3;
const COUNTERS = 32;

/** 64-bit sum of a stored word pair and a number below 2^53. */
function addTo(hart: Hart, at: number, count: number): void {
  const low = (hart.words[at]! >>> 0) + (count % 2 ** 32);
  hart.low = low | 0;
  hart.high = (hart.words[at + 1]! + Math.floor(count / 2 ** 32) + (low >= 2 ** 32 ? 1 : 0)) | 0;
}

/** Stores a 64-bit value less a number below 2^53. */
function storeLess(hart: Hart, at: number, low: number, high: number, count: number): void {
  const difference = (low >>> 0) - (count % 2 ** 32);
  hart.words[at] = difference | 0;
  hart.words[at + 1] = (high - Math.floor(count / 2 ** 32) - (difference < 0 ? 1 : 0)) | 0;
}

/** A running counter stores what it is ahead of the retired instructions; an inhibited one its value. */
function readCounter(hart: Hart, at: number, bit: number): void {
  const isInhibited = (hart.words[MCOUNTINHIBIT]! & (1 << bit)) !== 0;
  addTo(hart, at, isInhibited ? 0 : hart.retired());
}

function writeCounter(hart: Hart, at: number, bit: number, low: number, high: number): void {
  const isInhibited = (hart.words[MCOUNTINHIBIT]! & (1 << bit)) !== 0;
  // The writing instruction itself is not counted any more (3.1.10).
  storeLess(hart, at, low, high, isInhibited ? 0 : hart.retired() + 1);
}

/** 3.1.11 and 4.1.5: counter-enable bits for S and U. */
function isEnabled(hart: Hart, bit: number): boolean {
  const words = hart.words;
  const privilege = words[PRIVILEGE]!;
  if (privilege === M) return true;
  if (((words[MCOUNTEREN]! >>> bit) & 1) === 0) return false;
  return privilege !== U || ((words[SCOUNTEREN]! >>> bit) & 1) !== 0;
}

const VALUE = { value: rw(0, 64, 'all bits') };
const SHADOW = { value: ro(0, 64, 'all bits') };
const ENABLES = {
  CY: rw(CY, 1, 'cycle'),
  TM: rw(TM, 1, 'time'),
  IR: rw(IR, 1, 'instret'),
  HPM: rw(FIRST_PROGRAMMABLE, 29, 'hpmcounter3 to hpmcounter31'),
};

function counter(machineNumber: number, machineName: string, bit: number, at: number, doc: string): Csr {
  return csr({
    number: machineNumber,
    name: machineName,
    doc,
    section: '3.1.10',
    fields: VALUE,
    read: (hart) => readCounter(hart, at, bit),
    write: (hart, low, high) => writeCounter(hart, at, bit, low, high),
  });
}

function shadow(number: number, name: string, bit: number, at: number, doc: string): Csr {
  return csr({
    number,
    name,
    doc,
    section: 'Unprivileged ISA, chapter 10',
    fields: SHADOW,
    allows: (hart) => isEnabled(hart, bit),
    read: (hart) => readCounter(hart, at, bit),
  });
}

export const mcycle = counter(0xb00, 'mcycle', CY, MCYCLE, 'Cycles: one for each instruction.');
export const minstret = counter(0xb02, 'minstret', IR, MINSTRET, 'Instructions retired.');
export const cycle = shadow(0xc00, 'cycle', CY, MCYCLE, 'mcycle, read-only.');
export const instret = shadow(0xc02, 'instret', IR, MINSTRET, 'minstret, read-only.');

export const time = csr({
  number: 0xc01,
  name: 'time',
  doc: 'The machine timer, mtime.',
  section: 'Unprivileged ISA, 10.1',
  fields: SHADOW,
  allows: (hart) => isEnabled(hart, TM),
  read(hart) {
    const now = hart.timer.now();
    hart.low = now | 0;
    hart.high = Math.floor(now / 2 ** 32) | 0;
  },
});

export const mcounteren = csr({
  number: 0x306,
  name: 'mcounteren',
  doc: 'Counters that S may read.',
  section: '3.1.11',
  fields: ENABLES,
  storage: 'mcounteren',
});
export const scounteren = csr({
  number: 0x106,
  name: 'scounteren',
  doc: 'Counters that U may read.',
  section: '4.1.5',
  fields: ENABLES,
  storage: 'scounteren',
});

export const mcountinhibit = csr({
  number: 0x320,
  name: 'mcountinhibit',
  doc: 'Counters that stand still.',
  section: '3.1.12',
  fields: { ...ENABLES, TM: ro(TM, 1, 'time cannot be stopped') },
  storage: 'mcountinhibit',
  write(hart, low) {
    const next = low & ~(1 << TM);
    move(hart, MCYCLE, CY, next);
    move(hart, MINSTRET, IR, next);
    hart.words[MCOUNTINHIBIT] = next;
  },
});

/** Keeps a counter's value when it starts or stops. */
function move(hart: Hart, at: number, bit: number, next: number): void {
  if (((hart.words[MCOUNTINHIBIT]! ^ next) & (1 << bit)) === 0) return;
  readCounter(hart, at, bit);
  const runs = (next & (1 << bit)) === 0;
  storeLess(hart, at, hart.low, hart.high, runs ? hart.retired() + 1 : 0);
}

const programmable = Array.from({ length: COUNTERS - FIRST_PROGRAMMABLE }, (_, i) => FIRST_PROGRAMMABLE + i);
const isThere = (hart: Hart, n: number): boolean => n < FIRST_PROGRAMMABLE + hart.features['pmu-num'];

export const mhpmcounter: readonly Csr[] = programmable.map((n) =>
  csr({
    number: 0xb00 + n,
    name: `mhpmcounter${n}`,
    doc: 'A programmable counter: keeps what is written.',
    section: '3.1.10',
    storage: 'mhpmcounter',
    index: n,
    exists: (hart) => isThere(hart, n),
  }),
);
export const hpmcounter: readonly Csr[] = programmable.map((n) =>
  csr({
    number: 0xc00 + n,
    name: `hpmcounter${n}`,
    doc: `mhpmcounter${n}, read-only.`,
    section: 'Unprivileged ISA, 10.3',
    fields: SHADOW,
    exists: (hart) => isThere(hart, n),
    allows: (hart) => isEnabled(hart, n),
    read: (hart) => addTo(hart, MHPMCOUNTER + 2 * n, 0),
  }),
);
export const mhpmevent: readonly Csr[] = programmable.map((n) =>
  csr({
    number: 0x320 + n,
    name: `mhpmevent${n}`,
    doc: `What mhpmcounter${n} counts: nothing, whatever it holds.`,
    section: '3.1.10',
    storage: 'mhpmevent',
    index: n,
  }),
);
