import { MAPPED, PAGE, PROT, type PageTable } from './pages.ts';

const hex = (address: number): string => address.toString(16).padStart(16, '0');

/** What is mapped, as `-d page` shows it: a line for each run of pages with the same protection. */
export function pagesText({ flags, count }: PageTable): string {
  const lines = [`${'start'.padEnd(16)} ${'end'.padEnd(16)} ${'size'.padEnd(16)} prot\n`];
  const kind = (page: number): number => (page < count ? flags[page]! & (PROT | MAPPED) : 0);
  for (let page = 0; page < count;) {
    const first = page;
    const is = kind(first);
    while (page < count && kind(page) === is) page++;
    if (is === 0) continue;
    const prot = ['r', 'w', 'x'].map((letter, bit) => ((is >> bit) & 1 ? letter : '-')).join('');
    lines.push(`${hex(first * PAGE)}-${hex(page * PAGE)} ${hex((page - first) * PAGE)} ${prot}\n`);
  }
  return lines.join('');
}
