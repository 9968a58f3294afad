import type { Decoded } from '../../ir/guest.ts';
import type { Compressed, Encoding, Instruction } from './insn.ts';
import { matches, type Field, type Pattern } from './pattern.ts';

/** What a word that is not in the tables decodes to. */
const ILLEGAL = 0;
/** Not looked up yet; and looked up in vain. */
const UNKNOWN = 0;
const NOTHING = 1;
/** Bits that choose the candidates of a 32-bit word: opcode, funct3 and funct7. */
const KEY_MASK = 0xfe00707c;

/** One encoding as the decoder keeps it. */
interface Rule {
  readonly pattern: Pattern;
  readonly instruction: number;
  readonly encoding: Encoding;
  /** Where its extraction program starts. */
  readonly program: number;
}

/**
 * Words to instructions, from the declared patterns. A 16-bit word is looked up in a table of all
 * of them; a 32-bit one in a list, nearly always of one, chosen by its opcode and function bits.
 * Both tables fill as words are met, so that making a decoder costs little.
 *
 * Operands are taken out by a small program in `#code`: the number of operands; for each the number
 * of pieces, the shift that extends its sign and what to add; for each piece the bit it is at, its
 * mask, and where it goes.
 */
export class Decoder {
  readonly #rules: Rule[] = [];
  readonly #code: Int32Array;
  readonly #compressed = new Uint16Array(0x10000);
  readonly #bucketOf = new Uint16Array(0x8000);
  readonly #buckets: Int32Array[] = [new Int32Array(0)];

  /** `indexOf` gives an instruction's place in the guest's list. */
  constructor(
    instructions: readonly Instruction[],
    expanding: readonly Compressed[],
    indexOf: (instruction: Instruction) => number,
  ) {
    const code: number[] = [];
    const add = (encoding: Encoding, base: Instruction, sources: readonly (Field | number)[]): void => {
      this.#rules.push({ pattern: encoding.bits, instruction: indexOf(base), encoding, program: code.length });
      assemble(code, sources);
    };
    for (const instruction of instructions) add(instruction, instruction, instruction.bits.fields);
    for (const short of expanding) add(short, short.expands, sourcesOf(short));
    // Of two patterns that match a word, the one that fixes more bits holds.
    this.#rules.sort((a, b) => ones(b.pattern.mask) - ones(a.pattern.mask));
    this.#code = Int32Array.from(code);
  }

  decode(word: number, decoded: Decoded): void {
    decoded.length = (word & 3) === 3 ? 4 : 2;
    this.#take(this.#find(word), (word & 3) === 3 ? word : word & 0xffff, decoded);
  }

  /** The declaration that `word` is an encoding of. */
  encodingOf(word: number): Encoding | undefined {
    return this.#rules[this.#find(word) - 2]?.encoding;
  }

  /** The number of the rule that `word` matches, plus 2; 1 if there is none. */
  #find(word: number): number {
    if ((word & 3) !== 3) {
      const known = this.#compressed[word & 0xffff]!;
      return known === UNKNOWN ? this.#meet(word & 0xffff) : known;
    }
    const key = ((word >>> 2) & 0x1f) | ((word >>> 7) & 0xe0) | ((word >>> 17) & 0x7f00);
    let bucket = this.#bucketOf[key]!;
    if (bucket === UNKNOWN) bucket = this.#fill(key, word);
    const candidates = this.#buckets[bucket]!;
    for (let i = 0; i < candidates.length; i += 3) {
      if ((word & candidates[i]!) === candidates[i + 1]) return candidates[i + 2]!;
    }
    return NOTHING;
  }

  #take(known: number, word: number, decoded: Decoded): void {
    const operands = decoded.operands;
    if (known === NOTHING) {
      decoded.instruction = ILLEGAL;
      operands[0] = word;
      return;
    }
    const rule = this.#rules[known - 2]!;
    decoded.instruction = rule.instruction;
    const code = this.#code;
    let at = rule.program;
    const count = code[at++]!;
    for (let i = 0; i < count; i++) {
      const end = at + 3 + 3 * code[at]!;
      const sign = code[at + 1]!;
      const bias = code[at + 2]!;
      let value = 0;
      for (at += 3; at < end; at += 3) value |= ((word >>> code[at]!) & code[at + 1]!) << code[at + 2]!;
      operands[i] = ((value << sign) >> sign) + bias;
    }
  }

  #meet(word: number): number {
    const known = this.#rules.findIndex((rule) => matchesWord(rule, word)) + 2;
    this.#compressed[word] = known;
    return known;
  }

  #fill(key: number, word: number): number {
    const candidates: number[] = [];
    for (const [index, { pattern }] of this.#rules.entries()) {
      const fixed = pattern.mask & KEY_MASK;
      if (pattern.width === 32 && (word & fixed) === (pattern.match & fixed)) {
        candidates.push(pattern.mask, pattern.match, index + 2);
      }
    }
    this.#buckets.push(Int32Array.from(candidates));
    return (this.#bucketOf[key] = this.#buckets.length - 1);
  }
}

function matchesWord({ pattern }: Rule, word: number): boolean {
  return (pattern.width === 32) === ((word & 3) === 3) && matches(pattern, word);
}

/** Where each operand of the expansion comes from. */
function sourcesOf(short: Compressed): (Field | number)[] {
  return short.expands.bits.fields.map(({ name }) => {
    const source = short.with[name]!;
    return typeof source === 'number' ? source : short.bits.fields.find((field) => field.name === source)!;
  });
}

function assemble(code: number[], sources: readonly (Field | number)[]): void {
  code.push(sources.length);
  for (const source of sources) {
    if (typeof source === 'number') {
      code.push(0, 0, source);
    } else {
      code.push(source.pieces.length, source.isSigned ? 32 - source.bits : 0, source.bias);
      for (const { at, width, to } of source.pieces) code.push(at, 2 ** width - 1, to);
    }
  }
}

function ones(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}
