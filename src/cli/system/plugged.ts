import { UserError } from '../../base/errors.ts';
import type { PluggedDevice } from '../../board/virt-config.ts';
import { devices } from '../../hw/devices.ts';
import { located } from '../options/option.ts';
import type { Asked } from '../options/settings.ts';
import type { Values } from '../../host/key-values.ts';

/** What `-device` says, sorted into what the board does with it. */
export function pluggedDevice({ origin, what }: Asked<Values>): PluggedDevice {
  return located(origin, () => {
    const { driver, id, bus, ...rest } = what;
    if (typeof driver !== 'string') throw new UserError("Parameter 'driver' is missing");
    const slots = Object.keys(devices.find(({ name }) => name === driver)?.spec.backends ?? {});
    const isBackend = ([name]: [string, unknown]): boolean => slots.includes(name);
    const entries = Object.entries(rest);
    return {
      origin,
      driver,
      id: checkedId(id),
      bus: bus === undefined ? undefined : String(bus),
      props: Object.fromEntries(entries.filter((entry) => !isBackend(entry))),
      backends: Object.fromEntries(entries.filter(isBackend).map(([name, value]) => [name, String(value)])),
    };
  });
}

function checkedId(id: unknown): string | undefined {
  if (id === undefined) return undefined;
  if (typeof id === 'string' && /^[a-z][\w.-]*$/i.test(id)) return id;
  throw new UserError("Parameter 'id' expects an identifier: letters, digits, '-', '.' and '_', a letter first");
}
