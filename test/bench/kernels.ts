/**
 * Our kernels under native QEMU and this program in turns, by the guest's own clock:
 *
 *     npm run bench -- [--kernel NAME]... [--mode m|s|u]... [--pairs N] [--json FILE]
 *                      [--option OPTIONS] [--against OPTIONS] [--store | --check]
 *
 * A ratio above 1 means that this program is the faster one. --option gives it options
 * (`--option '-accel tcg,tier=1'`); --against puts this program with other options in native QEMU's
 * place. --store keeps the ratios in kernels.json; --check fails when one of them has moved since.
 */
import { writeFileSync } from 'node:fs';
import { UserError } from '../../src/base/errors.ts';
import { type Contestant, measure, NATIVE, tinamou } from './contestant.ts';
import { commit, describeMachine, versionOf } from './environment.ts';
import { build, COMPILER, temporaryDirectory } from './kernel-program.ts';
import { readOptions } from './options.ts';
import { ratios, type Series, summary, table } from './report.ts';
import { complaints, store } from './stored-ratios.ts';
import { type Kernel, KERNELS, type Mode, MODES, select, SYSTEM_MODES } from './suite.ts';

interface Entry {
  readonly kernel: Kernel;
  readonly mode: Mode;
  readonly path: string;
  readonly rival: number[];
  readonly tinamou: number[];
}

/** One run of each, every second time in the other order: what changes with time favours nobody. */
async function runPair({ kernel, mode, path, ...times }: Entry, rival: Contestant, ours: Contestant): Promise<string> {
  const isOursFirst = times.rival.length % 2 === 1;
  const first = await measure(isOursFirst ? ours : rival, path, mode);
  const second = await measure(isOursFirst ? rival : ours, path, mode);
  const [theirs, own] = isOursFirst ? [second, first] : [first, second];
  if (theirs.result !== own.result) {
    const said = `${rival.name} says '${theirs.result}', ${ours.name} '${own.result}'`;
    throw new UserError(`${kernel.name} in mode ${mode}: ${said}`);
  }
  times.rival.push(theirs.seconds);
  times.tinamou.push(own.seconds);
  const [a, b] = [theirs.seconds, own.seconds];
  return `${kernel.name} ${mode}: ${rival.name} ${a.toFixed(2)} s, ${ours.name} ${b.toFixed(2)} s, ratio ${(a / b).toFixed(3)}`;
}

/** Pair by pair through all of them, so that each meets every condition the host is in meanwhile. */
async function runAll(entries: readonly Entry[], pairs: number, rival: Contestant, ours: Contestant): Promise<void> {
  const total = entries.length * pairs;
  let done = 0;
  for (let pair = 0; pair < pairs; pair++) {
    for (const entry of entries) console.error(`${++done}/${total} ${await runPair(entry, rival, ours)}`);
  }
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const rival = options.against ? tinamou('against', options.against) : NATIVE;
  const ours = tinamou('tinamou', options.options);
  const modes = select(MODES, options.modes ?? SYSTEM_MODES, (mode) => mode);
  const kernels = select(KERNELS, options.kernels, ({ name }) => name);
  const versions = {
    rival: versionOf(rival.program, 'qemu-system-misc'),
    tinamou: versionOf(ours.program),
    commit: commit(),
    compiler: versionOf(COMPILER, 'gcc-riscv64-linux-gnu'),
  };

  const directory = temporaryDirectory();
  const entries = kernels.flatMap((kernel) =>
    modes.map((mode): Entry => ({ kernel, mode, path: build(kernel, mode, directory), rival: [], tinamou: [] })),
  );
  await runAll(entries, options.pairs, rival, ours);

  const series = entries.map(({ kernel: { name, group }, mode, rival: theirs, tinamou: own }): Series => {
    return { kernel: name, group, mode, rival: theirs, tinamou: own };
  });
  console.log(table(series, rival.name));
  if (options.json !== undefined) {
    const report = {
      bench: 'kernels',
      machine: describeMachine(),
      versions,
      options: { rival: rival.options, tinamou: ours.options },
      series: series.map((each) => ({ ...each, ratio: ratios(each) })),
      ...summary(series),
    };
    writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  if (options.isChecked) {
    const lines = complaints(series);
    for (const line of lines) console.error(line);
    if (lines.length > 0) process.exitCode = 1;
  }
  if (options.isStored) store(series);
}

// By way of the handlers of 'exit', which stop what runs and delete the programs.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
try {
  await main();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
