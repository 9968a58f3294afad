/** The ratios that were last found good, in kernels.json. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeMachine } from './environment.ts';
import { ratios, type Series } from './report.ts';
import { hasMoved } from './statistics.ts';
import type { Mode } from './suite.ts';

const PATH = join(import.meta.dirname, 'kernels.json');

/** By kernel and mode. */
type StoredRatios = Record<string, Partial<Record<Mode, number>>>;

function read(): StoredRatios {
  if (!existsSync(PATH)) return {};
  return (JSON.parse(readFileSync(PATH, 'utf8')) as { ratios: StoredRatios }).ratios;
}

/** Keeps the medians; kernels that were not run keep theirs. */
export function store(series: readonly Series[]): void {
  const stored = read();
  for (const each of series) (stored[each.kernel] ??= {})[each.mode] = Number(ratios(each).median.toFixed(3));
  writeFileSync(PATH, `${JSON.stringify({ machine: describeMachine(), ratios: stored }, null, 2)}\n`);
}

/** A line for each ratio that is not what was stored. */
export function complaints(series: readonly Series[]): string[] {
  const stored = read();
  return series.flatMap((each) => {
    const before = stored[each.kernel]?.[each.mode];
    const { q1, median, q3 } = ratios(each);
    const what = `${each.kernel} in mode ${each.mode}`;
    if (before === undefined) return [`${what}: no ratio is stored; --store keeps one`];
    if (!hasMoved(before, { q1, median, q3 })) return [];
    return [`${what}: the ratio was ${before} and is ${median.toFixed(3)} (${q1.toFixed(3)} to ${q3.toFixed(3)})`];
  });
}
