import type { AddressSpace } from '../../mem/address-space.ts';
import type { Mapping, PageTables } from '../../mem/page-tables.ts';
import { dataPrivilege } from './mode.ts';
import { BARE, SV39, SV57 } from './mmu.ts';
import { M, word } from './state.ts';

const SATP = word('satp');

/** Bits of an entry (Privileged Architecture 1.12, 4.4.1) by the letters that listings have for them. */
const LETTERS: readonly (readonly [letter: string, bit: bigint])[] = [
  ['r', 2n],
  ['w', 4n],
  ['x', 8n],
  ['u', 16n],
  ['g', 32n],
  ['a', 64n],
  ['d', 128n],
];
const VALID = 1n;
const LEAF = 0b1110n;
const PPN_MASK = (1n << 44n) - 1n;
const ENTRIES = 512;

/** An entry that maps something: where, and how much. */
interface Leaf {
  readonly virtual: bigint;
  readonly entry: bigint;
  readonly level: number;
}

/** Sv39, Sv48 and Sv57 page tables, read from shared memory while their hart may be running. */
export class RiscvPageTables implements PageTables {
  readonly #words: Int32Array;
  readonly #space: AddressSpace;
  readonly #memory: DataView;

  /** `words` is the hart's state. */
  constructor(words: Int32Array, space: AddressSpace, memory: WebAssembly.Memory) {
    this.#words = words;
    this.#space = space;
    this.#memory = new DataView(memory.buffer);
  }

  get isOn(): boolean {
    return this.#levels > 0;
  }

  translate(virtual: bigint): number | undefined {
    const levels = this.#levels;
    if (levels === 0 || dataPrivilege(this.#words) === M) return Number(virtual);
    if (BigInt.asIntN(9 * levels + 12, virtual) !== BigInt.asIntN(64, virtual)) return undefined;
    let table = this.#root;
    for (let level = levels - 1; level >= 0; level--) {
      const entry = this.#entry(table, Number((virtual >> BigInt(12 + 9 * level)) & 511n));
      if ((entry & VALID) === 0n) return undefined;
      if ((entry & LEAF) !== 0n) return physicalOf(entry) + Number(BigInt.asUintN(12 + 9 * level, virtual));
      table = physicalOf(entry);
    }
    return undefined;
  }

  /** Neighbours that lead to neighbours with the same rights are one. */
  *mappings(): Iterable<Mapping> {
    let last: Mapping | undefined;
    for (const { virtual, entry, level } of this.#leaves(this.#root, this.#levels - 1, 0n)) {
      const next = {
        virtual,
        physical: physicalOf(entry),
        size: 4096 * ENTRIES ** level,
        attributes: lettersOf(entry),
      };
      if (last !== undefined && continues(last, next)) {
        last = { ...last, size: last.size + next.size };
        continue;
      }
      if (last !== undefined) yield last;
      last = next;
    }
    if (last !== undefined) yield last;
  }

  *#leaves(table: number, level: number, base: bigint): Iterable<Leaf> {
    if (level < 0) return;
    const bits = 12 + 9 * level;
    const isTop = level === this.#levels - 1;
    for (let index = 0; index < ENTRIES; index++) {
      const entry = this.#entry(table, index);
      if ((entry & VALID) === 0n) continue;
      const below = base + (BigInt(index) << BigInt(bits));
      // Addresses of the upper half have all higher bits set.
      const virtual = isTop ? BigInt.asUintN(64, BigInt.asIntN(bits + 9, below)) : below;
      if ((entry & LEAF) !== 0n) yield { virtual, entry, level };
      else yield* this.#leaves(physicalOf(entry), level - 1, virtual);
    }
  }

  /** Levels of the tables in use; 0 if translation is off. */
  get #levels(): number {
    const mode = this.#words[SATP + 1]! >>> 28;
    return mode === BARE || mode < SV39 || mode > SV57 ? 0 : mode - SV39 + 3;
  }

  get #root(): number {
    const words = this.#words;
    return ((words[SATP + 1]! & 0xfff) * 2 ** 32 + (words[SATP]! >>> 0)) * 4096;
  }

  #entry(table: number, index: number): bigint {
    const host = this.#space.ramOffset(table + 8 * index);
    return host < 0 ? 0n : this.#memory.getBigUint64(host, true);
  }
}

const physicalOf = (entry: bigint): number => Number((entry >> 10n) & PPN_MASK) * 4096;

const lettersOf = (entry: bigint): string =>
  LETTERS.map(([letter, bit]) => ((entry & bit) === 0n ? '-' : letter)).join('');

const continues = (last: Mapping, next: Mapping): boolean =>
  last.virtual + BigInt(last.size) === next.virtual &&
  last.physical + last.size === next.physical &&
  last.attributes === next.attributes;
