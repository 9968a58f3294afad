/**
 * Our kernels under native QEMU and this program in turns, by the guest's own clock:
 *
 *     npm run bench -- [--kernel NAME]... [--mode m|s] [--pairs N] [--json FILE]
 *                      [--option OPTIONS] [--against OPTIONS] [--store | --check]
 *
 * A ratio above 1 means that this program is the faster one. --option gives it options
 * (`--option '-accel tcg,tier=1'`); --against puts this program with other options in native QEMU's
 * place. --store keeps the ratios in kernels.json; --check fails when one of them has moved since.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { UserError } from '../../src/base/errors.ts';
import { type Contestant, measure, NATIVE, tinamou, versionOf } from './contestant.ts';
import { build, COMPILER, temporaryDirectory } from './kernel-program.ts';
import { ratios, type Series, summary, table } from './report.ts';
import { hasMoved } from './statistics.ts';
import { type Kernel, KERNELS, type Mode, MODES, select } from './suite.ts';

const STORED = join(import.meta.dirname, 'kernels.json');
/** Fewer say too little about the noise. */
const LEAST_PAIRS = 5;

interface Stored {
  readonly machine: unknown;
  readonly ratios: Readonly<Record<string, Readonly<Partial<Record<Mode, number>>>>>;
}

/** Options of machines begin with a hyphen, which this makes parseArgs take. */
function joined(args: readonly string[]): string[] {
  const out: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const takesNext = (args[i] === '--option' || args[i] === '--against') && i + 1 < args.length;
    out.push(takesNext ? `${args[i]}=${args[++i]}` : args[i]!);
  }
  return out;
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: joined(args),
      options: {
        kernel: { type: 'string', multiple: true },
        mode: { type: 'string', multiple: true },
        pairs: { type: 'string', default: String(LEAST_PAIRS) },
        json: { type: 'string' },
        option: { type: 'string', multiple: true, default: [] },
        against: { type: 'string' },
        store: { type: 'boolean', default: false },
        check: { type: 'boolean', default: false },
      },
    });
    const pairs = Number(values.pairs);
    if (!Number.isInteger(pairs) || pairs < 1) throw new UserError('--pairs takes a number from 1');
    if (values.store || values.check) {
      if (pairs < LEAST_PAIRS) throw new UserError(`--store and --check need at least ${LEAST_PAIRS} pairs`);
      if (values.against !== undefined || values.option.length > 0) {
        throw new UserError('--store and --check are about native QEMU and no options');
      }
    }
    return { ...values, pairs };
  } catch (error) {
    throw error instanceof TypeError ? new UserError(error.message) : error;
  }
}

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

interface Entry {
  readonly kernel: Kernel;
  readonly mode: Mode;
  readonly path: string;
  readonly rival: number[];
  readonly tinamou: number[];
}

/** One run of each, the second time in the other order: what changes with time favours nobody. */
async function runPair(entry: Entry, rival: Contestant, ours: Contestant): Promise<void> {
  const isOursFirst = entry.rival.length % 2 === 1;
  const [first, second] = isOursFirst ? [ours, rival] : [rival, ours];
  const measured = [await measure(first, entry.path), await measure(second, entry.path)];
  const [theirs, own] = isOursFirst ? measured.reverse() : measured;
  if (theirs!.result !== own!.result) {
    const where = `${entry.kernel.name} in mode ${entry.mode}`;
    throw new UserError(`${where}: ${rival.name} says '${theirs!.result}', ${ours.name} '${own!.result}'`);
  }
  entry.rival.push(theirs!.seconds);
  entry.tinamou.push(own!.seconds);
}

function describeMachine(): object {
  return { cpu: cpus()[0]?.model, cores: cpus().length, memoryMiB: totalmem() >> 20, node: process.version };
}

function readStored(): Stored {
  if (!existsSync(STORED)) return { machine: undefined, ratios: {} };
  return JSON.parse(readFileSync(STORED, 'utf8')) as Stored;
}

function store(series: readonly Series[]): void {
  const all: Record<string, Partial<Record<Mode, number>>> = { ...readStored().ratios };
  for (const each of series) {
    all[each.kernel] = { ...all[each.kernel], [each.mode]: Number(ratios(each).median.toFixed(3)) };
  }
  writeFileSync(STORED, `${JSON.stringify({ machine: describeMachine(), ratios: all }, null, 2)}\n`);
}

/** A line for each ratio that is not what was stored. */
function complaints(series: readonly Series[]): string[] {
  const stored = readStored().ratios;
  return series.flatMap((each) => {
    const before = stored[each.kernel]?.[each.mode];
    const now = ratios(each);
    const what = `${each.kernel} in mode ${each.mode}`;
    if (before === undefined) return [`${what}: no ratio is stored; --store keeps it`];
    if (!hasMoved(before, now)) return [];
    return [
      `${what}: the ratio was ${before} and is ${now.median.toFixed(3)} (${now.q1.toFixed(3)}–${now.q3.toFixed(3)})`,
    ];
  });
}

async function main(): Promise<void> {
  const options = parse(process.argv.slice(2));
  const rival = options.against === undefined ? NATIVE : tinamou('against', words(options.against));
  const ours = tinamou('tinamou', options.option.flatMap(words));
  const modes = select(MODES, options.mode, (mode) => mode);
  const kernels = select(KERNELS, options.kernel, ({ name }) => name);
  const versions = {
    rival: versionOf(rival.program, ': install the package qemu-system-misc'),
    tinamou: versionOf(ours.program),
    compiler: versionOf(COMPILER, ': install the package gcc-riscv64-linux-gnu'),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      encoding: 'utf8',
      cwd: import.meta.dirname,
    }).trim(),
  };

  const directory = temporaryDirectory();
  const entries = kernels.flatMap((kernel) =>
    modes.map((mode): Entry => ({ kernel, mode, path: build(kernel, mode, directory), rival: [], tinamou: [] })),
  );
  const total = entries.length * options.pairs;
  for (let done = 0; done < total;) {
    for (const entry of entries) {
      await runPair(entry, rival, ours);
      done += 1;
      const [theirs, own] = [entry.rival.at(-1)!, entry.tinamou.at(-1)!];
      const times = `${rival.name} ${theirs.toFixed(2)} s, ${ours.name} ${own.toFixed(2)} s`;
      const ratio = (theirs / own).toFixed(3);
      console.error(`${done}/${total} ${entry.kernel.name} ${entry.mode}: ${times}, ratio ${ratio}`);
    }
  }

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
  if (options.store) store(series);
  if (options.check) {
    const lines = complaints(series);
    for (const line of lines) console.error(line);
    if (lines.length > 0) process.exitCode = 1;
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
