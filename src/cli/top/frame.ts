import type { StatsValue } from '../../stats/provider.ts';
import type { Element, Group, Sample } from './sample.ts';

/** How many columns of numbers there are, and how wide one is. */
const COLUMNS = 3;
const WIDTH = 33;

/** Providers in the order of interest; others follow. */
const ORDER = ['tcg', 'block', 'irq', 'timers', 'memory', 'monitor'];

/**
 * What a terminal shows: the machine, its vCPUs, and every number of every provider. Numbers that only
 * grow are shown by how fast they did since the sample before, in units of their schema.
 */
export function frame(before: Sample, after: Sample, elements: readonly Element[]): string[] {
  const seconds = after.at - before.at;
  const providers = [...new Set(elements.filter(({ target }) => target === 'vm').map(({ provider }) => provider))];
  const rank = (provider: string): number => (ORDER.indexOf(provider) + ORDER.length + 1) % (ORDER.length + 1);
  return [
    `tinamou top   ${after.name === '' ? 'a machine' : after.name} (${after.arch}), ${after.status}`,
    '',
    `  ${'vCPU'.padEnd(28)}${['MIPS', 'tier 0', 'tier 1', 'tier 2', 'halts/s'].map((each) => each.padStart(9)).join('')}`,
    ...after.groups
      .filter(({ provider, path }) => provider === 'tcg' && path !== undefined)
      .toReversed()
      .map((group) => vcpuLine(before, group, seconds)),
    ...providers
      .toSorted((a, b) => rank(a) - rank(b))
      .flatMap((provider) => section(provider, before, after, { elements, seconds })),
  ];
}

const find = (sample: Sample, provider: string, path: string | undefined): Group | undefined =>
  sample.groups.find((each) => each.provider === provider && each.path === path);

/** How much a number grew; nothing if it was not there. */
function growth(before: Group | undefined, after: Group, name: string): number {
  const [was, is] = [before?.values.get(name), after.values.get(name)];
  return isNumber(was) && isNumber(is) ? Number(is) - Number(was) : 0;
}

const isNumber = (value: StatsValue | undefined): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint';

function vcpuLine(sampleBefore: Sample, after: Group, seconds: number): string {
  const before = find(sampleBefore, after.provider, after.path);
  const retired = growth(before, after, 'instructions');
  const share = (tier: number): string =>
    retired === 0 ? '-' : `${((100 * growth(before, after, `instructions-tier${tier}`)) / retired).toFixed(1)} %`;
  const cells = [
    (retired / seconds / 1e6).toFixed(1),
    share(0),
    share(1),
    share(2),
    (growth(before, after, 'halts') / seconds).toFixed(0),
  ];
  return `  ${(after.path ?? '').padEnd(28)}${cells.map((each) => each.padStart(9)).join('')}`;
}

/** A provider's numbers for the machine, down the columns. */
function section(
  provider: string,
  before: Sample,
  after: Sample,
  { elements, seconds }: { readonly elements: readonly Element[]; readonly seconds: number },
): string[] {
  const group = find(after, provider, undefined);
  if (group === undefined) return [];
  const earlier = find(before, provider, undefined);
  const cells = elements
    .filter((each) => each.provider === provider && each.target === 'vm')
    .map((element) => cell(element, { earlier, group, seconds }));
  const rows = Math.ceil(cells.length / COLUMNS);
  const lines = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: COLUMNS }, (_cell, column) => cells[column * rows + row] ?? '')
      .map((text) => text.padEnd(WIDTH))
      .join(' ')
      .trimEnd(),
  );
  return ['', `  ${provider}`, ...lines.map((line) => `  ${line}`)];
}

function cell(
  element: Element,
  { earlier, group, seconds }: { readonly earlier: Group | undefined; readonly group: Group; readonly seconds: number },
): string {
  const { name, type } = element;
  const value = group.values.get(name);
  let shown = '';
  if (Array.isArray(value)) shown = bars(value.map(Number), earlier?.values.get(name));
  else if (typeof value === 'boolean') shown = value ? 'yes' : 'no';
  else if (type === 'cumulative') shown = `${amount(growth(earlier, group, name) / seconds, element)}/s`;
  else if (isNumber(value)) shown = amount(Number(value), element);
  const label = name.replace(/-histogram$/, '');
  const room = WIDTH - 1 - shown.length;
  return `${label.length > room ? `${label.slice(0, Math.max(0, room - 1))}…` : label.padEnd(room)} ${shown}`;
}

const HEIGHTS = [...' ▁▂▃▄▅▆▇█'];
const BARS = 16;

/** What fell into the buckets since before, from the first that holds any on. */
function bars(now: readonly number[], earlier: StatsValue | undefined): string {
  const was = Array.isArray(earlier) ? (earlier as readonly (number | bigint)[]) : [];
  const grown = now.map((count, index) => count - Number(was[index] ?? 0));
  const first = Math.max(
    0,
    grown.findIndex((count) => count > 0),
  );
  const part = grown.slice(first, first + BARS);
  const most = Math.max(1, ...part);
  return `[${part.map((count) => HEIGHTS[Math.ceil((Math.max(0, count) / most) * (HEIGHTS.length - 1))]).join('')}]`;
}

const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P'];

/** With three digits and a prefix, in the unit of the schema. */
function amount(value: number, { unit, base, exponent = 0 }: Element): string {
  const scaled = value * (base ?? 1) ** exponent;
  const symbol = unit === 'bytes' ? 'B' : unit === 'seconds' ? 's' : '';
  if (scaled !== 0 && Math.abs(scaled) < 1 && unit === 'seconds') {
    const step = Math.min(3, Math.ceil(-Math.log10(Math.abs(scaled)) / 3));
    return `${digits(scaled * 1000 ** step)} ${['', 'm', 'µ', 'n'][step]}${symbol}`;
  }
  let step = 0;
  let rest = scaled;
  for (; Math.abs(rest) >= 1000 && step < PREFIXES.length - 1; step++) rest /= 1000;
  return `${digits(rest)} ${PREFIXES[step]}${symbol}`.trimEnd();
}

const digits = (value: number): string =>
  Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0);
