import type { Json } from './json.ts';
import type { Place } from './place.ts';
import type { JsonKind, Type } from './type.ts';

/** The built-in types. */

function builtin<T>(name: string, json: JsonKind, accept: (value: unknown, place: Place) => T): Type<T> {
  return { name, json, accept, schema: () => ({ 'meta-type': 'builtin', 'json-type': json }), parts: () => [] };
}

export const str = builtin('str', 'string', (value, place) => {
  if (typeof value !== 'string') throw place.hasWrongType('string');
  return value;
});

export const bool = builtin('bool', 'boolean', (value, place) => {
  if (typeof value === 'boolean') return value;
  if (!place.isText || typeof value !== 'string') throw place.hasWrongType('boolean');
  if (['on', 'yes', 'true', 'y'].includes(value)) return true;
  if (['off', 'no', 'false', 'n'].includes(value)) return false;
  throw place.isNotSpelled("'on' or 'off'");
});

export const number = builtin('number', 'number', (value, place) => {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (!place.isText || typeof value !== 'string') throw place.hasWrongType('number');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)) throw place.isNotSpelled('number');
  return Number(value);
});

/** Named for what it describes, since `null` is taken. */
export const nothing = builtin('null', 'null', (value, place) => {
  if (value !== null) throw place.hasWrongType('null');
  return null;
});

/** Any JSON at all. */
export const any = builtin('any', 'value', (value) => value as Json);

/** 64 bits with a sign: a bigint where a number would not be exact. */
export const int = builtin('int', 'int', (value, place): number | bigint => {
  const given = integer(value, place);
  if (given >= 1n << 63n || given < -(1n << 63n)) throw place.hasWrongType('integer');
  return given;
});

/** 64 bits without a sign. */
export const uint64 = builtin('uint64', 'int', (value, place): number | bigint => {
  const given = integer(value, place);
  if (given < 0) throw place.expects('uint64');
  return given;
});

/** A number of bytes; as text it may end with a unit, as in `1.5G`. */
export const size = builtin('size', 'int', (value, place): number | bigint => {
  if (place.isText && typeof value === 'string') return sizeText(value, place);
  return uint64.accept(value, place);
});

export const int8 = narrow('int8', -0x80, 0x7f);
export const int16 = narrow('int16', -0x8000, 0x7fff);
export const int32 = narrow('int32', -0x8000_0000, 0x7fff_ffff);
export const uint8 = narrow('uint8', 0, 0xff);
export const uint16 = narrow('uint16', 0, 0xffff);
export const uint32 = narrow('uint32', 0, 0xffff_ffff);

/** An integer that is always a plain number. */
function narrow(name: string, least: number, most: number): Type<number> {
  return builtin(name, 'int', (value, place) => {
    const given = integer(value, place);
    if (given < least || given > most) throw place.expects(`${name}_t`);
    return Number(given);
  });
}

/** JSON does not tell 1.0 from 1, and neither do we. A double beyond 2^53 is no integer that was spelled out. */
function integer(value: unknown, place: Place): number | bigint {
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return value as number | bigint;
  if (!place.isText || typeof value !== 'string') throw place.hasWrongType('integer');
  const spelled = /^([+-]?)(0x[0-9a-f]+|0[0-7]*|[1-9]\d*)$/i.exec(value);
  if (spelled === null) throw place.isNotSpelled('integer');
  const [, sign, digits] = spelled as unknown as [string, string, string];
  // An octal number as C spells it.
  const magnitude = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits);
  if (magnitude >= 1n << 64n) throw place.isNotSpelled('integer');
  return compact(sign === '-' ? -magnitude : magnitude);
}

function sizeText(text: string, place: Place): number | bigint {
  const spelled = /^(0x[0-9a-f]+|(?:\d+\.?\d*|\.\d+))([bkmgtpe]?)$/i.exec(text);
  if (spelled === null) throw place.isNotSpelled('a size value');
  const [, digits, unit] = spelled as unknown as [string, string, string];
  const scale = 1n << (10n * BigInt(Math.max(0, 'bkmgtpe'.indexOf(unit.toLowerCase() || 'b'))));
  const isHex = /^0x/i.test(digits);
  // The letters b and e are hexadecimal digits, and no other unit makes sense after them.
  if (isHex && unit !== '') throw place.isNotSpelled('a size value');
  const [whole, fraction = ''] = isHex ? [digits] : (digits.split('.') as [string, string?]);
  const bytes = BigInt(whole || '0') * scale + (BigInt(fraction || '0') * scale) / 10n ** BigInt(fraction.length);
  if (bytes >= 1n << 64n) throw place.isNotSpelled('a size value');
  return compact(bytes);
}

const compact = (value: bigint): number | bigint => {
  const near = Number(value);
  return Number.isSafeInteger(near) ? near : value;
};
