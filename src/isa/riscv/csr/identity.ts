/** What the hart is (Privileged Architecture 1.12, 3.1.1 to 3.1.5 and 3.1.17). */

import { misaLetters } from '../features.ts';
import type { Hart } from '../hart.ts';
import { csr, ro } from './csr.ts';

const ALL = { value: ro(0, 64, 'all bits') };
const give = (hart: Hart, value: number): void => {
  hart.low = value | 0;
  hart.high = Math.floor(value / 2 ** 32) | 0;
};

export const misa = csr({
  number: 0x301,
  name: 'misa',
  doc: 'Width and extensions. They cannot be changed: writes are ignored.',
  section: '3.1.1',
  fields: { Extensions: ro(0, 26, 'one bit for each letter'), MXL: ro(62, 2, '2: 64 bits') },
  read(hart) {
    hart.low = misaLetters(hart.features);
    hart.high = 2 << 30;
  },
  write() {},
});
export const mvendorid = csr({
  number: 0xf11,
  name: 'mvendorid',
  doc: 'Vendor: 0, none.',
  section: '3.1.2',
  fields: ALL,
  read: (hart) => give(hart, hart.features.mvendorid),
});
export const marchid = csr({
  number: 0xf12,
  name: 'marchid',
  doc: 'Microarchitecture: the version of the machine that is imitated.',
  section: '3.1.3',
  fields: ALL,
  read: (hart) => give(hart, hart.features.marchid),
});
export const mimpid = csr({
  number: 0xf13,
  name: 'mimpid',
  doc: 'Implementation: the version of the machine that is imitated.',
  section: '3.1.4',
  fields: ALL,
  read: (hart) => give(hart, hart.features.mimpid),
});
export const mhartid = csr({
  number: 0xf14,
  name: 'mhartid',
  doc: 'Number of the hart.',
  section: '3.1.5',
  fields: ALL,
  read: (hart) => give(hart, hart.hartId),
});
export const mconfigptr = csr({
  number: 0xf15,
  name: 'mconfigptr',
  doc: 'Address of a configuration structure: 0, none.',
  section: '3.1.17',
  fields: ALL,
  read: (hart) => give(hart, 0),
});
