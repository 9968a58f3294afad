import { isObject, type Json } from './json.ts';

/** A document in one line of ASCII, so that no transport between here and the client can spoil it. */
export function writeJson(value: Json): string {
  return new TextDecoder('latin1').decode(new JsonWriter().write(value));
}

/** Writes documents into memory of its own, which leaves nothing to be collected. */
export class JsonWriter {
  #bytes = new Uint8Array(4096);
  #length = 0;

  /** The document with `end` behind it, in ASCII; borrowed until the next. */
  write(value: Json, end = ''): Uint8Array {
    // One long document must not keep its memory for ever.
    if (this.#bytes.length > LONGEST_KEPT) this.#bytes = new Uint8Array(4096);
    this.#length = 0;
    this.#value(value);
    this.#ascii(end);
    return this.#bytes.subarray(0, this.#length);
  }

  #value(value: Json): void {
    if (typeof value === 'string') this.#string(value);
    else if (typeof value === 'number') this.#number(value);
    else if (typeof value !== 'object' || value === null) this.#ascii(String(value));
    else if (isObject(value)) this.#object(value);
    else this.#array(value);
  }

  #array(value: readonly Json[]): void {
    this.#ascii('[');
    for (let i = 0; i < value.length; i++) {
      if (i > 0) this.#ascii(', ');
      this.#value(value[i]!);
    }
    this.#ascii(']');
  }

  #object(value: Readonly<Record<string, Json | undefined>>): void {
    let before = '{';
    for (const name in value) {
      const member = value[name];
      if (member === undefined || !Object.hasOwn(value, name)) continue;
      this.#ascii(before);
      this.#string(name);
      this.#ascii(': ');
      this.#value(member);
      before = ', ';
    }
    this.#ascii(before === '{' ? '{}' : '}');
  }

  #string(text: string): void {
    this.#reserve(text.length + 2);
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = QUOTE;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit < 0x20 || unit > 0x7e || unit === QUOTE || unit === BACKSLASH) return this.#ascii(quote(text));
      bytes[at++] = unit;
    }
    bytes[at++] = QUOTE;
    this.#length = at;
  }

  #number(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0 || Object.is(value, -0)) return this.#ascii(number(value));
    this.#reserve(MOST_DIGITS);
    let digits = 1;
    for (let power = 10; power <= value; power *= 10) digits++;
    let rest = value;
    for (let at = this.#length + digits - 1; at >= this.#length; at--) {
      const tens = Math.floor(rest / 10);
      this.#bytes[at] = 0x30 + (rest - tens * 10);
      rest = tens;
    }
    this.#length += digits;
  }

  #ascii(text: string): void {
    this.#reserve(text.length);
    const bytes = this.#bytes;
    const { length } = text;
    for (let i = 0; i < length; i++) bytes[this.#length + i] = text.charCodeAt(i);
    this.#length += length;
  }

  #reserve(more: number): void {
    const wanted = this.#length + more;
    if (wanted <= this.#bytes.length) return;
    const bigger = new Uint8Array(Math.max(wanted, this.#bytes.length * 2));
    bigger.set(this.#bytes);
    this.#bytes = bigger;
  }
}

const LONGEST_KEPT = 1 << 18;
/** Of an integer that a double holds exactly. */
const MOST_DIGITS = 16;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** What is not all plain. */
function quote(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(
    /[\x7f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
  );
}

function number(value: number): string {
  // A double beyond JSON's reach: the number that every reader rounds to the same infinity.
  if (value === Infinity) return '1e+999';
  if (value === -Infinity) return '-1e+999';
  return Number.isNaN(value) ? 'null' : String(value);
}
