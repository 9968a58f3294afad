import { arrayOf, bool, required, str, struct } from '../../qapi/schema.ts';
import { command } from '../command.ts';
import { hmp, textOf } from '../hmp-command.ts';
import { topic } from '../topic.ts';

const ChardevInfo = struct('ChardevInfo', 'A character device of the host.', {
  label: required(str, 'its id'),
  filename: required(str, 'where it leads; for people, since its form differs from kind to kind'),
  'frontend-open': required(bool, 'a device or a monitor uses it'),
});

const queryChardev = command('query-chardev', {
  since: '0.14',
  doc: 'Lists the character devices.',
  returns: arrayOf(ChardevInfo),
  example: {},
  run: (_, { target }) => target.chardevs(),
});

const infoChardev = hmp('info chardev', {
  doc: 'show the character devices',
  run: (_, { target }) => textOf(target.chardevs().map(({ label, filename }) => `${label}: filename=${filename}`)),
});

export const chardev = topic('Character devices', {
  doc: 'Terminals, sockets and files that serial ports and monitors are connected to.',
  commands: [queryChardev],
  hmp: [infoChardev],
});
