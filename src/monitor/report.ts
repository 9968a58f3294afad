import { required, str, struct } from '../qapi/schema.ts';
import { command, type QmpCommand } from './command.ts';
import { hmp, type HmpCommand } from './hmp-command.ts';
import type { MonitorTarget } from './target.ts';
import type { Maybe } from './target.ts';

const HumanReadableText = struct('HumanReadableText', 'What a person would be shown.', {
  'human-readable-text': required(str, 'lines, each with its end'),
});

/** Something to look at: `info NAME` shows it, and `x-query-NAME` hands the same text to a program. */
export function report(
  name: string,
  about: { readonly doc: string; text(target: MonitorTarget): Maybe<string> },
): { readonly command: QmpCommand; readonly hmp: HmpCommand } {
  return {
    command: command(`x-query-${name}`, {
      since: '6.2',
      doc: `Returns what \`info ${name}\` shows: ${about.doc}.`,
      features: ['unstable'],
      returns: HumanReadableText,
      example: {},
      run: async (_, { target }) => ({ 'human-readable-text': await about.text(target) }),
    }),
    hmp: hmp(`info ${name}`, { doc: `show ${about.doc}`, run: (_, { target }) => about.text(target) }),
  };
}
