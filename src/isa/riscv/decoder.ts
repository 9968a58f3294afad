import { BugError } from '../../base/errors.ts';
import type { Decoded, Form, Forms, OperandForm } from '../../ir/guest.ts';
import { gather, maskOf, type Piece } from '../../ir/pieces.ts';
import type { Compressed, Encoding, Instruction } from './insn.ts';
import { matches, type Field, type Pattern } from './pattern.ts';

/** What a word that is not in the tables decodes to. */
const ILLEGAL = 0;
/** Not looked up yet; and looked up in vain. */
const UNKNOWN = 0;
const NOTHING = 1;
/** What chooses the candidates of a 32-bit word: opcode, funct3 and funct7. */
const KEY: readonly Piece[] = [
  { at: 2, width: 5, to: 0 },
  { at: 12, width: 3, to: 5 },
  { at: 25, width: 7, to: 8 },
];
const KEY_MASK = KEY.reduce((mask, piece) => mask | (maskOf(piece) << piece.at), 0);
/** Bits that every pattern fixes: opcode; of a 16-bit word quadrant and funct3. There are so many groups of these. */
const GROUPS = 64;
const LONG_GROUP = 0x7f;
const SHORT_GROUP = 0xe003;

/** One encoding as the decoder keeps it. */
interface Rule {
  readonly pattern: Pattern;
  readonly instruction: number;
  readonly encoding: Encoding;
  /** Where each operand comes from. */
  readonly sources: readonly (Field | number)[];
  /** Its extraction program, once a word has met it, and what it is to others. */
  program: readonly number[] | undefined;
  form: Form | undefined;
  /** How many bits its pattern fixes. */
  readonly fixed: number;
}

/** Which group a word is of. */
function groupOf(word: number): number {
  return (word & 3) === 3 ? 32 | ((word >>> 2) & 31) : ((word & 3) << 3) | ((word >>> 13) & 7);
}

/**
 * Words to instructions, from the declared patterns. A 16-bit word is looked up in a table of all
 * of them; a 32-bit one in a list, nearly always of one, chosen by its opcode and function bits.
 * Both tables fill as words are met, so that making a decoder costs little.
 *
 * Operands are taken out by a small program: the number of operands; for each the number of pieces, the shift
 * that extends its sign and what to add; for each piece the bit it is at, its mask, and where it goes.
 */
export class Decoder implements Forms {
  readonly long = { mask: 3, match: 3 };
  readonly key = KEY;
  readonly #rules: Rule[] = [];
  /** Numbers of rules by group. */
  readonly #groups: readonly number[][] = Array.from({ length: GROUPS }, () => []);
  readonly #compressed = new Uint16Array(0x10000);
  readonly #bucketOf = new Uint16Array(0x8000);
  readonly #buckets: (readonly number[])[] = [[]];

