import type { StatsElement, StatsProvider, StatsSubject, StatsValue } from './provider.ts';

/** What is wrong with an element's declaration, or nothing. */
export function elementMistake(element: StatsElement): string | undefined {
  const { name, doc, type, unit, base, exponent = 0, bucketSize } = element;
  if (!/^[a-z0-9][a-z0-9_-]*$/.test(name)) return 'has a name with other characters than a-z, 0-9, - and _';
  if (doc.trim() === '') return 'is not documented';
  if (!Number.isInteger(exponent) || Math.abs(exponent) > 0x7fff) return 'has an exponent beyond 16 bits';
  if ((exponent !== 0) !== (base !== undefined)) return 'has one of base and exponent';
  if ((type === 'linear-histogram') !== (bucketSize !== undefined)) return 'must have a bucket size if it is linear';
  if (bucketSize !== undefined && !(Number.isInteger(bucketSize) && bucketSize > 0)) return 'has an empty bucket';
  if (unit === 'boolean' && (type !== 'instant' || exponent !== 0))
    return 'is true or false, so it can only be instant';
  return undefined;
}

/** What is wrong with a value, or nothing. */
export function valueMistake(element: StatsElement, value: StatsValue): string | undefined {
  const isHistogram = element.type.endsWith('-histogram');
  if (isHistogram !== Array.isArray(value)) return isHistogram ? 'is no list of buckets' : 'is a list';
  if ((element.unit === 'boolean') !== (typeof value === 'boolean')) return 'is not what its unit says';
  const numbers = Array.isArray(value) ? (value as readonly (number | bigint)[]) : [value as number | bigint | boolean];
  if (isHistogram && numbers.length === 0) return 'has no buckets';
  const isCount = (n: number | bigint | boolean): boolean =>
    typeof n === 'boolean' || (typeof n === 'bigint' ? n >= 0n && n < 1n << 64n : Number.isSafeInteger(n) && n >= 0);
  return numbers.every(isCount) ? undefined : 'is no whole number of 64 bits';
}

/**
 * The suite that every provider runs: each value has its schema element, in the same order, and is of its
 * type. Returns what is wrong, one line each.
 */
export function providerMistakes(provider: StatsProvider, vcpuCount: number): readonly string[] {
  const vcpus = Array.from({ length: vcpuCount }, (_, vcpu): StatsSubject => ({ target: 'vcpu', vcpu }));
  const subjects: readonly StatsSubject[] = [{ target: 'vm' }, ...vcpus];
  return subjects
    .filter(({ target }) => provider.targets.includes(target))
    .flatMap((subject) => {
      const elements = provider.schema(subject.target);
      const entries = provider.values(subject);
      const where = `${subject.target}/${provider.name}`;
      const declared = elements.map(({ name }) => name).join(' ');
      const given = entries.map(({ name }) => name).join(' ');
      if (declared !== given) return [`${where}: declared are ${declared}, given are ${given}`];
      return elements.flatMap((element, index) => {
        const mistake = elementMistake(element) ?? valueMistake(element, entries[index]!.value);
        return mistake === undefined ? [] : [`${where}/${element.name} ${mistake}`];
      });
    });
}
