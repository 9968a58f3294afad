/**
 * Address translation: bare, Sv39, Sv48 and Sv57 (Privileged Architecture 1.12, 4.3.2 and 4.4 to
 * 4.6). Accessed and dirty bits are set by the hart. Svpbmt and Svnapot are off, so their bits are
 * reserved. Physical addresses are numbers; from 2^53 on they are rounded, but nothing answers there.
 */

import type { AddressSpace } from '../../mem/address-space.ts';
import type { Access, Translation } from '../../mem/cpu.ts';
import type { Hart } from './hart.ts';
import { dataPrivilege } from './mode.ts';
import { PMP_MIXED, PMP_R, PMP_W, PMP_X } from './pmp.ts';
import { M, S, U, word } from './state.ts';
import { MSTATUS_MXR, MSTATUS_SUM } from './status.ts';
import { FETCH_ACCESS, FETCH_PAGE, LOAD_ACCESS, LOAD_PAGE, STORE_ACCESS, STORE_PAGE } from './traps.ts';

/** Bits of a page-table entry (4.4.1, figure 4.18). */
const PTE_V = 1;
const PTE_R = 2;
const PTE_W = 4;
const PTE_X = 8;
const PTE_U = 16;
const PTE_A = 64;
const PTE_D = 128;
/** Low half without G and the two bits that are software's. */
const PTE_DECIDES = ~0x320;
/** High half: PPN bits; all above are reserved, or of Svpbmt and Svnapot. */
const PTE_PPN_HIGH = 0x3f_ffff;

const PRIVILEGE = word('privilege');
const MSTATUS = word('mstatus');
const SATP = word('satp');

/** Modes of satp (4.1.11, table 4.4). */
export const BARE = 0;
export const SV39 = 8;
export const SV57 = 10;

/** Whether a mode of satp is one that there is. */
export const isTranslationMode = (mode: number): boolean => mode === BARE || (mode >= SV39 && mode <= SV57);

/** What `walk` found. */
const OK = 0;
const PAGE_FAULT = 1;
const ACCESS_FAULT = 2;

const NEED: Record<Access, number> = { fetch: PMP_X, load: PMP_R, store: PMP_W };
const PAGE_CAUSE: Record<Access, number> = { fetch: FETCH_PAGE, load: LOAD_PAGE, store: STORE_PAGE };
export const ACCESS_CAUSE: Record<Access, number> = {
  fetch: FETCH_ACCESS,
  load: LOAD_ACCESS,
  store: STORE_ACCESS,
};

/** How a hart's addresses become those of its address space. */
export interface AddressTranslation {
  readonly translation: Translation;
  /** Fills `translation` and returns -1, or returns the cause of the exception to raise. */
  translate(low: number, high: number, access: Access, size: number): number;
  /** See GuestCpu.extend. */
  extend(): void;
}

export class Mmu implements AddressTranslation {
  readonly translation: Translation = {
    physical: 0,
    pageSize: 4096,
    permissions: 0,
    isUniform: true,
    before: 0,
    after: 0,
  };
  readonly #hart: Hart;
  readonly #words: Int32Array;
  readonly #space: AddressSpace;
  readonly #ram: Int32Array;
  /** What the page-table entry permits, before PMP. */
  #permissions = 0;
  /** Where the leaf entry of the last translation lies in the memory, and its address; -1 without one. */
  #leaf = -1;
  #leafAddress = -1;

  constructor(hart: Hart, space: AddressSpace, memory: WebAssembly.Memory) {
    this.#hart = hart;
    this.#words = hart.words;
    this.#space = space;
    this.#ram = new Int32Array(memory.buffer);
  }

  /** Fills `translation` and returns -1, or returns the cause of the exception to raise. */
  translate(low: number, high: number, access: Access, size: number): number {
    const words = this.#words;
    const privilege = access === 'fetch' ? words[PRIVILEGE]! : dataPrivilege(words);
    const translation = this.translation;
    const satpMode = words[SATP + 1]! >>> 28;
    if (privilege === M || satpMode === BARE) {
      translation.physical = (high >>> 0) * 2 ** 32 + (low >>> 0);
      translation.pageSize = 4096;
      this.#leaf = -1;
      this.#permissions = PMP_R | PMP_W | PMP_X;
    } else {
      const found = this.#walk(low, high, access, privilege, satpMode);
      if (found !== OK) return found === PAGE_FAULT ? PAGE_CAUSE[access] : ACCESS_CAUSE[access];
    }
    return this.#protect(access, size, privilege);
  }

