/**
 * The fuzz runner.
 *
 *     npm run fuzz -- --list
 *     npm run fuzz -- TARGET... --seconds N [--seed S] [--keep]     or --all for every target
 *     npm run fuzz -- TARGET --input FILE                           one input, once
 *
 * A target is a file src/**\/TARGET.fuzz.ts. Inputs are stored in test/fuzz/corpus/TARGET; --keep adds
 * those that reached new code. A crash is an exception or a run of more than a second: the input is
 * stored, and the status is 1.
 */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { fuzz, save } from './session.ts';
import { findTargets, loadTarget, ROOT } from './target.ts';

export const CORPUS = join(ROOT, 'test/fuzz/corpus');

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      list: { type: 'boolean' },
      all: { type: 'boolean' },
      seconds: { type: 'string', default: '10' },
      seed: { type: 'string' },
      input: { type: 'string' },
      keep: { type: 'boolean' },
    },
  });
  const targets = findTargets();
  if (values.list === true) {
    for (const name of targets.keys()) console.log(name);
    return 0;
  }
  const names = values.all === true ? [...targets.keys()] : positionals;
  const unknown = names.find((name) => !targets.has(name));
  if (unknown !== undefined) throw new Error(`no fuzz target ${unknown}: --list names them`);
  if (names.length === 0) throw new Error('which fuzz target? --list names them, --all takes every one');
  if (values.input !== undefined) {
    for (const name of names) (await loadTarget(targets.get(name)!)).run(new Uint8Array(readFileSync(values.input)));
    console.log('the input does no harm');
    return 0;
  }
  const seconds = number('--seconds', values.seconds);
  const seed = values.seed === undefined ? Date.now() >>> 0 : number('--seed', values.seed);
  let status = 0;
  for (const name of names) {
    if (!(await fuzzOne(name, targets.get(name)!, seconds, seed, values.keep === true))) status = 1;
  }
  return status;
}

async function fuzzOne(name: string, file: string, seconds: number, seed: number, keep: boolean): Promise<boolean> {
  const corpus = join(CORPUS, name);
  const result = await fuzz({ file, seconds, seed, corpus });
  if (result.kind === 'crash') {
    const saved = relative(ROOT, result.saved);
    console.error(`${name}: crash with ${result.input.length} bytes, seed ${seed}\n${result.message}`);
    console.error(`Run it again with: npm run fuzz -- ${name} --input ${saved}`);
    return false;
  }
  if (keep) for (const input of result.found) save(corpus, 'input', input);
  const { runs, places, found } = result;
  console.log(`${name}: ${runs} runs, ${places} places covered, ${found.length} new inputs, seed ${seed}`);
  return true;
}

function number(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new Error(`${option} wants a number, not ${text}`);
  return value;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
