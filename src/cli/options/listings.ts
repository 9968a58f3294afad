/** What `help` as an argument prints. */
import { UserError } from '../../base/errors.ts';
import { pluggable } from '../../board/virtio-slots.ts';
import { Chardevs } from '../../char/chardevs.ts';
import { devices } from '../../hw/devices.ts';
import { helpProperty } from '../../hw/properties.ts';
import { OPTIMIZATIONS } from '../../jit/optimizations.ts';
import { FILE_PROPERTIES, NO_EFFECT } from './standard.ts';
import { LOG_ITEMS, PROGRAM_LOG_ITEMS, USER_LOG_ITEM_NAMES } from '../../mem/log-items.ts';

export function machineListing(): string {
  return 'Supported machines are:\nvirt                 RISC-V VirtIO board\n';
}

export function machinePropertyListing(): string {
  const files = Object.entries(FILE_PROPERTIES).map(
    ([name, { doc }]) => `  ${`${name}=<string>`.padEnd(22)} - ${doc}\n`,
  );
  const fixed = Object.entries(NO_EFFECT).map(
    ([name, values]) =>
      `  ${`${name}=<${values.some((value) => value === 'none') ? 'string' : 'bool'}>`.padEnd(22)} - ${values.join(' or ')}; changes nothing\n`,
  );
  return `virt-machine options:\n${[...files, ...fixed].toSorted().join('')}`;
}

export function cpuListing(): string {
  return 'any\nrv64\n';
}

export function chardevListing(): string {
  return `Available chardev backend types: \n${Chardevs.kinds.map((kind) => `  ${kind}\n`).join('')}`;
}

export function optimizationListing(): string {
  const lines = Object.entries(OPTIMIZATIONS).map(([name, doc]) => `${name.padEnd(15)} ${doc}\n`);
  return `Optimizations (joined by +):\n${lines.join('')}`;
}

export const logListing = (): string => itemListing(LOG_ITEMS);
/** In user mode. */
export function programLogListing(): string {
  const docs: Readonly<Record<string, string>> = { ...LOG_ITEMS, ...PROGRAM_LOG_ITEMS };
  return itemListing(Object.fromEntries(USER_LOG_ITEM_NAMES.map((name) => [name, docs[name]!])));
}

function itemListing(docs: Readonly<Record<string, string>>): string {
  const items = Object.entries(docs).map(([name, doc]) => `${name.padEnd(15)} ${doc}\n`);
  return `Log items (comma separated):\n${items.join('')}`;
}

const CATEGORIES = {
  Storage: 'Storage',
  Network: 'Network',
  Input: 'Input',
  Display: 'Display',
  Misc: 'Misc',
} as const;

export function deviceListing(): string {
  return Object.entries(CATEGORIES)
    .map(([category, title]) => {
      const lines = pluggable
        .filter(({ spec }) => spec.category === category)
        .map(({ name, spec: { bus } }) => `name "${name}"${bus === undefined ? '' : `, bus ${bus}`}\n`)
        .toSorted();
      return lines.length === 0 ? '' : `${title} devices:\n${lines.join('')}\n`;
    })
    .join('')
    .replace(/\n$/, '');
}

export function propertyListing(driver: string): string {
  const found = devices.find(({ name }) => name === driver);
  if (found === undefined) {
    throw new UserError(`-device ${driver},help: Device '${driver}' not found; -device help lists them`);
  }
  const backends = Object.entries(found.spec.backends ?? {}).map(([slot, { doc }]) =>
    helpProperty(slot, { type: 'str', default: '', doc, quiet: true }),
  );
  const properties = Object.entries(found.spec.properties ?? {}).map(([name, property]) =>
    helpProperty(name, property),
  );
  return `${driver} options:\n${[...backends, ...properties].toSorted().join('\n')}\n`;
}
