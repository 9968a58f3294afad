import { isObject, type Json } from './json.ts';

/** A document in one line of ASCII, so that no transport between here and the client can spoil it. */
export function writeJson(value: Json): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') return number(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (!isObject(value)) return `[${value.map(writeJson).join(', ')}]`;
  const members = Object.entries(value).filter((member): member is [string, Json] => member[1] !== undefined);
  return `{${members.map(([name, member]) => `${quote(name)}: ${writeJson(member)}`).join(', ')}}`;
}

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
