import { isObject, type Json } from '../qapi/json.ts';
import { writeJson } from '../qapi/json-writer.ts';

/** JSON for people, as QEMU writes it: a member a line, four spaces for each depth, and what is empty over two lines. */
export function prettyJson(value: Json, indent = ''): string {
  const inner = `${indent}    `;
  const block = (open: string, items: readonly string[], close: string): string =>
    [open, items.map((item) => inner + item).join(',\n'), indent + close].filter((line) => line !== '').join('\n');
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
