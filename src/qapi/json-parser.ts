import type { Token } from './json-lexer.ts';
import { ascii, decodeString, quotable } from './json-string.ts';
import { JsonError, type Json } from './json.ts';

/**
 * One document out of its tokens. Its caller bounds the nesting, which is the depth of the recursion here.
 * Throws a JsonError with the first mistake.
 */
export function parseTokens(tokens: readonly Token[]): Json {
  return new Parser(tokens).value();
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  value(): Json {
    const token = this.#next();
    switch (token?.kind) {
      case 'string':
        return decodeString(token.bytes);
      case 'integer':
        return integer(ascii(token.bytes));
      case 'float':
        return Number(ascii(token.bytes));
      case 'keyword':
        return keyword(quotable(token.bytes));
      default:
        if (token?.bytes[0] === OPEN_OBJECT) return this.#object();
        if (token?.bytes[0] === OPEN_ARRAY) return this.#array();
        throw mistake('expecting value');
    }
  }

  #object(): Json {
    // Without a prototype, so that no member's name is special.
    const object = Object.create(null) as Record<string, Json>;
    if (this.#takes(CLOSE_OBJECT)) return object;
    for (;;) {
      const name = this.value();
      if (typeof name !== 'string') throw mistake('key is not a string in object');
      if (!this.#takes(COLON)) throw mistake('missing : in object pair');
      const value = this.value();
      if (name in object) throw mistake('duplicate key');
      object[name] = value;
      if (this.#takes(CLOSE_OBJECT)) return object;
      if (!this.#takes(COMMA)) throw mistake('expected separator in dict');
    }
  }

  #array(): Json {
    const array: Json[] = [];
    if (this.#takes(CLOSE_ARRAY)) return array;
    for (;;) {
      array.push(this.value());
      if (this.#takes(CLOSE_ARRAY)) return array;
      if (!this.#takes(COMMA)) throw mistake('expected separator in list');
    }
  }

  #next(): Token | undefined {
    return this.#tokens[this.#at++];
  }

  #takes(punctuation: number): boolean {
    const token = this.#tokens[this.#at];
    const isNext = token?.kind === 'punctuation' && token.bytes[0] === punctuation;
    if (isNext) this.#at++;
    return isNext;
  }
}

const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;

const mistake = (what: string): JsonError => new JsonError(`JSON parse error, ${what}`);

/** Integers of 64 bits, signed or not, are exact; beyond them a number is as near as a double gets. */
function integer(text: string): number | bigint {
  const near = Number(text);
  if (Number.isSafeInteger(near)) return near === 0 ? 0 : near;
  // Twenty digits and a sign are enough for 64 bits; a longer number need not be read exactly.
  if (text.length > 21) return near;
  const exact = BigInt(text);
  return exact >= -(1n << 63n) && exact < 1n << 64n ? exact : near;
}

function keyword(word: string): boolean | null {
  if (word === 'true') return true;
  if (word === 'false') return false;
  if (word === 'null') return null;
  throw mistake(`invalid keyword '${word}'`);
}
