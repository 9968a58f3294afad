/**
 * One machine for a long time: boots of Linux and compiles in it, in turns, while its memory is watched.
 *
 *     npm run soak [-- --minutes N] [--every SECONDS]
 *
 * Fails if more than 300 MiB are resident beyond the guest's RAM that was touched, if that grows over the
 * last half, or if a compile gives something else than the first one did. The guest comes from the
 * scripts of the directory that GUESTS names (by default ../shared/guests), by way of the cache
 * ASSETS_CACHE.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SYSTEM } from '../program.ts';
import { soakGuest } from './guest.ts';
import { QmpClient } from './qmp.ts';
import { residentOf } from './resident.ts';
import { faults, type Sample } from './verdict.ts';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '20' }, every: { type: 'string', default: '5' } },
});
const MIB = 2 ** 20;
const RAM = 512 * MIB;
const scripts = resolve(process.env['GUESTS'] ?? join(import.meta.dirname, '../../../shared/guests'));
const guest = soakGuest(scripts, process.env['ASSETS_CACHE'] ?? join(tmpdir(), 'guests'));
const socket = join(tmpdir(), `tinamou-soak-${process.pid}`);
const options = `-M virt -m 512M -display none -monitor none -serial stdio -qmp unix:${socket},server=on,wait=off`;
const machine = spawn(
  SYSTEM,
  [...options.split(' '), '-kernel', guest.kernel, '-initrd', guest.initrd, '-append', 'console=ttyS0'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);

const wrong: string[] = [];
const compiled = new Map<string, string>();
let rounds = 0;
let compiles = 0;
let line = '';
machine.stdout.setEncoding('latin1').on('data', (text: string) => {
  const lines = (line + text).split('\n');
  line = lines.pop()!;
  for (const each of lines) {
    if (each.includes('SOAK-ROUND')) rounds++;
    const [, source, hash] = /COMPILED (\w+) (\w+)/.exec(each) ?? [];
    if (source === undefined || hash === undefined) continue;
    const first = compiled.get(source) ?? hash;
    compiled.set(source, first);
    compiles++;
    if (first !== hash) wrong.push(`${source} was compiled to something else in round ${rounds}`);
  }
});
let hasEnded = false;
machine.once('exit', () => (hasEnded = true));

const wait = (seconds: number): Promise<unknown> => new Promise((done) => setTimeout(done, seconds * 1000));
const mib = (bytes: number): string => (bytes / MIB).toFixed(0).padStart(4);

// It ends with this program, however that ends.
process.once('exit', () => machine.kill('SIGKILL'));
while (!existsSync(socket) && !hasEnded) await wait(0.1);
using qmp = await QmpClient.connect(socket);
const start = performance.now();
const samples: Sample[] = [];
let most = 0;
for (;;) {
  await wait(Number(values.every));
  const seconds = (performance.now() - start) / 1000;
  if (hasEnded) wrong.push(`the machine ended after ${seconds.toFixed(0)} s`);
  if (hasEnded || seconds > Number(values.minutes) * 60) break;
  const { all, peak, guest: touched } = residentOf(machine.pid!, RAM);
  most = peak - touched;
  const stats = await qmp.translatorStats();
  samples.push({ seconds, beyond: all - touched });
  const code = `code ${mib(stats('wasm-kept'))} of ${mib(stats('wasm-bytes'))}, ${stats('evictions')} evictions, ${stats('code-resets')} resets, ${(stats('compile-time') / 1e6).toFixed(0)} s translating`;
  const stop = `longest stop ${(stats('compile-time-max') / 1000).toFixed(1)} ms`;
  console.log(
    `${seconds.toFixed(0).padStart(5)} s  resident ${mib(all)}  touched ${mib(touched)}  beyond ${mib(all - touched)} MiB  ${code}, ${stop}, ${compiles} compiles, ${rounds} rounds`,
  );
}
machine.kill('SIGKILL');
wrong.push(...faults(samples));
if (rounds === 0) wrong.push('not one round of compiles was done');
const largest = Math.max(...samples.map(({ beyond }) => beyond));
console.log(
  wrong.length === 0
    ? `good: ${rounds} rounds, at most ${mib(largest)} MiB beyond guest RAM, ${mib(most)} between samples`
    : `bad: ${wrong.join('; ')}`,
);
process.exitCode = wrong.length === 0 ? 0 : 1;