  /** PMP for the access itself (3.7): it applies to physical addresses, whatever maps to them. */
  #protect(access: Access, size: number, privilege: number): number {
    const translation = this.translation;
    const physical = translation.physical;
    if (physical >= 2 ** 53) return ACCESS_CAUSE[access];
    const rights = this.#hart.pmp.page(physical - (physical % 4096), privilege);
    if (rights === PMP_MIXED) {
      translation.isUniform = false;
      translation.permissions = this.#permissions;
      return this.#hart.pmp.allows(physical, size, NEED[access], privilege) ? -1 : ACCESS_CAUSE[access];
    }
    translation.isUniform = true;
    translation.permissions = this.#permissions & rights;
    return (rights & NEED[access]) !== 0 ? -1 : ACCESS_CAUSE[access];
  }

  #walk(low: number, high: number, access: Access, privilege: number, satpMode: number): number {
    // 4.4.1, 4.5.1, 4.6.1: all bits above the highest translated one must equal it.
    const spare = 25 - 9 * (satpMode - SV39);
    if ((high << spare) >> spare !== high) return PAGE_FAULT;
    const words = this.#words;
    const ram = this.#ram;
    let base = ((words[SATP + 1]! & 0xfff) * 2 ** 32 + (words[SATP]! >>> 0)) * 4096;
    for (let level = satpMode - SV39 + 2; level >= 0; level--) {
      const address = base + 8 * indexAt(low, high, level);
      // The walk's own accesses are those of supervisor mode (3.7.1).
      if (!this.#hart.pmp.allows(address, 8, PMP_R, S)) return ACCESS_FAULT;
      const host = this.#space.ramOffset(address);
      if (host < 0) return ACCESS_FAULT;
      for (;;) {
        const pte = ram[host / 4]!;
        const pteHigh = ram[host / 4 + 1]!;
        if ((pte & PTE_V) === 0 || (pte & (PTE_R | PTE_W)) === PTE_W) return PAGE_FAULT;
        if ((pteHigh & ~PTE_PPN_HIGH) !== 0) return PAGE_FAULT;
        if ((pte & (PTE_R | PTE_W | PTE_X)) === 0) {
          // 4.3.1: A, D and U of a pointer to the next level are reserved.
          if ((pte & (PTE_A | PTE_D | PTE_U)) !== 0) return PAGE_FAULT;
          base = ((pteHigh & PTE_PPN_HIGH) * 2 ** 22 + (pte >>> 10)) * 4096;
          break;
        }
        if (!this.#permits(pte, access, privilege) || isMisaligned(pte, pteHigh, level)) return PAGE_FAULT;
        const marked = pte | PTE_A | (access === 'store' ? PTE_D : 0);
        if (marked !== pte) {
          if (!this.#hart.pmp.allows(address, 8, PMP_W, S)) return ACCESS_FAULT;
          // Another hart may be changing the entry: look again unless it is still the one read.
          if (Atomics.compareExchange(ram, host / 4, pte, marked) !== pte) continue;
          if (ram[host / 4 + 1]! !== pteHigh) continue;
        }
        this.#leaf = host;
        this.#leafAddress = address;
        this.#found(low, high, marked, pteHigh, level, privilege);
        return OK;
      }
    }
    return PAGE_FAULT;
  }

  /**
   * See GuestCpu.extend. The leaf entry's neighbours in its table are translated, too: that may be done
   * at any time, if it sets no dirty bit and raises nothing (4.3.2).
   */
  extend(): void {
    const translation = this.translation;
    const { physical, pageSize } = translation;
    const page = physical - (physical % 4096);
    const { pmp } = this.#hart;
    pmp.around(page);
    let first = Math.ceil(pmp.first / 4096) * 4096;
    let end = Math.floor(pmp.end / 4096) * 4096;
    if (this.#leaf >= 0) {
      const leaf = physical - (physical % pageSize);
      first = Math.max(first, leaf - pageSize * this.#alike(-1));
      end = Math.min(end, leaf + pageSize * (1 + this.#alike(1)));
    }
    translation.before = page - first;
    translation.after = end - page - 4096;
  }

  /**
   * How many entries before (step -1) or after the leaf (step 1) map what comes next in the same way.
   * Stays in one half of the table: between those of the first level lie addresses that are not translated.
   */
  #alike(step: number): number {
    const ram = this.#ram;
    const leaf = this.#leaf / 4;
    const high = ram[leaf + 1]!;
    const next = step * (this.translation.pageSize / 4096) * 2 ** 10;
    const index = (leaf >> 1) & 255;
    const most = step > 0 ? 255 - index : index;
    const table = this.#leafAddress - (this.#leafAddress % 4096);
    if (this.translation.pageSize > 2 ** 30 || !this.#hart.pmp.allows(table, 4096, PMP_R, S)) return 0;
    let expected = ram[leaf]! & PTE_DECIDES;
    for (let count = 0; count < most; count++) {
      const before = expected;
      expected = (expected + next) | 0;
      // Past the end of the low half of page numbers.
      if (expected >>> 0 < before >>> 0 !== step < 0) return count;
      const at = leaf + 2 * step * (count + 1);
      if ((ram[at]! & PTE_DECIDES) !== expected || ram[at + 1] !== high) return count;
    }
    return most;
  }

  /** 4.3.2, step 5. */
  #permits(pte: number, access: Access, privilege: number): boolean {
    const status = this.#words[MSTATUS]!;
    if ((pte & PTE_U) === 0) {
      if (privilege === U) return false;
    } else if (privilege === S && (access === 'fetch' || (status & MSTATUS_SUM) === 0)) return false;
    if (access === 'fetch') return (pte & PTE_X) !== 0;
    if (access === 'store') return (pte & PTE_W) !== 0;
    return (pte & PTE_R) !== 0 || ((pte & PTE_X) !== 0 && (status & MSTATUS_MXR) !== 0);
  }

  #found(low: number, high: number, pte: number, pteHigh: number, level: number, privilege: number): void {
    const translation = this.translation;
    const page = ((pteHigh & PTE_PPN_HIGH) * 2 ** 22 + (pte >>> 10)) * 4096;
    translation.pageSize = 4096 * 512 ** level;
    let offset = low & 0xfff;
    if (level === 1) offset = low & 0x1f_ffff;
    else if (level === 2) offset = low & 0x3fff_ffff;
    else if (level === 3) offset = (high & 0x7f) * 2 ** 32 + (low >>> 0);
    else if (level === 4) offset = (high & 0xffff) * 2 ** 32 + (low >>> 0);
    translation.physical = page + offset;
    let permissions = 0;
    if (this.#permits(pte, 'load', privilege)) permissions |= PMP_R;
    // Without D the next store must come here again.
    if ((pte & PTE_D) !== 0 && this.#permits(pte, 'store', privilege)) permissions |= PMP_W;
    // Under MPRV only data goes through the page tables.
    if (privilege === this.#words[PRIVILEGE] && this.#permits(pte, 'fetch', privilege)) permissions |= PMP_X;
    this.#permissions = permissions;
  }
}

/** Virtual page number field of a level (figures 4.16, 4.20 and 4.23). */
function indexAt(low: number, high: number, level: number): number {
  switch (level) {
    case 0:
      return (low >>> 12) & 0x1ff;
    case 1:
      return (low >>> 21) & 0x1ff;
    case 2:
      return (low >>> 30) | ((high << 2) & 0x1fc);
    case 3:
      return (high >>> 7) & 0x1ff;
    default:
      return (high >>> 16) & 0x1ff;
  }
}

/** 4.3.2, step 6: the low page-number fields of a superpage must be 0. */
function isMisaligned(pte: number, pteHigh: number, level: number): boolean {
  switch (level) {
    case 0:
      return false;
    case 1:
      return (pte >>> 10) % 0x200 !== 0;
    case 2:
      return (pte >>> 10) % 0x4_0000 !== 0;
    case 3:
      return pte >>> 10 !== 0 || (pteHigh & 0x1f) !== 0;
    default:
      return pte >>> 10 !== 0 || (pteHigh & 0x3fff) !== 0;
  }
}