  /** `indexOf` gives an instruction's place in the guest's list. */
  constructor(
    instructions: readonly Instruction[],
    expanding: readonly Compressed[],
    indexOf: (instruction: Instruction) => number,
  ) {
    const add = (encoding: Encoding, base: Instruction, sources: readonly (Field | number)[]): void => {
      const { bits: pattern } = encoding;
      const fixed = ones(pattern.mask);
      this.#rules.push({
        pattern,
        instruction: indexOf(base),
        encoding,
        sources,
        program: undefined,
        form: undefined,
        fixed,
      });
    };
    for (const instruction of instructions) add(instruction, instruction, instruction.bits.fields);
    for (const short of expanding) add(short, short.expands, sourcesOf(short));
    // Of two patterns that match a word, the one that fixes more bits holds.
    this.#rules.sort((a, b) => b.fixed - a.fixed);
    for (const [index, rule] of this.#rules.entries()) this.#group(index, rule);
  }

  decode(word: number, decoded: Decoded): void {
    decoded.length = (word & 3) === 3 ? 4 : 2;
    this.#take(this.#find(word), (word & 3) === 3 ? word : word & 0xffff, decoded);
  }

  /** The declaration that `word` is an encoding of. */
  encodingOf(word: number): Encoding | undefined {
    return this.#rules[this.#find(word) - 2]?.encoding;
  }

  formOf(parcel: number): Form | undefined {
    return this.#form(this.#find(parcel));
  }

  candidates(word: number): readonly Form[] {
    const found = this.#candidates(word);
    const forms: Form[] = [];
    for (let i = 0; i < found.length; i += 3) forms.push(this.#form(found[i + 2]!)!);
    return forms;
  }

  #form(known: number): Form | undefined {
    const rule = this.#rules[known - 2];
    if (rule === undefined) return undefined;
    const { pattern, instruction, sources } = rule;
    return (rule.form ??= {
      mask: pattern.mask,
      match: pattern.match,
      instruction,
      operands: sources.map(operandForm),
    });
  }

  /** Of the rules that words with the key of this one may match: mask, match, number of the rule plus 2. */
  #candidates(word: number): readonly number[] {
    const key = gather(KEY, word);
    let bucket = this.#bucketOf[key]!;
    if (bucket === UNKNOWN) bucket = this.#fill(key, word);
    return this.#buckets[bucket]!;
  }

  /** The number of the rule that `word` matches, plus 2; 1 if there is none. */
  #find(word: number): number {
    if ((word & 3) !== 3) {
      const known = this.#compressed[word & 0xffff]!;
      return known === UNKNOWN ? this.#meet(word & 0xffff) : known;
    }
    const candidates = this.#candidates(word);
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
    const code = (rule.program ??= assemble(rule.sources));
    let at = 0;
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

  #group(index: number, { pattern, encoding }: Rule): void {
    const fixes = pattern.width === 32 ? LONG_GROUP : SHORT_GROUP;
    if ((pattern.mask & fixes) !== fixes) throw new BugError(`the pattern of ${encoding.name} fixes too few bits`);
    this.#groups[groupOf(pattern.match)]!.push(index);
  }

  #meet(word: number): number {
    const rules = this.#rules;
    let found = NOTHING;
    for (const index of this.#groups[groupOf(word)]!) {
      if (!matches(rules[index]!.pattern, word)) continue;
      found = index + 2;
      break;
    }
    this.#compressed[word] = found;
    return found;
  }

  #fill(key: number, word: number): number {
    const candidates: number[] = [];
    for (const index of this.#groups[groupOf(word)]!) {
      const { mask, match } = this.#rules[index]!.pattern;
      const fixed = mask & KEY_MASK;
      if ((word & fixed) === (match & fixed)) candidates.push(mask, match, index + 2);
    }
    this.#buckets.push(candidates);
    return (this.#bucketOf[key] = this.#buckets.length - 1);
  }
}

/** Where each operand of the expansion comes from. */
function sourcesOf(short: Compressed): (Field | number)[] {
  return short.expands.bits.fields.map(({ name }) => {
    const source = short.with[name]!;
    return typeof source === 'number' ? source : short.bits.fields.find((field) => field.name === source)!;
  });
}

function operandForm(source: Field | number): OperandForm {
  return typeof source === 'number' ? { pieces: [], isSigned: false, bits: 0, bias: source } : source;
}

function assemble(sources: readonly (Field | number)[]): number[] {
  const code = [sources.length];
  for (const source of sources) {
    if (typeof source === 'number') {
      code.push(0, 0, source);
    } else {
      code.push(source.pieces.length, source.isSigned ? 32 - source.bits : 0, source.bias);
      for (const { at, width, to } of source.pieces) code.push(at, 2 ** width - 1, to);
    }
  }
  return code;
}

/** How many bits are set, counted in pairs, in fours, in bytes. */
function ones(mask: number): number {
  const pairs = mask - ((mask >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
