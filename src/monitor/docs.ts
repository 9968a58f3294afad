import type { EnumType } from '../qapi/enum.ts';
import type { Json } from '../qapi/json.ts';
import { writeJson } from '../qapi/json-writer.ts';
import type { ObjectType } from '../qapi/struct.ts';
import type { Type } from '../qapi/type.ts';
import type { Catalog } from './catalog.ts';
import type { QmpCommand } from './command.ts';
import type { HmpCommand } from './hmp-command.ts';
import type { Topic } from './topic.ts';
import type { Event } from '../qapi/declaration.ts';

/** The reference of everything a monitor can do, as a page of Markdown. */
export function referencePage(catalog: Catalog): string {
  const types = collectTypes(catalog);
  return `${[
    '# Monitor reference',
    `<!-- Written from the declarations in src/monitor/commands by \`npm run bless\`. -->`,
    INTRODUCTION,
    ...catalog.topics.flatMap(topicSection),
    '## Types',
    ...types.flatMap(typeSection),
  ].join('\n\n')}\n`;
}

const INTRODUCTION = `Programs speak QMP to a machine: JSON over a socket or a pipe (\`-qmp\`). People speak HMP (\`-monitor\`), lines of
text at a prompt. A command of QMP is sent as \`{"execute": NAME, "arguments": {…}, "id": ANYTHING}\`; the answer has either
\`return\` or \`error\`, and the same \`id\`. "Since" is the version of QEMU that first had a command: this monitor is compatible
with the one that \`query-version\` tells.`;

function topicSection({ title, doc, commands, events, hmp }: Topic): readonly string[] {
  return [`## ${title}`, doc, ...commands.flatMap(commandSection), ...events.flatMap(eventSection), ...hmpSection(hmp)];
}

function commandSection(command: QmpCommand): readonly string[] {
  const { name, doc, since, args, returns, errors, example, features, oob } = command;
  const request = { execute: name, ...(Object.keys(example).length > 0 ? { arguments: example } : {}) };
  const notes = [
    ...(returns.name === 'empty' ? [] : [`Returns ${typeName(returns)}.`]),
    ...Object.entries(errors).map(([errorClass, why]) => `${errorClass}: ${why}.`),
    ...(oob ? ['May be sent with `exec-oob`.'] : []),
    ...(features.length > 0 ? [`Features: ${features.map(code).join(', ')}.`] : []),
    `Since ${since}.`,
  ];
  return [`### ${name}`, doc, ...memberTable(args), notes.join(' '), `\`\`\`json\n${writeJson(request)}\n\`\`\``];
}

function eventSection({ name, doc, since, data }: Event): readonly string[] {
  return [`### Event ${name}`, doc, ...memberTable(data), `Since ${since}.`];
}

function hmpSection(commands: readonly HmpCommand[]): readonly string[] {
  if (commands.length === 0) return [];
  const rows = commands.map(({ name, aliases, usage, doc }) => [
    code(`${[name, ...aliases].join('|')}${usage === '' ? '' : ` ${usage}`}`),
    doc,
  ]);
  return [table(['At the prompt', ''], rows)];
}

/** Members, and those that the value of the tag adds. */
function memberTable(type: ObjectType<unknown>): readonly string[] {
  const rows = (of: ObjectType<unknown>, when: string): string[][] =>
    Object.entries(of.members).map(([name, member]) => [
      code(name),
      typeName(member.type),
      `${member.optional ? 'optional; ' : ''}${when}${member.doc}`,
    ]);
  const { tag, cases } = type.variants ?? { tag: '', cases: {} };
  const all = [
    ...rows(type, ''),
    ...Object.entries(cases).flatMap(([value, of]) => rows(of, `if \`${tag}\` is \`${value}\`: `)),
  ];
  return all.length === 0 ? [] : [table(['Member', 'Type', ''], all)];
}

function typeSection(type: Type<unknown>): readonly string[] {
  const heading = [`### ${type.name}`, type.doc ?? ''];
  if ('members' in type) return [...heading, ...memberTable(type as ObjectType<unknown>)];
  if ('values' in type) return [...heading, `One of ${(type as EnumType<string>).values.map(code).join(', ')}.`];
  return [...heading, `${type.parts().map(typeName).join(' or ')}.`];
}

/** Types with a name of their own that commands and events use, by name. */
function collectTypes(catalog: Catalog): readonly Type<unknown>[] {
  const named = new Map<string, Type<unknown>>();
  const seen = new Set<string>();
  const visit = (type: Type<unknown>): void => {
    if (seen.has(type.name)) return;
    seen.add(type.name);
    if (hasSection(type)) named.set(type.name, type);
    for (const part of type.parts()) visit(part);
  };
  for (const { args, returns } of catalog.commands.values()) {
    for (const part of args.parts()) visit(part);
    visit(returns);
  }
  for (const { data } of catalog.events.values()) for (const part of data.parts()) visit(part);
  return [...named.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Built-in types, arrays and the arguments of a command have no declaration of their own. */
const hasSection = (type: Type<unknown>): boolean => type.doc !== undefined && type.name !== 'empty';

function typeName(type: Type<unknown>): string {
  if (type.json === 'array') return `array of ${typeName(type.parts()[0]!)}`;
  return hasSection(type) ? `[${type.name}](#${type.name.toLowerCase()})` : code(type.name);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const code = (text: Json): string => `\`${String(text as string)}\``;
