/**
 * Time of a Linux boot to GUEST-READY, native QEMU and this program in turns:
 *
 *     npm run bench:boot [-- GUEST] [--runs N] [--json]
 *
 * GUEST holds `kernel` and `initrd`; without it the `tiny` guest comes from get-guest.sh of the
 * directory that GUESTS names (by default ../shared/guests), by way of the cache ASSETS_CACHE.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SYSTEM } from '../program.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '3' }, json: { type: 'boolean', default: false } },
});
const guest = positionals[0] ?? fetchTiny();
const ARGS = [
  '-M',
  'virt',
  '-m',
  '512M',
  '-nographic',
  '-kernel',
  join(guest, 'kernel'),
  '-initrd',
  join(guest, 'initrd'),
];
const PROGRAMS = { native: 'qemu-system-riscv64', tinamou: SYSTEM } as const;

function fetchTiny(): string {
  const scripts = resolve(process.env['GUESTS'] ?? join(import.meta.dirname, '../../../shared/guests'));
  const cache = process.env['ASSETS_CACHE'] ?? join(tmpdir(), 'guests');
  const out = join(cache, 'guest', 'tiny-trixie-riscv64');
  if (existsSync(join(out, 'initrd'))) return out;
  const { status } = spawnSync(join(scripts, 'get-guest.sh'), ['riscv64', '--kind', 'tiny', '--out', out], {
    env: { ...process.env, ASSETS_CACHE: cache },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error('no guest: name a directory with kernel and initrd');
  return out;
}

/** Seconds from the start of the process to the line, and of CPU until it had ended. */
async function boot(program: string): Promise<number> {
  const start = performance.now();
  const child = spawn(program, [...ARGS, '-append', 'console=ttyS0 guest.poweroff'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  const seconds = await new Promise<number>((done, failed) => {
    child.stdout.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1');
      if (text.includes('GUEST-READY')) done((performance.now() - start) / 1000);
    });
    child.on('exit', () => failed(new Error(`${program} ended early: ${text.slice(-1000)}`)));
  });
  await new Promise((done) => child.once('exit', done));
  return seconds;
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;

const times: Record<keyof typeof PROGRAMS, number[]> = { native: [], tinamou: [] };
for (let run = 0; run < Number(values.runs); run++) {
  for (const [name, program] of Object.entries(PROGRAMS)) {
    const seconds = await boot(program);
    times[name as keyof typeof times].push(seconds);
    if (!values.json) console.log(`${name.padEnd(8)} ${seconds.toFixed(2)} s`);
  }
}
const result = {
  bench: 'boot',
  guest,
  seconds: times,
  median: { native: median(times.native), tinamou: median(times.tinamou) },
  ratio: median(times.tinamou) / median(times.native),
};
console.log(values.json ? JSON.stringify(result) : `ratio ${result.ratio.toFixed(2)} (the aim is at most 4)`);
