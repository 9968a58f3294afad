import type { Command, Event } from './declaration.ts';
import type { JsonObject } from './json.ts';
import type { Type } from './type.ts';

/** An entry of query-qmp-schema without its name. */
export type SchemaBody = JsonObject & { readonly 'meta-type': string };
export type SchemaEntry = SchemaBody & { readonly name: string };

/**
 * Gives types the names they have in query-qmp-schema. Only commands, events and built-in types keep
 * theirs there; all others are numbers, so that no client comes to depend on what a type is called.
 */
export interface SchemaNames {
  of(type: Type<unknown>): string;
}

/** Everything that clients can find out about the commands and events, every type they use included. */
export function introspect(commands: readonly Command[], events: readonly Event[]): readonly SchemaEntry[] {
  const registry = new NameRegistry();
  const entries: SchemaEntry[] = [
    ...commands.map((command) => describe(command, registry)),
    ...events.map((event): SchemaEntry => ({
      name: event.name,
      'meta-type': 'event',
      'arg-type': registry.of(event.data),
    })),
  ];
  return [...entries, ...registry.entries()];
}

function describe(command: Command, names: SchemaNames): SchemaEntry {
  return {
    name: command.name,
    'meta-type': 'command',
    'arg-type': names.of(command.args),
    'ret-type': names.of(command.returns),
    ...(command.oob ? { 'allow-oob': true } : {}),
    ...(command.features.length > 0 ? { features: command.features } : {}),
  };
}

class NameRegistry implements SchemaNames {
  readonly #names = new Map<string, string>();
  readonly #listed = new Set<string>();
  readonly #waiting: [name: string, type: Type<unknown>][] = [];
  #count = 0;

  of(type: Type<unknown>): string {
    const known = this.#names.get(type.name);
    if (known !== undefined) return known;
    const name = this.#choose(type);
    this.#names.set(type.name, name);
    // Integers of several widths are one type to clients, and so are arrays of them.
    if (!this.#listed.has(name)) this.#waiting.push([name, type]);
    this.#listed.add(name);
    return name;
  }

  /** The entries of all types named so far, and of those that naming them names. */
  entries(): readonly SchemaEntry[] {
    const entries: SchemaEntry[] = [];
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const [name, type] = next;
      entries.push({ name, ...type.schema(this) });
    }
    return entries;
  }

  #choose(type: Type<unknown>): string {
    const body = type.schema({ of: (part) => part.name });
    if (body['meta-type'] === 'builtin') return BUILTIN[type.json] ?? type.json;
    if (body['meta-type'] === 'array') return `[${this.of(type.parts()[0]!)}]`;
    return String(this.#count++);
  }
}

/** Built-in types are known by QMP's names for them, whatever their width. */
const BUILTIN: Readonly<Record<string, string>> = {
  string: 'str',
  boolean: 'bool',
  value: 'any',
};
