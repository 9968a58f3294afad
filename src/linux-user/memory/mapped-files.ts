import type { Arena } from '../../mem/arena.ts';
import { PAGE } from './pages.ts';

const NAME_BYTES = 256;
/** u32 words of a record: position in the file (two halves), first page, length of the name; then the name. */
const WORDS = 4;
const RECORD_BYTES = 4 * WORDS + NAME_BYTES;
const MOST = 16_384;

export interface MappedFileRecord {
  readonly name: string;
  /** Where in the file the page `firstPage` begins. */
  readonly position: number;
  readonly firstPage: number;
}

/**
 * Which files are mapped: records that a page's number points to, for /proc/self/maps and debuggers. They
 * are in memory that threads share, and the same file mapped at the same distance is one record. When there
 * is no room a mapping has no name.
 */
export class MappedFiles {
  readonly #words: Uint32Array;
  readonly #bytes: Uint8Array;
  readonly #used: Uint32Array;

  constructor(arena: Arena) {
    const address = arena.allocate(MOST * RECORD_BYTES);
    const { buffer } = arena.memory;
    this.#words = new Uint32Array(buffer, address, (MOST * RECORD_BYTES) / 4);
    this.#bytes = new Uint8Array(buffer, address, MOST * RECORD_BYTES);
    this.#used = new Uint32Array(buffer, arena.allocate(8), 1);
  }

  /** The number of a mapping: never 0, but for one that could not be named. */
  add(name: string, position: number, firstPage: number): number {
    const bytes = new TextEncoder().encode(name).subarray(0, NAME_BYTES);
    const used = this.#used[0]!;
    for (let number = 1; number <= used; number++) {
      const record = this.at(number)!;
      if (record.name === name && record.position - record.firstPage * PAGE === position - firstPage * PAGE) {
        return number;
      }
    }
    if (used + 1 >= MOST) return 0;
    const number = used + 1;
    const at = (number * RECORD_BYTES) / 4;
    this.#words[at] = position;
    this.#words[at + 1] = Math.floor(position / 2 ** 32);
    this.#words[at + 2] = firstPage;
    this.#words[at + 3] = bytes.length;
    this.#bytes.set(bytes, number * RECORD_BYTES + 4 * WORDS);
    this.#used[0] = number;
    return number;
  }

  /** Number of a mapping that was moved by whole pages. */
  moved(number: number, from: number, to: number): number {
    const record = this.at(number);
    return record === undefined ? 0 : this.add(record.name, record.position, record.firstPage + to - from);
  }

  at(number: number): MappedFileRecord | undefined {
    if (number === 0 || number > this.#used[0]!) return undefined;
    const at = (number * RECORD_BYTES) / 4;
    const from = number * RECORD_BYTES + 4 * WORDS;
    return {
      name: new TextDecoder().decode(this.#bytes.slice(from, from + this.#words[at + 3]!)),
      position: this.#words[at + 1]! * 2 ** 32 + this.#words[at]!,
      firstPage: this.#words[at + 2]!,
    };
  }

  /** Numbers of the mappings of a file. */
  numbersOf(name: string): ReadonlySet<number> {
    const numbers = new Set<number>();
    for (let number = 1; number <= this.#used[0]!; number++) if (this.at(number)!.name === name) numbers.add(number);
    return numbers;
  }

  clear(): void {
    this.#used[0] = 0;
  }
}
