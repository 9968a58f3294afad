import { BugError } from '../base/errors.ts';
import type { Event } from '../qapi/declaration.ts';
import type { QmpCommand } from './command.ts';
import type { HmpCommand } from './hmp-command.ts';
import type { Topic } from './topic.ts';

/** Topics by the names in them. */
export class Catalog {
  readonly topics: readonly Topic[];
  readonly commands: ReadonlyMap<string, QmpCommand>;
  readonly events: ReadonlyMap<string, Event>;
  /** By first name only: `info status`, `cont`. */
  readonly hmp: ReadonlyMap<string, HmpCommand>;
  readonly #hmpByAnyName: ReadonlyMap<string, HmpCommand>;

  constructor(topics: readonly Topic[]) {
    this.topics = topics;
    this.commands = byName(topics.flatMap(({ commands }) => commands).map((each) => [each.name, each]));
    this.events = byName(topics.flatMap(({ events }) => events).map((each) => [each.name, each]));
    const hmp = topics.flatMap((topic) => topic.hmp).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    this.hmp = byName(hmp.map((each) => [each.name, each]));
    this.#hmpByAnyName = byName(
      hmp.flatMap((each) => [each.name, ...each.aliases].map((name) => [name, each] as const)),
    );
  }

  /** An HMP command by any of its names; `info` ones are `info` and a space and the name. */
  hmpCommand(name: string): HmpCommand | undefined {
    return this.#hmpByAnyName.get(name);
  }
}

function byName<T>(named: readonly (readonly [name: string, thing: T])[]): ReadonlyMap<string, T> {
  const map = new Map<string, T>();
  for (const [name, thing] of named) {
    if (map.has(name)) throw new BugError(`the monitor has two things called ${name}`);
    map.set(name, thing);
  }
  return map;
}
