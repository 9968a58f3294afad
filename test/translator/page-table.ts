/** Sv39 page tables in a machine's RAM. */

import { RAM, type Machine } from './machine.ts';

export const PTE = { V: 1, R: 2, W: 4, X: 8, U: 16, G: 32, A: 64, D: 128 } as const;
export const RW = PTE.V | PTE.R | PTE.W | PTE.A | PTE.D;
export const RX = PTE.V | PTE.R | PTE.X | PTE.A | PTE.D;
export const RWX = RW | PTE.X;

/** Where tables are made, one after another. */
const TABLES = RAM + 0x18_0000;

export class PageTable {
  readonly root: number;
  readonly #machine: Machine;
  readonly #next: { free: number };

  constructor(machine: Machine, beside?: PageTable) {
    this.#machine = machine;
    this.#next = beside === undefined ? { free: TABLES } : beside.#next;
    this.root = this.#table();
  }

  #table(): number {
    const table = this.#next.free;
    this.#next.free += 4096;
    this.#machine.load(table, new Uint8Array(4096));
    return table;
  }

  /** What to write to satp. */
  satp(asid: number): bigint {
    return (8n << 60n) | (BigInt(asid) << 44n) | BigInt(this.root / 4096);
  }

  /** Address of the entry of a virtual address at a level (0: 4 KiB, 1: 2 MiB, 2: 1 GiB). */
  entry(va: number, level = 0): number {
    let table = this.root;
    for (let at = 2; at > level; at--) {
      const address = table + 8 * (Math.floor(va / 4096 / 512 ** at) % 512);
      let pte = this.#machine.readU64(address);
      if (pte === 0n) {
        pte = (BigInt(this.#table() / 4096) << 10n) | 1n;
        this.#machine.memory.writeU64(address, pte);
      }
      table = Number(pte >> 10n) * 4096;
    }
    return table + 8 * (Math.floor(va / 4096 / 512 ** level) % 512);
  }

  map(va: number, pa: number, flags: number, { level = 0, count = 1 } = {}): void {
    const size = 4096 * 512 ** level;
    for (let i = 0; i < count; i++) {
      this.#machine.memory.writeU64(this.entry(va + i * size, level), pteOf(pa + i * size, flags));
    }
  }
}

export function pteOf(pa: number, flags: number): bigint {
  return (BigInt(Math.floor(pa / 4096)) << 10n) | BigInt(flags);
}
