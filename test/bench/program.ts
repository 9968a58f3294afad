/**
 * Time of a program for riscv64 under native qemu-riscv64 and under this one, in turns:
 *
 *     npm run bench:program [-- [--runs N] [--first N] [--json] [PROGRAM ARGS...]]
 *
 * Without a PROGRAM the bundler esbuild bundles and minifies react-dom and lodash-es. What is kept between runs is kept
 * for this alone; the first N (by default 8) of ours, which make it, are told by themselves.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { esbuild } from '../esbuild.ts';
import { USER } from '../program.ts';
import { quartiles } from './statistics.ts';

const given = process.argv.slice(2);
const { values, tokens } = parseArgs({
  args: given,
  allowPositionals: true,
  strict: false,
  tokens: true,
  options: {
    runs: { type: 'string', default: '7' },
    first: { type: 'string', default: '8' },
    json: { type: 'boolean', default: false },
  },
});
// The first word that is no option is the program; whatever follows is the program's.
const start = tokens.find(({ kind }) => kind === 'positional')?.index ?? given.length;
const folder = mkdtempSync(join(tmpdir(), 'tinamou-program-'));
const chosen =
  start < given.length
    ? { directory: process.cwd(), program: given[start]!, args: given.slice(start + 1) }
    : esbuild(join(folder, 'out.js'));
const env = { ...process.env, TINAMOU_PROGRAMS: join(folder, 'programs') };

/** Seconds from the start of the process to its end. */
function seconds(emulator: string): number {
  const begun = performance.now();
  const { directory: cwd, program, args } = chosen;
  const { status, signal, error } = spawnSync(emulator, [program, ...args], { cwd, env, stdio: 'ignore' });
  if (status !== 0) throw error ?? new Error(`${emulator} ${program} ended with ${status ?? signal}`);
  return (performance.now() - begun) / 1000;
}

const times = { first: [] as number[], native: [] as number[], tinamou: [] as number[] };
try {
  for (let i = 0; i < Number(values.first); i++) times.first.push(seconds(USER));
  for (let i = 0; i < Number(values.runs); i++) {
    times.native.push(seconds('qemu-riscv64'));
    times.tinamou.push(seconds(USER));
  }
} finally {
  rmSync(folder, { recursive: true });
}
const [native, tinamou] = [quartiles(times.native).median, quartiles(times.tinamou).median];
const result = {
  bench: 'program',
  program: chosen.program,
  seconds: times,
  median: { native, tinamou },
  ratio: tinamou / native,
};
const told = (all: readonly number[]): string => all.map((time) => time.toFixed(2)).join(' ');
if (values.json === true) console.log(JSON.stringify(result));
else {
  console.log(`the first runs  ${told(times.first)} s`);
  console.log(`native          ${told(times.native)} s, median ${native.toFixed(2)}`);
  console.log(`tinamou         ${told(times.tinamou)} s, median ${tinamou.toFixed(2)}`);
  console.log(`ratio           ${result.ratio.toFixed(2)} times native's time`);
}
