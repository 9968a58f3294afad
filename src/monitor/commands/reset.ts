import { event } from '../../qapi/declaration.ts';
import { command } from '../command.ts';
import { hmp } from '../hmp-command.ts';
import { CAUSE_MEMBERS } from '../shutdown-cause.ts';
import { topic } from '../topic.ts';

const systemReset = command('system_reset', {
  since: '0.14',
  doc: 'Starts the machine anew, as its reset button would. A machine that is stopped stays so.',
  example: {},
  run: (_, { target }) => target.systemReset(),
});

const RESET = event('RESET', { since: '0.12', doc: 'The machine begins anew.', data: CAUSE_MEMBERS });

const hmpReset = hmp('system_reset', { doc: 'reset the machine', run: (_, { target }) => target.systemReset() });

export const reset = topic('Reset', {
  doc: 'Starting the machine anew.',
  commands: [systemReset],
  events: [RESET],
  hmp: [hmpReset],
});
