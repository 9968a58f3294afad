import { bool, enumOf, required, struct } from '../../qapi/schema.ts';
import { command } from '../command.ts';
import { hmp } from '../hmp-command.ts';
import { RUN_STATES } from '../target.ts';
import { topic } from '../topic.ts';

const RunState = enumOf(
  'RunState',
  `What a machine is doing. \`prelaunch\`: it has not begun, or was reset while paused; \`paused\`: it was stopped
by \`stop\`; \`shutdown\`: the guest has switched off and the process was told to stay.`,
  RUN_STATES,
);

const StatusInfo = struct('StatusInfo', 'Whether the machine runs.', {
  running: required(bool, 'vCPUs execute'),
  singlestep: required(bool, 'every instruction is translated by itself'),
  status: required(RunState, 'why it runs or does not'),
});

const queryStatus = command('query-status', {
  since: '0.14',
  doc: 'Tells whether the machine runs.',
  returns: StatusInfo,
  example: {},
  run: (_, { target }) => target.status(),
});

const infoStatus = hmp('info status', {
  doc: 'show whether the machine runs',
  run(_, { target }) {
    const { running, singlestep, status } = target.status();
    const why = running || status === 'paused' ? '' : ` (${status})`;
    return `VM status: ${running ? 'running' : 'paused'}${singlestep ? ' (single step mode)' : ''}${why}\n`;
  },
});

export const status = topic('Status', {
  doc: 'Whether the machine runs.',
  commands: [queryStatus],
  hmp: [infoStatus],
});
