import type { ProviderName, StatsElement, StatsEntry, StatsTarget, StatsValue } from '../../stats/provider.ts';
import type { StatsRegistry, StatsVcpu } from '../../stats/registry.ts';

/**
 * Statistics as Prometheus collects them: OpenMetrics 1.0, or its older text format 0.0.4. Names, help,
 * types and units come from the schemas of the statistics:
 *
 *     # HELP tinamou_vcpu_tcg_compile_time_seconds_total time spent in translation
 *     # TYPE tinamou_vcpu_tcg_compile_time_seconds_total counter
 *     tinamou_vcpu_tcg_compile_time_seconds_total{vcpu="0"} 0.25
 */
export type Format = 'openmetrics' | 'text';

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  text: 'text/plain; version=0.0.4; charset=utf-8',
};

export function exposition(registry: StatsRegistry, vcpus: readonly StatsVcpu[], format: Format): string {
  let page = '';
  for (const { provider, target, elements } of registry.schemas()) {
    const subjects = subjectsOf(registry, vcpus, { provider, target });
    for (const [index, element] of elements.entries()) {
      const family = familyOf(provider, target, element);
      page += head(family, element, format);
      for (const { label, entries } of subjects) page += samples(family, element, label, entries[index]!.value);
    }
  }
  return format === 'openmetrics' ? `${page}# EOF\n` : page;
}

/** Whose numbers there are: the machine's have no label. */
function subjectsOf(
  registry: StatsRegistry,
  vcpus: readonly StatsVcpu[],
  { provider, target }: { readonly provider: ProviderName; readonly target: StatsTarget },
): readonly { readonly label: string; readonly entries: readonly StatsEntry[] }[] {
  return registry.query({ target, providers: [{ provider }] }, vcpus).map(({ qomPath, stats }) => {
    const vcpu = vcpus.find((each) => each.qomPath === qomPath);
    return { label: vcpu === undefined ? '' : `vcpu="${vcpu.index}"`, entries: stats };
  });
}

interface Family {
  readonly name: string;
  readonly unit: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
}

/** A base unit is the last word of a name, and a type is none of them. */
function familyOf(provider: ProviderName, target: StatsTarget, { name, type, unit }: StatsElement): Family {
  const base = unit === undefined || unit === 'boolean' ? '' : unit;
  const words = name.replace(/-histogram$/, '-distribution').split(/[-_]/);
  if (base !== '' && words.at(-1) !== base) words.push(base);
  const kind = type.endsWith('histogram') ? 'histogram' : type === 'cumulative' ? 'counter' : 'gauge';
  return { name: ['tinamou', target, provider, ...words].join('_'), unit: base, type: kind };
}

/** The older format counts what OpenMetrics leaves out of a family's name. */
function head({ name, unit, type }: Family, { doc }: StatsElement, format: Format): string {
  const shown = format === 'text' && type === 'counter' ? `${name}_total` : name;
  const help = doc.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return `# HELP ${shown} ${help}\n# TYPE ${shown} ${type}\n${unit === '' ? '' : `# UNIT ${shown} ${unit}\n`}`;
}

function samples({ name, type }: Family, element: StatsElement, label: string, value: StatsValue): string {
  const line = (suffix: string, labels: readonly string[], text: string): string => {
    const all = labels.filter((each) => each !== '');
    return `${name}${suffix}${all.length === 0 ? '' : `{${all.join(',')}}`} ${text}\n`;
  };
  if (typeof value === 'boolean') return line('', [label], value ? '1' : '0');
  if (typeof value === 'number' || typeof value === 'bigint')
    return line(type === 'counter' ? '_total' : '', [label], scaled(value, element));
  const counts = value.map(Number);
  let sum = 0;
  return counts
    .map((count, bucket) => {
      sum += count;
      const isLast = bucket === counts.length - 1;
      const end = isLast ? '+Inf' : scaled(upperEnd(element, bucket), element);
      return line('_bucket', [label, `le="${end}"`], String(sum));
    })
    .join('');
}

/** The highest value that falls into a bucket. */
function upperEnd({ bucketSize }: StatsElement, bucket: number): number {
  return bucketSize === undefined ? 2 ** bucket - 1 : (bucket + 1) * bucketSize - 1;
}

/** In base units. Whole numbers stay exact. */
function scaled(value: number | bigint, { base, exponent = 0 }: StatsElement): string {
  if (base === undefined || exponent === 0) return String(value);
  // Division by a power of ten is exact where it can be; multiplication by its inverse is not.
  return String(exponent < 0 ? Number(value) / base ** -exponent : Number(value) * base ** exponent);
}
