/** What lower privileges get of their environment: menvcfg, senvcfg, stimecmp (3.1.18, 4.1.10, Sstc). */

import type { Hart } from '../hart.ts';
import { M, word } from '../state.ts';
import { csr, rw } from './csr.ts';

const PRIVILEGE = word('privilege');
const MENVCFG = word('menvcfg');
const MCOUNTEREN = word('mcounteren');
const STIMECMP = word('stimecmp');
const STCE_HIGH = 1 << 31;
const TM = 2;

const ENVIRONMENT = {
  FIOM: rw(0, 1, 'fences of I/O also order memory'),
  CBIE: rw(4, 2, 'no effect: there are no cache-block instructions'),
  CBCFE: rw(6, 1, 'no effect'),
  CBZE: rw(7, 1, 'no effect'),
};

export const menvcfg = csr({
  number: 0x30a,
  name: 'menvcfg',
  doc: 'Environment of S and U.',
  section: '3.1.18',
  fields: {
    ...ENVIRONMENT,
    PBMTE: rw(62, 1, 'no effect: there is no Svpbmt'),
    STCE: rw(63, 1, 'stimecmp drives STIP'),
  },
  storage: 'menvcfg',
  write(hart, low, high) {
    const mask = hart.features.sstc ? 0xc000_0000 : 0x4000_0000;
    const old = hart.words[MENVCFG + 1]!;
    hart.words[MENVCFG] = low & 0xf1;
    hart.words[MENVCFG + 1] = high & mask;
    if ((old ^ hart.words[MENVCFG + 1]!) & STCE_HIGH) hart.interrupts.rearm();
  },
});

export const senvcfg = csr({
  number: 0x10a,
  name: 'senvcfg',
  doc: 'Environment of U.',
  section: '4.1.10',
  fields: ENVIRONMENT,
  storage: 'senvcfg',
});

export const stimecmp = csr({
  number: 0x14d,
  name: 'stimecmp',
  doc: 'STIP is pending while time is at least this, if menvcfg.STCE is set.',
  section: 'Sstc, chapter 2',
  storage: 'stimecmp',
  exists: (hart) => hart.features.sstc,
  // Below M, both STCE and mcounteren.TM must be set.
  allows: (hart: Hart) =>
    hart.words[PRIVILEGE] === M ||
    ((hart.words[MENVCFG + 1]! & STCE_HIGH) !== 0 && (hart.words[MCOUNTEREN]! & TM) !== 0),
  write(hart, low, high) {
    hart.words[STIMECMP] = low;
    hart.words[STIMECMP + 1] = high;
    hart.interrupts.rearm();
    hart.interrupts.announce();
  },
});
