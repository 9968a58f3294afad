import type { Machine } from './machine.ts';

/** The lines of `info jit`: every statistic of the translator, and what is not a number. */
export function translatorReport({ stats, config }: Machine): string[] {
  const [schema] = stats.schemas('tcg').filter(({ target }) => target === 'vm');
  const [result] = stats.query({ target: 'vm', providers: [{ provider: 'tcg' }] }, []);
  const docs = new Map(schema?.elements.map(({ name, doc }) => [name, doc]));
  const lines = (result?.stats ?? []).map(
    ({ name, value }) =>
      `${name.padEnd(24)} ${Array.isArray(value) ? value.join(' ') : String(value)}  (${docs.get(name)})`,
  );
  return [`tier                     ${config.tier}`, ...lines];
}
