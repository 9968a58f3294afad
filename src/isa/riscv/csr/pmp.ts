/** pmpcfg0, pmpcfg2 and pmpaddr0 to pmpaddr15 (Privileged Architecture 1.12, 3.7.1). */

import type { Hart } from '../hart.ts';
import { PMP_ENTRIES } from '../pmp.ts';
import { word } from '../state.ts';
import { csr, rw, type Csr } from './csr.ts';

const PMPADDR = word('pmpaddr');
/** pmpaddr holds bits 55 to 2 of an address. */
const HIGH_BITS = 0x3f_ffff;

const exists = (hart: Hart): boolean => hart.features.pmp;

function changed(hart: Hart): void {
  hart.pmp.decode();
  hart.contexts.flushAll();
}

/** On RV64 the odd-numbered ones do not exist, and each even one holds eight entries. */
function configuration(number: number): Csr {
  const first = 4 * number;
  const fields = Object.fromEntries(
    Array.from({ length: 8 }, (_, i) => [`pmp${first + i}cfg`, rw(8 * i, 8, 'L, A, X, W, R of the entry')]),
  );
  return csr({
    number: 0x3a0 + number,
    name: `pmpcfg${number}`,
    doc: `Configuration of PMP entries ${first} to ${first + 7}.`,
    section: '3.7.1',
    fields,
    exists,
    read(hart) {
      hart.low = hart.pmp.readConfiguration(first);
      hart.high = hart.pmp.readConfiguration(first + 4);
    },
    write(hart, low, high) {
      hart.pmp.writeConfiguration(first, low);
      hart.pmp.writeConfiguration(first + 4, high);
      changed(hart);
    },
  });
}

function address(entry: number): Csr {
  const at = PMPADDR + 2 * entry;
  return csr({
    number: 0x3b0 + entry,
    name: `pmpaddr${entry}`,
    doc: `Address of PMP entry ${entry}.`,
    section: '3.7.1',
    fields: { address: rw(0, 54, 'bits 55 to 2') },
    storage: 'pmpaddr',
    index: entry,
    exists,
    write(hart, low, high) {
      if (!hart.pmp.canWriteAddress(entry)) return;
      hart.words[at] = low;
      hart.words[at + 1] = high & HIGH_BITS;
      changed(hart);
    },
  });
}

export const pmpcfg0 = configuration(0);
export const pmpcfg2 = configuration(2);
export const pmpaddr: readonly Csr[] = Array.from({ length: PMP_ENTRIES }, (_, entry) => address(entry));
