import type { Event } from '../qapi/declaration.ts';
import type { QmpCommand } from './command.ts';
import type { HmpCommand } from './hmp-command.ts';

/** Everything a monitor can do and tell about one thing; a chapter of the reference. */
export interface Topic {
  readonly title: string;
  readonly doc: string;
  readonly commands: readonly QmpCommand[];
  readonly events: readonly Event[];
  readonly hmp: readonly HmpCommand[];
}

export const topic = (title: string, about: Partial<Topic> & { readonly doc: string }): Topic => ({
  title,
  commands: [],
  events: [],
  hmp: [],
  ...about,
});
