/** A program's code is kept for its next start, however this one ends. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { SYSTEM, USER } from './program.ts';
import { makeProgram } from './user/make-program.ts';

/** The emulator's; that of the checkout's launcher is a few thousand bytes. */
const ALL_OF_IT = 200_000;

function emptyCache(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'tinamou-kept-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const { NODE_COMPILE_CACHE: _, ...env } = process.env;
  return {
    directory,
    env: { ...env, XDG_CACHE_HOME: directory },
    /** Sizes of the files that have been kept. */
    sizes: (): number[] =>
      readdirSync(directory, { recursive: true, encoding: 'utf8' })
        .map((name) => statSync(join(directory, name)))
        .filter((stats) => stats.isFile())
        .map(({ size }) => size),
  };
}

const sum = (sizes: readonly number[]): number => sizes.reduce((a, b) => a + b, 0);

/** Runs a program that its guest ends. */
function userProgram(directory: string, env: NodeJS.ProcessEnv): () => void {
  const path = join(directory, 'program');
  const exits = makeProgram((asm) => asm.op('addi', { rd: 10, imm: 7 }).op('addi', { rd: 17, imm: 93 }).op('ecall'));
  writeFileSync(path, exits, { mode: 0o755 });
  return () => {
    const { status, stderr } = spawnSync(USER, [path], { env, encoding: 'utf8', timeout: 60_000 });
    assert.deepEqual({ status, stderr }, { status: 7, stderr: '' });
  };
}

test('a program in user mode, which its guest ends', (t) => {
  const { directory, env, sizes } = emptyCache(t);
  const run = userProgram(directory, env);
  run();
  const kept = sizes();
  assert.ok(sum(kept) > ALL_OF_IT, kept.join());
  run();
  assert.equal(sizes().length, kept.length, 'once');
});

test('a machine that is killed', async (t) => {
  const { env, sizes } = emptyCache(t);
  const child = spawn(SYSTEM, ['-S', '-display', 'none', '-monitor', 'stdio'], { env, timeout: 60_000 });
  for await (const text of child.stdout.setEncoding('utf8')) if (String(text).includes('(qemu)')) break;
  child.kill('SIGKILL');
  if (child.signalCode === null) await once(child, 'exit');
  assert.ok(sum(sizes()) > ALL_OF_IT, sizes().join());
});

test('what is damaged is refused, and made again', (t) => {
  const { directory, env } = emptyCache(t);
  const run = userProgram(directory, env);
  run();
  const scripts = join(directory, 'tinamou/code/scripts');
  const name = readdirSync(scripts).find((file) => file.startsWith('riscv64-'))!;
  const path = join(scripts, name);
  const whole = readFileSync(path);
  for (const damage of [
    (bytes: Buffer) => bytes.fill(0, bytes.length >> 1),
    (bytes: Buffer) => bytes.subarray(0, 999),
  ]) {
    writeFileSync(path, damage(Buffer.from(whole)));
    run();
    assert.ok(readFileSync(path).length > ALL_OF_IT);
  }
  assert.deepEqual(
    readdirSync(scripts).filter((file) => file.startsWith('.')),
    [],
  );
});

test('where nothing can be kept programs run all the same', (t) => {
  const { directory, env } = emptyCache(t);
  userProgram(directory, { ...env, XDG_CACHE_HOME: '/dev/null' })();
  writeFileSync(join(directory, 'tinamou'), 'no directory');
  userProgram(directory, env)();
});
