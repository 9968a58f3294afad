import { optional, required, str, struct } from '../../qapi/schema.ts';
import { command } from '../command.ts';
import { hmp } from '../hmp-command.ts';
import { topic } from '../topic.ts';

const queryName = command('query-name', {
  since: '0.14',
  doc: 'Tells the name that the guest was given with `-name`.',
  returns: struct('NameInfo', 'The name of the guest.', { name: optional(str, 'the name; absent if it has none') }),
  example: {},
  run: (_, { target }) => ({ name: target.name }),
});

const queryUuid = command('query-uuid', {
  since: '0.14',
  doc: 'Tells the UUID that the guest was given with `-uuid`; zeros if it was given none.',
  returns: struct('UuidInfo', 'The UUID of the guest.', { UUID: required(str, 'the UUID') }),
  example: {},
  run: (_, { target }) => ({ UUID: target.uuid }),
});

const infoName = hmp('info name', {
  doc: 'show the name of the guest',
  run: (_, { target }) => (target.name === undefined ? '' : `${target.name}\n`),
});

const infoUuid = hmp('info uuid', { doc: 'show the UUID of the guest', run: (_, { target }) => `${target.uuid}\n` });

export const name = topic('Name', {
  doc: 'What the guest is called.',
  commands: [queryName, queryUuid],
  hmp: [infoName, infoUuid],
});
