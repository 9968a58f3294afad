import type { Form, Forms, Guest, OperandForm } from '../ir/guest.ts';
import { gather, maskOf } from '../ir/pieces.ts';
import { FIRST_INSTRUCTION, RECORD_STEP, RECORD_WIDE, type RecordLayout } from './record.ts';

const ILLEGAL = 0;
/** Words of the heap: its places are numbers of 16 bits. */
const HEAP_WORDS = 2 ** 16;

/** Offsets in the tables: words of the heap that are taken; places by short word, and by key; the heap. */
export const DECODE_TABLES = { USED: 0, SHORT: 8, LONG: 8 + 2 * 2 ** 16, HEAP: 8 + 4 * 2 ** 16 } as const;
export const DECODE_TABLES_BYTES = DECODE_TABLES.HEAP + 4 * HEAP_WORDS;

/** A form that a long word may have: words. One whose mask and match are 0 is the last. */
export const CANDIDATE = { MASK: 0, MATCH: 4, PROGRAM: 8, BYTES: 12 } as const;
/** How a record is made: its first word; how many operands, and ENDS_LINE if the instruction does. Operands follow. */
export const PROGRAM = { RECORD: 0, HEAD: 4, BYTES: 8 } as const;
export const ENDS_LINE = 0x100;
/**
 * Bytes: where in the record it goes, how many pieces it has, by how much it is shifted left and right for its sign, what
 * is there instead of 0. A word that is added. Pieces follow.
 */
export const OPERAND = { TO: 0, PIECES: 1, SIGN: 2, ZERO: 3, BIAS: 4, BYTES: 8 } as const;
/** Bytes: the bit that it is at, the bit where it goes. A word: its mask. */
export const PIECE = { AT: 0, TO: 1, MASK: 4, BYTES: 8 } as const;

/** The illegal instruction has the word as its operand. */
const WORD: OperandForm = { pieces: [{ at: 0, width: 32, to: 0 }], isSigned: false, bits: 32, bias: 0 };

/**
 * What a guest's words become, in memory, for the runtime's `decode`. Places of words and keys that were not met yet are 0:
 * the code stops there, and `learn` fills them in. Threads may share tables.
 */
export class DecodeTables {
  readonly address: number;
  readonly #guest: Guest;
  readonly #forms: Forms;
  readonly #records: RecordLayout;
  readonly #words: Int32Array;
  readonly #halves: Uint16Array;
  /** Places of programs by the parcels of words that have the form. */
  readonly #programs = { 1: new Map<Form | undefined, number>(), 2: new Map<Form | undefined, number>() };
  /** Places of candidates by their programs. */
  readonly #candidates = new Map<string, number>();

  /** `forms`: the guest's. `address`: of DECODE_TABLES_BYTES that were 0 before the first thread had tables there. */
  constructor(memory: WebAssembly.Memory, address: number, guest: Guest, forms: Forms, records: RecordLayout) {
    this.address = address;
    this.#guest = guest;
    this.#forms = forms;
    this.#records = records;
    const { buffer } = memory;
    this.#words = new Int32Array(buffer, this.address, DECODE_TABLES_BYTES / 4);
    this.#halves = new Uint16Array(buffer, this.address, DECODE_TABLES_BYTES / 2);
  }

  /** Fills in what decoding a word lacks; false if there is no room for it. */
  learn(word: number): boolean {
    const { long, key } = this.#forms;
    const isLong = (word & long.mask) === long.match;
    const place = isLong ? this.#placeOfCandidates(word) : this.#programOf(this.#forms.formOf(word & 0xffff), 1);
    if (place === 0) return false;
    const table = isLong ? DECODE_TABLES.LONG : DECODE_TABLES.SHORT;
    // What is there is complete before others find it.
    Atomics.store(this.#halves, table / 2 + (isLong ? gather(key, word) : word & 0xffff), place);
    return true;
  }

  #placeOfCandidates(word: number): number {
    const forms = this.#forms.candidates(word);
    const programs = [...forms, undefined].map((form) => this.#programOf(form, 2));
    if (programs.includes(0)) return 0;
    const name = programs.join();
    let place = this.#candidates.get(name) ?? 0;
    if (place === 0) {
      const words = programs.flatMap((program, i) => [forms[i]?.mask ?? 0, forms[i]?.match ?? 0, program]);
      this.#candidates.set(name, (place = this.#write(words)));
    }
    return place;
  }

  /** Place of the program of a form, or of what is illegal; 0: there is no room. */
  #programOf(form: Form | undefined, parcels: 1 | 2): number {
    const programs = this.#programs[parcels];
    let place = programs.get(form) ?? 0;
    if (place === 0) programs.set(form, (place = this.#write(this.#assemble(form, parcels))));
    return place;
  }

  #assemble(form: Form | undefined, parcels: number): number[] {
    const { parcel, instructions } = this.#guest;
    const { instruction = ILLEGAL, operands = [WORD] } = form ?? {};
    const step = (parcels * parcel) << this.#records.shift;
    const ends = instructions[instruction]!.endsBlock ? ENDS_LINE : 0;
    const record = (FIRST_INSTRUCTION + instruction) | (step << (8 * RECORD_STEP));
    return [
      record,
      operands.length | ends,
      ...operands.flatMap((operand, i) => this.#operand(instruction, i, operand)),
    ];
  }

  #operand(instruction: number, index: number, { pieces, isSigned, bits, bias }: OperandForm): number[] {
    const slot = this.#records.slot(instruction, index);
    const to = slot < 0 ? RECORD_WIDE : slot;
    const zero = slot < 0 ? 0 : this.#records.insteadOfZero(instruction, index);
    const head = to | (pieces.length << 8) | ((isSigned ? 32 - bits : 0) << 16) | (zero << 24);
    return [head, bias, ...pieces.flatMap((piece) => [piece.at | (piece.to << 8), maskOf(piece)])];
  }

  /** Its place in the heap; 0: there is no room. */
  #write(words: readonly number[]): number {
    const place = Atomics.add(this.#words, DECODE_TABLES.USED / 4, words.length) + 1;
    if (place + words.length > HEAP_WORDS) {
      Atomics.sub(this.#words, DECODE_TABLES.USED / 4, words.length);
      return 0;
    }
    this.#words.set(words, DECODE_TABLES.HEAP / 4 + place);
    return place;
  }
}
