import { parseShortForm } from '../../char/short-form.ts';
import { UserError } from '../../base/errors.ts';
import type { Chardevs } from '../../char/chardevs.ts';
import { locatedLater as at } from '../options/option.ts';
import type { Asked, MonitorSetting, Settings } from '../options/settings.ts';

/** Who uses which character back end. */
export interface Terminals {
  /** The id of the serial port's; none: it leads nowhere. */
  readonly serial: string | undefined;
  readonly monitors: readonly OpenMonitor[];
}

interface OpenMonitor {
  readonly origin: string;
  readonly protocol: 'qmp' | 'hmp';
  readonly isPretty: boolean;
  readonly chardev: string;
}

/** Opens the back ends of the command line, and those that stand for options that were not given. */
export async function openTerminals(settings: Settings, chardevs: Chardevs): Promise<Terminals> {
  for (const { origin, what } of settings.chardevs) await at(origin, () => chardevs.add(what));
  const { serials, monitors } = withDefaults(settings);
  if (serials.length > 1) {
    throw new UserError(`${serials[1]!.origin}: this machine has one serial port; add virtconsole devices for more`);
  }
  const all: OpenMonitor[] = [];
  const open = async (origin: string, text: string, label: string): Promise<string | undefined> => {
    const form = await at(origin, () => parseShortForm(text, label));
    if (form.type === 'none') return undefined;
    if (form.type === 'chardev') {
      if (!chardevs.has(form.id)) {
        throw new UserError(`${origin}: chardev '${form.id}' not found; define it with -chardev ...,id=${form.id}`);
      }
      return form.id;
    }
    await at(origin, () => chardevs.add(form.options));
    if (form.monitor) all.push({ origin, protocol: 'hmp', isPretty: false, chardev: label });
    return label;
  };
  const [serial] = serials;
  const serialId = serial === undefined ? undefined : await open(serial.origin, serial.what, 'serial0');
  let number = 0;
  for (const { origin, what } of monitors) {
    const chardev = await open(origin, what.backend, `compat_monitor${number}`);
    if (chardev === undefined) continue;
    if (chardev === `compat_monitor${number}`) number++;
    all.push({ origin, protocol: what.protocol, isPretty: what.isPretty === true, chardev });
  }
  return { serial: serialId, monitors: all };
}

/** What a machine has unless the command line says otherwise. */
function withDefaults(settings: Settings): {
  serials: readonly Asked<string>[];
  monitors: readonly Asked<MonitorSetting>[];
} {
  const { serials, monitors, display, nodefaults } = settings;
  if (nodefaults || display === 'none') return { serials, monitors };
  const origin = display === 'terminal' ? '-nographic' : 'the terminal';
  const hasMonitor = monitors.length > 0 || serials.some(({ what }) => what.startsWith('mon:'));
  const wantsSerial = serials.length === 0;
  // Without -nographic the terminal is only a stand-in: whoever names it has it.
  if (display === 'default' && usesStdio(settings)) return { serials, monitors };
  if (wantsSerial) return { serials: [{ origin, what: hasMonitor ? 'stdio' : 'mon:stdio' }], monitors };
  if (hasMonitor || display === 'default') return { serials, monitors };
  return { serials, monitors: [{ origin, what: { protocol: 'hmp', backend: 'stdio' } }] };
}

function usesStdio({ serials, monitors, chardevs }: Settings): boolean {
  const texts = [...serials.map(({ what }) => what), ...monitors.map(({ what }) => what.backend)];
  return (
    texts.some((text) => text.replace(/^mon:/, '') === 'stdio') ||
    chardevs.some(({ what }) => what['backend'] === 'stdio')
  );
}
