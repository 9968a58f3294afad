import type { AddressTranslation } from '../../isa/riscv/mmu.ts';
import { FETCH_PAGE, LOAD_PAGE, STORE_PAGE } from '../../isa/riscv/traps.ts';
import type { Access, Translation } from '../../mem/cpu.ts';
import { BEYOND, PAGE, PROT, PROT_EXEC, PROT_READ, PROT_WRITE, type PageTable } from './pages.ts';

const NEED: Readonly<Record<Access, number>> = { fetch: PROT_EXEC, load: PROT_READ, store: PROT_WRITE };
const CAUSE: Readonly<Record<Access, number>> = { fetch: FETCH_PAGE, load: LOAD_PAGE, store: STORE_PAGE };

/** A process's addresses as the CPU's: physical addresses are the same, permissions are the page table's. */
export class WindowTranslation implements AddressTranslation {
  readonly translation: Translation = {
    physical: 0,
    pageSize: PAGE,
    permissions: 0,
    isUniform: true,
    before: 0,
    after: 0,
  };
  readonly #pages: PageTable;

  constructor(pages: PageTable) {
    this.#pages = pages;
  }

  translate(low: number, high: number, access: Access): number {
    const page = low >>> 12;
    if (high !== 0 || page >= this.#pages.count) return CAUSE[access];
    const flags = this.#pages.flags[page]!;
    if ((flags & (NEED[access] | BEYOND)) !== NEED[access]) return CAUSE[access];
    this.translation.physical = low >>> 0;
    this.translation.permissions = flags & PROT;
    return -1;
  }

  /** Nobody looks for what is mapped like a page: no access goes through a segment. */
  extend(): void {}
}
