import { arrayOf, enumOf, optional, required, str, struct } from '../../qapi/schema.ts';
import { command } from '../command.ts';
import { topic } from '../topic.ts';

const QmpCapability = enumOf('QmpCapability', 'What a connection can do beyond the basics.', ['oob']);

const qmpCapabilities = command('qmp_capabilities', {
  since: '0.13',
  doc: `Ends the negotiation that every connection begins with: until then no other command is known, and no
events are sent. Nothing is enabled unless it is asked for.`,
  args: { enable: optional(arrayOf(QmpCapability), 'capabilities out of those in the greeting') },
  errors: { CommandNotFound: 'the negotiation is over' },
  example: {},
  run: ({ enable }, context) => context.negotiate(enable ?? []),
});

const CommandInfo = struct('CommandInfo', 'A command that can be sent.', {
  name: required(str, 'its name'),
});

const queryCommands = command('query-commands', {
  since: '0.13',
  doc: 'Lists all commands.',
  returns: arrayOf(CommandInfo),
  example: {},
  run: (_, { catalog }) => [...catalog.commands.keys()].map((name) => ({ name })),
});

export const control = topic('The connection', {
  doc: `A connection begins with a greeting, and with a negotiation that \`qmp_capabilities\` ends. With the
capability \`oob\`, a command sent as \`exec-oob\` instead of \`execute\` overtakes those before it, if it is one
that allows that.`,
  commands: [qmpCapabilities, queryCommands],
});
