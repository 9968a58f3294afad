import type { StatsValue } from '../stats/provider.ts';
import type { Machine } from './machine.ts';

/** The lines of `info jit`, under QEMU's headings and names where the two mean the same. */
export function translatorReport({ stats, config }: Machine): string[] {
  const [result] = stats.query({ target: 'vm', providers: [{ provider: 'tcg' }] }, []);
  const values = new Map<string, StatsValue>(result?.stats.map(({ name, value }) => [name, value]));
  const read = (name: string): number => Number(values.get(name));
  const line = (label: string, value: string | number): string => `${label.padEnd(19)} ${value}`;
  const average = (sum: string, count: string): string => ratio(read(sum), read(count)).toFixed(1);
  const share = (tier: string): string =>
    `${read(tier)} (${(100 * ratio(read(tier), read('instructions'))).toFixed(1)}%)`;
  const seconds = (name: string): string => `${(read(name) / 1e6).toFixed(3)} s`;
  return [
    'Translation buffer state:',
    line('gen code size', `${read('wasm-kept')} bytes, of ${read('wasm-bytes')} made`),
    line('TB count', `${read('tier1-kept')}, of ${read('tier1-blocks')} made in ${read('tier1-modules')} modules`),
    line('region count', `${read('tier2-kept')}, of ${read('tier2-regions')} made`),
    line(
      'region avg size',
      `${average('tier2-blocks', 'tier2-regions')} blocks, ${average('tier2-instructions', 'tier2-regions')} instructions, max=${read('tier2-largest')} instructions`,
    ),
    line('decoded blocks', read('tier0-blocks')),
    '',
    'Statistics:',
    line('tier', config.tier),
    line('tier 0 instructions', share('instructions-tier0')),
    line('tier 1 instructions', share('instructions-tier1')),
    line('tier 2 instructions', share('instructions-tier2')),
    line('link hits', read('link-hits')),
    line('link misses', read('link-misses')),
    line('compile time', `${seconds('compile-time')}, longest stop ${seconds('compile-time-max')}`),
    line('TB flush count', read('code-resets')),
    line('TB invalidate count', read('code-invalidations')),
    line('TB evict count', read('evictions')),
    line('TLB full flushes', read('tlb-flushes')),
    line('TLB partial flushes', read('tlb-page-flushes')),
  ];
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
