import { arrayOf, bool, enumOf, int, optional, required, str, struct } from '../../qapi/schema.ts';
import { QapiError } from '../../qapi/error.ts';
import { command } from '../command.ts';
import { HmpError } from '../hmp-error.ts';
import { optionalWord } from '../hmp-args.ts';
import { hmp } from '../hmp-command.ts';
import { topic } from '../topic.ts';

const noConsole = (): never => {
  throw new QapiError('There is no console to take a screendump from');
};

const screendump = command('screendump', {
  since: '0.14',
  doc: 'Writes what a screen shows to a picture file. This machine has no screen.',
  args: {
    filename: required(str, 'the file'),
    device: optional(str, 'the display device; the first if absent'),
    head: optional(int, 'the screen of a device that has several'),
    format: optional(enumOf('ImageFormat', 'A kind of picture file.', ['ppm', 'png']), 'ppm if absent'),
  },
  errors: { GenericError: 'there is no screen' },
  example: { filename: '/tmp/screen.ppm' },
  run: noConsole,
});

const queryDisplayOptions = command('query-display-options', {
  since: '3.1',
  doc: 'Tells how the screen of the machine is shown.',
  returns: struct('DisplayOptions', 'How a screen is shown.', {
    type: required(enumOf('DisplayType', 'A way to show a screen.', ['none']), 'the way'),
  }),
  example: {},
  run: () => ({ type: 'none' }) as const,
});

const queryMice = command('query-mice', {
  since: '0.14',
  doc: 'Lists the pointing devices of the guest.',
  returns: arrayOf(
    struct('MouseInfo', 'A pointing device.', {
      name: required(str, 'its name'),
      index: required(int, 'its number'),
      current: required(bool, 'it receives what the pointer of the host does'),
      absolute: required(bool, 'it reports places, not movements'),
    }),
  ),
  example: {},
  run: () => [],
});

const hmpScreendump = hmp('screendump', {
  args: { filename: optionalWord('the file') },
  doc: 'write what the screen shows to a file',
  example: 'screendump /tmp/screen.ppm',
  run({ filename }) {
    if (filename === undefined) throw new HmpError('screendump: filename expected');
    return noConsole();
  },
});

const infoMice = hmp('info mice', {
  doc: 'show the pointing devices of the guest',
  run: () => 'No mouse devices connected\n',
});

export const display = topic('Screen', {
  doc: 'What is shown to people. No machine has a screen yet.',
  commands: [screendump, queryDisplayOptions, queryMice],
  hmp: [hmpScreendump, infoMice],
});
