import { UserError } from '../../base/errors.ts';
import { filename, word } from '../hmp-args.ts';
import { hmp } from '../hmp-command.ts';
import type { MonitorTarget } from '../target.ts';
import { topic } from '../topic.ts';

const hmpLog = hmp('log', {
  args: { items: word('items with commas between them; `none`, or `all`') },
  doc: 'report these from now on, as -d does (`log help` lists them)',
  example: 'log none',
  run({ items }, { target }) {
    const known = target.logItems;
    const wanted = items === 'none' ? [] : items === 'all' ? Object.keys(known) : items.split(',');
    if (!wanted.every((item) => Object.hasOwn(known, item))) return listing(target);
    target.setLogItems(wanted);
    return '';
  },
});

function listing({ logItems }: MonitorTarget): string {
  const items = Object.entries({ none: 'remove all logs', ...logItems });
  return `Log items (comma separated):\n${items.map(([name, doc]) => `${name.padEnd(15)} ${doc}\n`).join('')}`;
}

const logfile = hmp('logfile', {
  args: { filename: filename('where to; `%d` in it is the number of the process') },
  doc: 'write what is reported to a file from now on',
  example: 'logfile log.txt',
  async run({ filename: name }, { target }) {
    try {
      await target.setLogFile(name);
      return '';
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return `Error opening logfile ${name}: ${error.message}\n`;
    }
  },
});

export const log = topic('The log', { doc: 'What the machine reports, and where to.', hmp: [hmpLog, logfile] });
