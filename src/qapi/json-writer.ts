import { isObject, type Json } from './json.ts';

/** A document in one line of ASCII, so that no transport between here and the client can spoil it. */
export function writeJson(value: Json): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') return number(value);
  if (typeof value !== 'object' || value === null) return String(value);
  let text = '';
  if (!isObject(value)) {
    for (const element of value) text += text === '' ? writeJson(element) : `, ${writeJson(element)}`;
    return `[${text}]`;
  }
  for (const name in value) {
    const member = value[name];
    if (member === undefined || !Object.hasOwn(value, name)) continue;
    text += text === '' ? `${key(name)}${writeJson(member)}` : `, ${key(name)}${writeJson(member)}`;
  }
  return `{${text}}`;
}

/** Names of members are few, and come again; those of a client's own making are not kept. */
const keys = new Map<string, string>();
const MOST_KEYS = 4096;

function key(name: string): string {
  const known = keys.get(name);
  if (known !== undefined) return known;
  const made = `${quote(name)}: `;
  if (keys.size < MOST_KEYS) keys.set(name, made);
  return made;
}

const PLAIN = /^[ !#-[\]-~]*$/;

function quote(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
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
