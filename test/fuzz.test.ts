/** The fuzz runner finds what is planted, and every target stands its stored inputs and some more. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { mutate } from './fuzz/mutate.ts';
import { Random } from './fuzz/random.ts';
import { fuzz } from './fuzz/session.ts';
import { findTargets, loadTarget, ROOT } from './fuzz/target.ts';

const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? (process.env['CI'] === undefined ? 1 : 5));
const CORPUS = join(import.meta.dirname, 'fuzz/corpus');
const fixture = (name: string) => join(import.meta.dirname, `fuzz/fixture/${name}.fuzz.ts`);

async function inScratch(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'tinamou-fuzz-'));
  try {
    await run(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test('a planted bug is found, and its input stored', { timeout: 90_000 }, () =>
  inScratch(async (corpus) => {
    const result = await fuzz({ file: fixture('planted'), seconds: 60, seed: 1, corpus });
    assert.equal(result.kind, 'crash');
    assert.ok(result.kind === 'crash');
    assert.match(result.message, /planted/);
    assert.deepEqual([...result.input.subarray(3, 7)], [0x54, 0x49, 0x4e, 0x41]);
    assert.equal(readdirSync(corpus).length, 1);
    const again = await fuzz({ file: fixture('planted'), seconds: 0, seed: 1, corpus });
    assert.equal(again.kind, 'crash');
  }),
);

test('a loop without end is found', { timeout: 60_000 }, () =>
  inScratch(async (corpus) => {
    const result = await fuzz({ file: fixture('hanging'), seconds: 30, seed: 1, corpus });
    assert.ok(result.kind === 'crash');
    assert.match(result.message, /has not come back/);
    assert.equal(result.input[0], 1);
  }),
);

test('the same seed makes the same inputs', () => {
  const make = () => {
    const random = new Random(7);
    return Array.from({ length: 50 }, () => mutate([Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)], random));
  };
  assert.deepEqual(make(), make());
});

test('the command line lists targets, and refuses in one line', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ['test/fuzz/run.ts', ...args], { cwd: ROOT, encoding: 'utf8' });
  assert.deepEqual(run('--list').stdout.trim().split('\n'), [...findTargets().keys()]);
  const { status, stderr } = run('no-such-target');
  assert.equal(status, 1);
  assert.equal(stderr, 'no fuzz target no-such-target: --list names them\n');
});

for (const [name, file] of findTargets()) {
  test(`${name} stands ${SECONDS} s`, { timeout: SECONDS * 1000 + 60_000 }, async () => {
    assert.equal((await loadTarget(file)).name, name, 'a target has the name of its file');
    const result = await fuzz({ file, seconds: SECONDS, seed: 1, corpus: join(CORPUS, name) });
    assert.equal(result.kind, 'done', result.kind === 'crash' ? `${result.message}\ninput: ${result.saved}` : '');
  });
}
