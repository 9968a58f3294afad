import type { Catalog } from './catalog.ts';
import type { MonitorTarget } from './target.ts';

/** What the last word of a line could be: a command, or what its argument takes. */
export function completions(line: string, target: MonitorTarget, catalog: Catalog): readonly string[] {
  const words = line.trimStart().split(/\s+/);
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const [first, second] = before;
  const named = [...catalog.hmp.values()].flatMap(({ name, aliases }) => [name, ...aliases]);
  const ofInfo = named.flatMap((name) => (name.startsWith('info ') ? [name.slice('info '.length)] : []));
  const isWanted = (word: string): boolean => word.startsWith(typed);
  if (first === undefined) return named.filter((name) => !name.startsWith('info ')).filter(isWanted);
  if (first === 'help' || first === '?') return (second === 'info' ? ofInfo : named).filter(isWanted);
  if (first === 'info' && second === undefined) return ofInfo.filter(isWanted);
  const command = catalog.hmpCommand(first === 'info' ? `info ${second}` : first);
  const position = before.length - (first === 'info' ? 2 : 1);
  const args = Object.values(command?.args ?? {}).filter(({ flag }) => flag === undefined);
  return (args[position]?.suggest?.(target) ?? []).filter(isWanted);
}
