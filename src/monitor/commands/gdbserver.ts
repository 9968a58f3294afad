import { UserError } from '../../base/errors.ts';
import { optionalWord } from '../hmp-args.ts';
import { hmp } from '../hmp-command.ts';
import { topic } from '../topic.ts';

/** Where gdb expects it, and `-s` puts it. */
const DEFAULT_DEVICE = 'tcp::1234';

const gdbserver = hmp('gdbserver', {
  args: { device: optionalWord('where gdb comes, as -gdb takes it; none: nowhere any more') },
  doc: 'let gdb come, on a device (default tcp::1234), or no longer (none)',
  example: 'gdbserver none',
  async run({ device = DEFAULT_DEVICE }, { target }) {
    try {
      await target.gdbserver(device);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return `${error.message}\nCould not open gdbserver on device '${device}'\n`;
    }
    return device === 'none' ? 'Disabled gdbserver\n' : `Waiting for gdb connection on device '${device}'\n`;
  },
});

export const gdbserverTopic = topic('Debugging', {
  doc: 'Letting gdb look at the guest.',
  hmp: [gdbserver],
});
