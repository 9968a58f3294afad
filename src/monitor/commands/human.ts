import { QapiError } from '../../qapi/error.ts';
import { int, optional, required, str } from '../../qapi/schema.ts';
import { command } from '../command.ts';
import { HmpShell } from '../hmp-shell.ts';
import { topic } from '../topic.ts';

const humanMonitorCommand = command('human-monitor-command', {
  since: '0.14',
  features: ['savevm-monitor-nodes'],
  doc: `Runs a line of the human monitor and returns what it prints. A mistake in the line is in the text, not an
error of this command. Nothing is kept from one line to the next, such as the vCPU that \`cpu\` chose.`,
  args: {
    'command-line': required(str, 'what would be typed'),
    'cpu-index': optional(int, 'the vCPU that the line is about; the first if not given'),
  },
  returns: str,
  errors: { GenericError: 'no vCPU has this index' },
  example: { 'command-line': 'info version' },
  async run(args, { target, catalog }) {
    const index = args['cpu-index'];
    const cpu = index === undefined ? undefined : target.cpus().find((each) => BigInt(each.index) === BigInt(index));
    if (index !== undefined && cpu === undefined) throw new QapiError("Parameter 'cpu-index' expects a CPU number");
    const text = await new HmpShell({ target, catalog }, cpu?.index).execute(args['command-line']);
    return text.replaceAll('\n', '\r\n');
  },
});

export const human = topic('The human monitor from QMP', {
  doc: 'For what has no command of its own yet. The texts are for people and may change.',
  commands: [humanMonitorCommand],
});
