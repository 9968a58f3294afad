import type { StateRef } from '../node.ts';

const fields = new Map<string, number>();

function fieldNumber(field: string): number {
  let number = fields.get(field);
  if (number === undefined) fields.set(field, (number = fields.size));
  return number;
}

/** More elements than any field has. */
const ELEMENTS = 2 ** 16;

/** A number for an element of state, which is quicker to look up than a text. */
export function stateKey({ field, index }: StateRef): number {
  return fieldNumber(field) * ELEMENTS + index;
}

/** Takes the elements of some fields out of a map or set of such numbers. */
export function forgetFields(keys: Map<number, unknown> | Set<number>, gone: readonly string[]): void {
  if (gone.length === 0) return;
  const numbers = gone.map(fieldNumber);
  for (const key of keys.keys()) if (numbers.includes(Math.floor(key / ELEMENTS))) keys.delete(key);
}
