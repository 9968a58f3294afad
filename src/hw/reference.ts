/** Texts made from declarations: `-device NAME,help` and the reference page of all devices. */

import type { DeviceDeclaration } from './device.ts';
import { helpProperty } from './properties.ts';

/** The lines of `-device NAME,help`. */
export function deviceHelp({ name, spec }: DeviceDeclaration): string[] {
  const lines = [
    ...Object.entries(spec.properties ?? {}).map(([property, declared]) => helpProperty(property, declared)),
    ...Object.entries(spec.backends ?? {})
      .filter(([, { kind }]) => kind !== 'power')
      .map(([slot, { doc }]) => `${`  ${slot}=<str>`.padEnd(24)} - ${doc}`),
  ];
  return [`${name} options:`, ...lines.sort()];
}

/** Headings of `-device help` in its order. */
const CATEGORIES = ['Storage', 'Network', 'Input', 'Display', 'Misc'] as const;

/** The lines of `-device help`: what a user can add. */
export function deviceList(devices: readonly DeviceDeclaration[]): string[] {
  return CATEGORIES.flatMap((category) => {
    const members = devices.filter(({ spec }) => spec.category === category);
    if (members.length === 0) return [];
    const names = members.map(({ name, spec }) => `name "${name}"${spec.bus === undefined ? '' : `, bus ${spec.bus}`}`);
    return [`${category} devices:`, ...names.sort(), ''];
  });
}

/** The page docs/reference/devices.md. */
export function deviceReference(devices: readonly DeviceDeclaration[]): string {
  const sorted = [...devices].sort((a, b) => (a.name < b.name ? -1 : 1));
  const lines = [
    '# Devices',
    '',
    'Made from the declarations in `src/hw` by `npm run bless`; not to be edited.',
    '',
    ...sorted.flatMap(describe),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function describe({ name, spec }: DeviceDeclaration): string[] {
  const lines = [`## ${name}`, '', spec.doc, ''];
  const facts = [
    spec.bus && `Plugs into: ${spec.bus}.`,
    spec.provides && `Provides: ${spec.provides}.`,
    spec.compatible && `Device tree: ${spec.compatible.map((value) => `\`${value}\``).join(', ')}.`,
    `Saved as: \`${spec.section?.name ?? name}\`, version ${spec.section?.version ?? 1}.`,
  ].filter((fact) => fact !== undefined && fact !== '');
  lines.push(facts.join(' '), '');
  const registers = Object.entries(spec.regs);
  if (registers.length > 0) {
    lines.push('| offset | register | access | bytes | |', '|---|---|---|---|---|');
    for (const [register, [offset, access, doc, options]] of registers) {
      const bytes = options?.span ?? options?.width ?? 4;
      const when = options?.when === undefined ? '' : ` (when ${options.when})`;
      lines.push(`| 0x${offset.toString(16)} | ${register} | ${access} | ${bytes} | ${doc}${when} |`);
    }
    lines.push('');
  }
  const properties = Object.entries(spec.properties ?? {});
  const backends = Object.entries(spec.backends ?? {}).filter(([, { kind }]) => kind !== 'power');
  if (properties.length + backends.length > 0) {
    lines.push('| property | type | default | |', '|---|---|---|---|');
    for (const [slot, { doc }] of backends) lines.push(`| ${slot} | str | | ${doc} |`);
    for (const [property, { type, default: value, doc }] of properties) {
      lines.push(`| ${property} | ${type} | ${String(value)} | ${doc} |`);
    }
    lines.push('');
  }
  const counters = Object.entries(spec.counters ?? {});
  if (counters.length > 0) {
    lines.push('| counter | unit | |', '|---|---|---|');
    for (const [counter, { doc, unit }] of counters) lines.push(`| ${counter} | ${unit ?? ''} | ${doc} |`);
    lines.push('');
  }
  return lines;
}
