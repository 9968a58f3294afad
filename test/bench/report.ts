/** What a run of the kernels found, for people and for programs. */
import type { Group, Mode } from './suite.ts';
import { geometricMean, type Quartiles, quartiles } from './statistics.ts';

/** One kernel in one mode. */
export interface Series {
  readonly kernel: string;
  readonly group: Group;
  readonly mode: Mode;
  /** Seconds, pair by pair. */
  readonly rival: readonly number[];
  readonly tinamou: readonly number[];
}

/** How many times as fast as the rival this program is, from pair to pair. */
export function ratios({ rival, tinamou }: Series): Quartiles {
  return quartiles(rival.map((seconds, pair) => seconds / tinamou[pair]!));
}

export interface Summary {
  /** By kernel: the lower median of its modes. */
  readonly lower: Readonly<Record<string, number>>;
  /** Of these. */
  readonly geometricMeans: Readonly<Partial<Record<Group, number>>>;
}

export function summary(series: readonly Series[]): Summary {
  const lower: Record<string, number> = {};
  const groups: Partial<Record<Group, string[]>> = {};
  for (const each of series) {
    const { kernel, group } = each;
    lower[kernel] = Math.min(lower[kernel] ?? Infinity, ratios(each).median);
    const names = (groups[group] ??= []);
    if (!names.includes(kernel)) names.push(kernel);
  }
  const geometricMeans: Partial<Record<Group, number>> = {};
  for (const [group, names] of Object.entries(groups)) {
    geometricMeans[group as Group] = geometricMean(names.map((name) => lower[name]!));
  }
  return { lower, geometricMeans };
}

const milliseconds = (seconds: readonly number[]): string => (quartiles(seconds).median * 1000).toFixed(0);

export function table(series: readonly Series[], rival: string): string {
  const row = (...cells: string[]): string =>
    cells.map((cell, column) => (column < 2 ? cell.padEnd(column === 0 ? 10 : 6) : cell.padStart(12))).join('');
  const lines = [row('kernel', 'mode', `${rival} ms`, 'tinamou ms', 'ratio', 'quartiles')];
  for (const each of series) {
    const { q1, median, q3 } = ratios(each);
    const times = [milliseconds(each.rival), milliseconds(each.tinamou)];
    lines.push(row(each.kernel, each.mode, ...times, median.toFixed(3), `${q1.toFixed(2)}–${q3.toFixed(2)}`));
  }
  const { lower, geometricMeans } = summary(series);
  lines.push('', 'By the lower mode of each kernel:');
  for (const [group, mean] of Object.entries(geometricMeans)) lines.push(`${group}: geometric mean ${mean.toFixed(3)}`);
  const [slowest, least] = Object.entries(lower).reduce((a, b) => (b[1] < a[1] ? b : a));
  lines.push(`least: ${slowest} ${least.toFixed(3)}`);
  return lines.join('\n');
}
