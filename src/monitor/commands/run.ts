import { event } from '../../qapi/declaration.ts';
import { command } from '../command.ts';
import { hmp } from '../hmp-command.ts';
import { topic } from '../topic.ts';

const stop = command('stop', {
  since: '0.14',
  doc: 'Stops the vCPUs, and with them the time of the guest. A machine that does not run stays as it is.',
  example: {},
  run: (_, { target }) => target.stop(),
});

const cont = command('cont', {
  since: '0.14',
  doc: 'Lets the vCPUs run, from where they were stopped. A machine that runs stays as it is.',
  errors: { GenericError: 'the machine has to be reset first' },
  example: {},
  run: (_, { target }) => target.cont(),
});

const STOP = event('STOP', { since: '0.12', doc: 'The vCPUs have stopped.' });
const RESUME = event('RESUME', { since: '0.12', doc: 'The vCPUs run again.' });

const hmpStop = hmp('stop', { aliases: ['s'], doc: 'stop the machine', run: (_, { target }) => target.stop() });
const hmpCont = hmp('cont', { aliases: ['c'], doc: 'let the machine run', run: (_, { target }) => target.cont() });

export const run = topic('Stop and go', {
  doc: 'Stopping the machine and letting it run.',
  commands: [stop, cont],
  events: [STOP, RESUME],
  hmp: [hmpStop, hmpCont],
});
