import type { ProviderName, StatsElement, StatsTarget, StatsValue } from '../stats/provider.ts';
import type { StatsRegistry, StatsVcpu } from '../stats/registry.ts';

/** Statistics for people: `name (type, unit): value`, a line each, under the provider's name. */
export function statsText(
  registry: StatsRegistry,
  wanted: {
    readonly target: StatsTarget;
    readonly vcpus: readonly StatsVcpu[];
    readonly names: readonly string[] | undefined;
    /** If it was asked for, its name needs no line. */
    readonly provider: ProviderName | undefined;
  },
): string {
  const schemas = registry.schemas(wanted.provider).filter(({ target }) => target === wanted.target);
  let text = '';
  for (const { provider, elements } of schemas) {
    const providers = [{ provider, names: wanted.names }];
    const [result] = registry.query({ target: wanted.target, providers }, wanted.vcpus);
    if (result === undefined) continue;
    if (wanted.provider === undefined) text += `provider: ${provider}\n`;
    for (const { name, value } of result.stats) {
      const element = elements.find((each) => each.name === name);
      if (element !== undefined) text += `    ${name} (${kindText(element)}): ${valueText(value)}\n`;
    }
  }
  return text;
}

function kindText(element: StatsElement): string {
  const unit = unitText(element);
  const bucket = element.bucketSize === undefined ? '' : `, bucket size=${element.bucketSize}`;
  return `${element.type}${unit === '' ? '' : `, ${unit}`}${bucket}`;
}

const SYMBOLS: Readonly<Record<string, string>> = { seconds: 's', bytes: 'B' };
const SI = ['a', 'f', 'p', 'n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const IEC = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** `ns`, `KiB`; a factor that no prefix stands for is written out. */
function unitText(element: StatsElement): string {
  const { base, exponent = 0 } = element;
  const unit: string = element.unit ?? '';
  const symbol = SYMBOLS[unit];
  const prefix = base === 2 ? IEC[exponent / 10] : SI[exponent / 3 + 6];
  if (symbol !== undefined && prefix !== undefined) return prefix + symbol;
  return exponent === 0 ? unit : `* ${base}^${exponent}${unit === '' ? '' : ` ${unit}`}`;
}

function valueText(value: StatsValue): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return value.map((count, index) => `[${index + 1}]=${count} `).join('');
}
