/** A Go program: threads, preemption by signals, a poller. Its output is that under native qemu-riscv64, each time. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { esbuild } from '../esbuild.ts';
import { USER } from '../program.ts';

const ROUNDS = 10;
const folder = mkdtempSync(join(tmpdir(), 'tinamou-esbuild-'));
after(() => rmSync(folder, { recursive: true }));

function bundle(emulator: string, env: NodeJS.ProcessEnv = {}): Buffer {
  const out = join(folder, 'out.js');
  const { directory, program, args } = esbuild(out);
  execFileSync(emulator, [program, ...args], {
    cwd: directory,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 120_000,
    killSignal: 'SIGKILL',
  });
  const bytes = readFileSync(out);
  rmSync(out);
  return bytes;
}

let expected: Buffer;
before(() => {
  expected = bundle('qemu-riscv64');
  assert.ok(expected.length > 200_000);
});

test('a bundler of react-dom and lodash-es, with what is kept of it between runs', () => {
  for (let round = 0; round < ROUNDS; round++) {
    assert.ok(bundle(USER, { TINAMOU_PROGRAMS: join(folder, 'programs') }).equals(expected), `round ${round}`);
  }
});

test('and with nothing kept', () => {
  assert.ok(bundle(USER, { TINAMOU_PROGRAMS: 'none' }).equals(expected));
});
