import { UserError } from '../../base/errors.ts';
import { Options } from '../../host/options.ts';
import { asksForHelp, keyValues } from '../../host/key-values.ts';
import { flag, valued, type OptionGroup } from './option.ts';
import type { MonitorSetting, Settings } from './settings.ts';

function addMonitor(settings: Settings, origin: string, what: MonitorSetting): void {
  settings.monitors.push({ origin, what });
}

export const character: OptionGroup = {
  title: 'Terminals and monitors',
  options: [
    flag('nographic', 'serial port and monitor on the terminal: Ctrl-A c switches, Ctrl-A x ends', (settings) => {
      settings.display = 'terminal';
    }),
    valued(
      'display',
      'none',
      'with none, nothing is put on the terminal by itself; there are no windows, so without this option the terminal stands for the window and is used as by -nographic',
      (settings, text) => {
        if (asksForHelp(text)) settings.listing = async () => 'Available display backend types:\nnone\n';
        else if (text.split(',')[0] !== 'none') {
          throw new UserError(`Parameter 'type' does not accept value '${text.split(',')[0]}'; use none`);
        } else settings.display = 'none';
      },
    ),
    valued(
      'serial',
      'backend',
      'where the serial port leads: none, null, stdio, mon:stdio, file:, unix:, tcp:, chardev:ID',
      (settings, text) => {
        settings.serials.push({ origin: `-serial ${text}`, what: text });
      },
    ),
    valued('monitor', 'backend', 'a monitor for people', (settings, text) =>
      addMonitor(settings, `-monitor ${text}`, { protocol: 'hmp', backend: text }),
    ),
    valued('qmp', 'backend', 'a monitor for programs', (settings, text) =>
      addMonitor(settings, `-qmp ${text}`, { protocol: 'qmp', backend: text }),
    ),
    valued('qmp-pretty', 'backend', 'the same, its answers written for people', (settings, text) =>
      addMonitor(settings, `-qmp-pretty ${text}`, { protocol: 'qmp', backend: text, isPretty: true }),
    ),
    valued(
      'mon',
      '[chardev=]name[,mode=readline|control][,pretty=on|off][,id=name]',
      'a monitor on a -chardev; pretty= writes the answers of mode=control for people',
      (settings, text) => {
        const options = new Options(keyValues(text, 'chardev', ['pretty']));
        const chardev = options.needed('chardev');
        const mode = options.choice('mode', ['readline', 'control'], 'readline');
        const isPretty = options.flag('pretty', false);
        // Nothing refers to a monitor by its name.
        options.take('id');
        options.finish();
        if (isPretty && mode !== 'control') throw new UserError("'pretty' is not compatible with HMP monitors");
        const protocol = mode === 'control' ? 'qmp' : 'hmp';
        addMonitor(settings, `-mon ${text}`, {
          protocol,
          backend: `chardev:${chardev}`,
          ...(isPretty && { isPretty }),
        });
      },
    ),
    valued(
      'chardev',
      'stdio|file|socket|null|ringbuf|mux,id=name[,property=value...]',
      'a character back end for -serial, -mon or a device',
      (settings, text) => {
        if (asksForHelp(text)) settings.listing = async () => (await import('./listings.ts')).chardevListing();
        else {
          const booleans = ['wait', 'server', 'delay', 'mux', 'signal'];
          settings.chardevs.push({ origin: `-chardev ${text}`, what: keyValues(text, 'backend', booleans) });
        }
      },
    ),
    valued('echr', 'code', 'the key that Ctrl-A is otherwise, as a character code', (settings, text) => {
      const code = Number(text);
      if (!Number.isInteger(code) || code < 0 || code > 255) {
        throw new UserError(`'${text}' is no character code; give a number from 0 to 255`);
      }
      settings.escape = code;
    }),
  ],
};
