/**
 * Bit patterns of instructions, written like the manual's tables: from the most significant bit
 * down, one token for each field.
 *
 *     0010011        these bits
 *     .....          any bits
 *     rd:5           operand rd, five bits, unsigned
 *     rd':3          a register of the eight x8 to x15 (Unprivileged ISA, table 16.2)
 *     imm:s12        twelve bits, sign-extended
 *     imm:s[12|10:5] bits 12 and 10 to 5 of the operand; other tokens give the rest, absent bits
 *                    are 0, and the highest bit named is the sign
 *     rd:5!0,2       not these values: such a word is another instruction or reserved
 */

import type { OperandForm } from '../../ir/guest.ts';
import { gather } from '../../ir/pieces.ts';

/** The names of the operands that a pattern binds. */
export type OperandName<P extends string> = P extends `${infer Token} ${infer Rest}`
  ? TokenName<Token> | OperandName<Rest>
  : TokenName<P>;
type TokenName<T extends string> = T extends `${infer Name}:${string}`
  ? Name extends `${infer Plain}'`
    ? Plain
    : Name
  : never;

export interface Field extends OperandForm {
  readonly name: string;
  /** Values that are not this instruction. */
  readonly rejects: readonly number[];
}

export interface Pattern {
  readonly width: 16 | 32;
  readonly mask: number;
  readonly match: number;
  /** In order of first appearance. */
  readonly fields: readonly Field[];
}

const FIELD =
  /^(?<name>[a-z]\w*)(?<compact>')?:(?<sign>s)?(?:(?<width>\d+)|\[(?<ranges>[\d:|]+)\])(?:!(?<rejects>[-\d,]+))?$/;

/** A token by itself: bits that are fixed or do not matter, or a part of an operand. */
interface Token {
  readonly width: number;
  /** Of the bits that are fixed; undefined: any. */
  readonly bits: number | undefined;
  readonly operand: OperandToken | undefined;
}

interface OperandToken {
  readonly name: string;
  readonly isSigned: boolean;
  readonly bias: number;
  readonly rejects: readonly number[] | undefined;
  /** [high, low] of each range of bits, first to last. */
  readonly ranges: readonly (readonly [number, number])[];
}

/** There are few different ones in hundreds of patterns. */
const tokens = new Map<string, Token>();

function tokenOf(text: string): Token {
  let token = tokens.get(text);
  if (token === undefined) tokens.set(text, (token = parseToken(text)));
  return token;
}

function parseToken(text: string): Token {
  if (/^[01]+$/.test(text)) return { width: text.length, bits: Number.parseInt(text, 2), operand: undefined };
  if (/^\.+$/.test(text)) return { width: text.length, bits: undefined, operand: undefined };
  const groups = FIELD.exec(text)?.groups;
  if (groups === undefined) throw new SyntaxError(`bad token '${text}' in a pattern`);
  const ranges = rangesOf(groups['width'], groups['ranges']);
  const operand = {
    name: groups['name']!,
    isSigned: groups['sign'] !== undefined,
    bias: groups['compact'] === undefined ? 0 : 8,
    rejects: groups['rejects']?.split(',').map(Number),
    ranges,
  };
  return { width: ranges.reduce((sum, [high, low]) => sum + high - low + 1, 0), bits: undefined, operand };
}

function rangesOf(width: string | undefined, ranges: string | undefined): OperandToken['ranges'] {
  if (width !== undefined) return [[Number(width) - 1, 0]];
  return ranges!.split('|').map((range) => {
    const [high, low = high] = range.split(':').map(Number);
    return [high!, low!] as const;
  });
}

export function parsePattern(text: string): Pattern {
  const parts = text.split(' ').map(tokenOf);
  let width = 0;
  for (const part of parts) width += part.width;
  if (width !== 16 && width !== 32) throw new SyntaxError(`pattern '${text}' has ${width} bits`);
  const fields = new Map<string, Field>();
  let at: number = width;
  let mask = 0;
  let match = 0;
  for (const { width: bits, bits: fixed, operand } of parts) {
    if (operand !== undefined) fields.set(operand.name, fieldOf(operand, at, fields.get(operand.name)));
    at -= bits;
    if (fixed === undefined) continue;
    mask |= (2 ** bits - 1) << at;
    match |= fixed << at;
  }
  return { width, mask, match, fields: [...fields.values()] };
}

/** A field with the bits that a token places below bit `end`, and those that tokens `before` it placed. */
function fieldOf(token: OperandToken, end: number, before: Field | undefined): Field {
  const { name, isSigned, bias } = token;
  const pieces = before === undefined ? [] : [...before.pieces];
  let at = end;
  let bits = before?.bits ?? 0;
  for (const [high, low] of token.ranges) {
    at -= high - low + 1;
    pieces.push({ at, width: high - low + 1, to: low });
    bits = Math.max(bits, high + 1);
  }
  return { name, pieces, bits, isSigned, bias, rejects: token.rejects ?? before?.rejects ?? [] };
}

/** The operand's value in `word`. */
export function extract(field: Field, word: number): number {
  let value = gather(field.pieces, word);
  if (field.isSigned) value = (value << (32 - field.bits)) >> (32 - field.bits);
  return value + field.bias;
}

/** The bits of `word` that say `value`. */
export function insert(field: Field, value: number): number {
  let word = 0;
  for (const { at, width, to } of field.pieces) word |= (((value - field.bias) >>> to) & (2 ** width - 1)) << at;
  return word;
}

/** The word that these operands make; bits that do not matter are 0. */
export function encode(pattern: Pattern, operands: Readonly<Record<string, number>>): number {
  return pattern.fields.reduce((word, field) => word | insert(field, operands[field.name]!), pattern.match);
}

/** Whether `word` is an instruction of this pattern. */
export function matches(pattern: Pattern, word: number): boolean {
  if ((word & pattern.mask) !== pattern.match) return false;
  for (const field of pattern.fields) {
    if (field.rejects.length > 0 && field.rejects.includes(extract(field, word))) return false;
  }
  return true;
}
