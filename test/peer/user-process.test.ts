/**
 * Processes of programs in user mode: C programs (user-process/) under this program. What they print is what Linux's own
 * processes would; native qemu-riscv64 cannot execute the guest's programs.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { USER } from '../program.ts';

const SOURCES = join(import.meta.dirname, 'user-process');
const folder = mkdtempSync(join(tmpdir(), 'tinamou-process-'));
after(() => rmSync(folder, { recursive: true }));

/** The program for the guest, and the same for the host: what the one prints the other has to print. */
function build(name: string): { guest: string; host: string } {
  const [guest, host] = [join(folder, name), join(folder, `${name}-host`)];
  const flags = ['-O1', '-Wall', '-Werror', '-Wno-unused-result', '-Wno-clobbered', join(SOURCES, `${name}.c`), '-o'];
  execFileSync('riscv64-linux-gnu-gcc', ['-static', ...flags, guest]);
  execFileSync('gcc', [...flags, host]);
  return { guest, host };
}

function run(program: string, ...args: readonly string[]): { stdout: string; stderr: string; status: number | null } {
  const { stdout, stderr, status, error } = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: 120_000,
    killSignal: 'SIGKILL',
  });
  if (error !== undefined) throw error;
  return { stdout, stderr, status };
}

for (const name of ['forks', 'failures']) {
  test(`${name}.c says what it says as a program of the host`, () => {
    const { guest, host } = build(name);
    assert.deepEqual(run(USER, guest), run(host));
  });
}

test('scripts reach programs of the guest, and those of the host', () => {
  const { guest } = build('arguments');
  const script = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    chmodSync(path, 0o755);
    return path;
  };
  const first = script('first', `#!${guest} one two \nignored`);
  const second = script('second', `#! ${first}\n`);
  const shell = script('shell', '#!/bin/sh\necho "shell $0 $1"; exit 5\n');
  const lines = (...paths: readonly string[]): string => run(USER, guest, ...paths).stdout;
  assert.equal(lines('exec', first, 'x'), `[${guest}] [one two] [${first}] [x]\n`);
  assert.equal(lines('exec', second, 'x'), `[${guest}] [one two] [${first}] [${second}] [x]\n`);
  assert.equal(lines('exec', shell, 'x'), `shell ${shell} x\n`);
});
