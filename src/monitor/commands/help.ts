import type { Catalog } from '../catalog.ts';
import { words } from '../hmp-args.ts';
import { hmp, type HmpCommand } from '../hmp-command.ts';
import { topic } from '../topic.ts';

const help = hmp('help', {
  aliases: ['?'],
  args: { cmd: words('the command, or `info` and what to ask of it') },
  doc: 'show the help',
  example: 'help info status',
  run({ cmd: [first, second] }, { catalog }) {
    if (first === undefined) return list(catalog, (name) => !name.startsWith('info '));
    if (first === 'info' && second === undefined) return list(catalog, isOfInfo);
    const name = first === 'info' ? `info ${second}` : first;
    const command = catalog.hmpCommand(name);
    return command === undefined ? `unknown command: '${name}'\n` : line(command);
  },
});

const info = hmp('info', {
  args: { subcommand: words('what to show') },
  doc: 'show various information about the system state',
  run: (_, { catalog }) => list(catalog, isOfInfo),
});

const infoHistory = hmp('info history', {
  doc: 'show the lines that were typed before',
  run: (_, { history }) => history.map((each, index) => `${index}: '${each}'\n`).join(''),
});

const isOfInfo = (name: string): boolean => name.startsWith('info ');

const list = (catalog: Catalog, wanted: (name: string) => boolean): string =>
  [...catalog.hmp.values()]
    .filter(({ name }) => wanted(name))
    .map(line)
    .join('');

const line = ({ name, aliases, usage, doc }: HmpCommand): string =>
  `${[name, ...aliases].join('|')} ${usage} -- ${doc}\n`;

export const helpTopic = topic('Help', { doc: 'What the human monitor knows.', hmp: [help, info, infoHistory] });
