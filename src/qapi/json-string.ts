import { JsonError } from './json.ts';

/**
 * The text of a JSON string token, quotes and all. Refuses what is no text: bad UTF-8 (RFC 3629,
 * section 3), surrogates without a partner, and the code points that Unicode reserves as no character
 * (section 23.7). NUL is allowed, as `\u0000` and as its two-byte form.
 */
export function decodeString(token: Uint8Array): string {
  return recentString(token) ?? decodeAny(token);
}

function decodeAny(token: Uint8Array): string {
  const end = token.length - 1;
  let text = '';
  for (let at = 1; at < end;) {
    // Runs of plain ASCII, which nearly all strings are, go at once.
    const run = at;
    while (at < end && token[at]! < 0x80 && token[at] !== BACKSLASH) at++;
    if (at > run) text += ascii(token.subarray(run, at));
    if (at >= end) break;
    if (token[at] === BACKSLASH) {
      const letter = String.fromCharCode(token[at + 1]!);
      if (letter === 'u') {
        const [point, length] = unicodeEscape(token, at);
        text += String.fromCodePoint(point);
        at += length;
      } else {
        const meant = ESCAPES[letter];
        if (meant === undefined) throw new JsonError('JSON parse error, invalid escape sequence in string');
        text += meant;
        at += 2;
      }
      continue;
    }
    const [point, length] = codePoint(token, at, end);
    if (!isCharacter(point)) throw new JsonError('JSON parse error, invalid UTF-8 sequence in string');
    text += String.fromCodePoint(point);
    at += length;
  }
  return text;
}

/** Short plain strings that were read lately, by a sum over their bytes: names come again and again. */
const recent: (string | undefined)[] = [];
const RECENT = 256;
const LONGEST_RECENT = 32;

/** The text of a token if it is a short plain string. */
function recentString(token: Uint8Array): string | undefined {
  const end = token.length - 1;
  if (end > LONGEST_RECENT) return undefined;
  let sum = end;
  for (let at = 1; at < end; at++) {
    const byte = token[at]!;
    if (byte >= 0x80 || byte === BACKSLASH) return undefined;
    sum = (Math.imul(sum, 31) + byte) | 0;
  }
  const index = sum & (RECENT - 1);
  const known = recent[index];
  if (known !== undefined && isText(known, token)) return known;
  const text = ascii(token.subarray(1, end));
  recent[index] = text;
  return text;
}

function isText(text: string, token: Uint8Array): boolean {
  if (text.length !== token.length - 2) return false;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== token[i + 1]) return false;
  return true;
}

/** Bytes as a person can read them in an error message: up to a NUL, and not all of a long one. */
export function quotable(bytes: Uint8Array): string {
  const nul = bytes.indexOf(0);
  const shown = bytes.subarray(0, Math.min(nul < 0 ? bytes.length : nul, MAX_QUOTED));
  return new TextDecoder().decode(shown);
}

const MAX_QUOTED = 1024;
const BACKSLASH = 0x5c;

const ESCAPES: Readonly<Record<string, string>> = {
  __proto__: null as never,
  '"': '"',
  "'": "'",
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

export const ascii = (bytes: Uint8Array): string => {
  let text = '';
  // In pieces, since the argument list of one call is bounded.
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
};

const isCharacter = (point: number): boolean =>
  point >= 0 &&
  point <= 0x10ffff &&
  !(point >= 0xd800 && point <= 0xdfff) &&
  !(point >= 0xfdd0 && point <= 0xfdef) &&
  (point & 0xfffe) !== 0xfffe;

/** The code point of `\uXXXX` at `at`, or of two of them that are a surrogate pair, and their length. */
function unicodeEscape(token: Uint8Array, at: number): [point: number, length: number] {
  const high = fourDigits(token, at + 2);
  if (high >= 0xd800 && high <= 0xdbff && token[at + 6] === BACKSLASH && token[at + 7] === 0x75) {
    const low = fourDigits(token, at + 8);
    if (low >= 0xdc00 && low <= 0xdfff) {
      const point = 0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff);
      if (isCharacter(point)) return [point, 12];
    }
  }
  if (isCharacter(high)) return [high, 6];
  throw new JsonError(`JSON parse error, ${quotable(token.subarray(at, at + 6))} is not a valid Unicode character`);
}

/** Four hexadecimal digits as a number, or -1. */
function fourDigits(token: Uint8Array, at: number): number {
  const digits = ascii(token.subarray(at, at + 4));
  return /^[0-9a-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : -1;
}

/** The code point whose UTF-8 begins at `at`, or -1, and its length in bytes. */
function codePoint(token: Uint8Array, at: number, end: number): [point: number, length: number] {
  const lead = token[at]!;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc0 || lead > 0xf7 || at + length > end) return [-1, 1];
  let point = lead & (0x7f >> length);
  for (let i = 1; i < length; i++) {
    const byte = token[at + i]!;
    if ((byte & 0xc0) !== 0x80) return [-1, 1];
    point = (point << 6) | (byte & 0x3f);
  }
  const isTwoByteNul = point === 0 && length === 2;
  const shortest = point >= SMALLEST[length]!;
  return [shortest || isTwoByteNul ? point : -1, length];
}

/** The smallest code point that needs so many bytes. */
const SMALLEST = [0, 0, 0x80, 0x800, 0x10000];
