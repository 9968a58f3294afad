import { isObject, type Json } from '../qapi/json.ts';
import { writeJson } from '../qapi/json-writer.ts';

/** JSON for people: a member a line, four spaces for each depth. */
export function prettyJson(value: Json, indent = ''): string {
  const inner = `${indent}    `;
  const block = (open: string, items: readonly string[], close: string): string =>
    items.length === 0
      ? `${open}${close}`
      : `${open}\n${items.map((item) => inner + item).join(',\n')}\n${indent}${close}`;
  if (Array.isArray(value)) {
    return block(
      '[',
      value.map((item: Json) => prettyJson(item, inner)),
      ']',
    );
  }
  if (!isObject(value)) return writeJson(value);
  const members = Object.entries(value).flatMap(([name, member]) =>
    member === undefined ? [] : [`${writeJson(name)}: ${prettyJson(member, inner)}`],
  );
  return block('{', members, '}');
}
