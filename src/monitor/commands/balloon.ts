import { int, required, struct } from '../../qapi/schema.ts';
import { QapiError } from '../../qapi/error.ts';
import { command } from '../command.ts';
import { integer } from '../hmp-args.ts';
import { hmp } from '../hmp-command.ts';
import { topic } from '../topic.ts';

/** No machine of ours has the device yet. */
const inactive = (): never => {
  throw new QapiError('No balloon device has been activated', 'DeviceNotActive');
};

const balloonCommand = command('balloon', {
  since: '0.14',
  doc: 'Asks the guest to give memory back, or to take it again, through a balloon device.',
  args: { value: required(int, 'how many bytes the guest should have') },
  errors: { DeviceNotActive: 'the machine has no balloon device' },
  example: { value: 16777216 },
  run: inactive,
});

const queryBalloon = command('query-balloon', {
  since: '0.14',
  doc: 'Tells how much memory the guest has after what it gave to its balloon device.',
  returns: struct('BalloonInfo', 'The state of a balloon.', { actual: required(int, 'bytes that the guest has') }),
  errors: { DeviceNotActive: 'the machine has no balloon device' },
  example: {},
  run: inactive,
});

const hmpBalloon = hmp('balloon', {
  args: { target: integer('megabytes that the guest should have') },
  doc: 'ask the guest to have this much memory, in megabytes',
  example: 'balloon 16',
  run: inactive,
});

const infoBalloon = hmp('info balloon', { doc: 'show how much memory the guest has', run: inactive });

export const balloon = topic('Balloon', {
  doc: 'Memory that the guest gives back while it runs. There is no balloon device yet.',
  commands: [balloonCommand, queryBalloon],
  hmp: [hmpBalloon, infoBalloon],
});
