import { event } from '../../qapi/declaration.ts';
import { command } from '../command.ts';
import { hmp } from '../hmp-command.ts';
import { topic } from '../topic.ts';

const systemPowerdown = command('system_powerdown', {
  since: '0.14',
  doc: 'Presses the power button. What follows is up to the guest, and may be nothing.',
  example: {},
  run: (_, { target }) => target.systemPowerdown(),
});

const POWERDOWN = event('POWERDOWN', { since: '0.12', doc: 'The guest was asked to switch off.' });

const hmpPowerdown = hmp('system_powerdown', {
  doc: 'ask the guest to switch off',
  run: (_, { target }) => target.systemPowerdown(),
});

export const powerdown = topic('Power button', {
  doc: 'Asking the guest to switch off.',
  commands: [systemPowerdown],
  events: [POWERDOWN],
  hmp: [hmpPowerdown],
});
