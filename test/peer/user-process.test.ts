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
import { userSysroot } from './user-sysroot.ts';

const SOURCES = join(import.meta.dirname, 'user-process');
const folder = mkdtempSync(join(tmpdir(), 'tinamou-process-'));
after(() => rmSync(folder, { recursive: true }));

/** The program for the guest, and the same for the host: what the one prints the other has to print. */
function build(name: string): { guest: string; host: string } {
  const [guest, host] = [join(folder, name), join(folder, `${name}-host`)];
  const flags = [
    '-O1',
    '-pthread',
    '-Wall',
    '-Werror',
    '-Wno-unused-result',
    '-Wno-clobbered',
    join(SOURCES, `${name}.c`),
    '-o',
  ];
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

for (const name of ['forks', 'failures', 'sysv', 'threads', 'crowd', 'corners']) {
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

/** A program of Debian's for riscv64, and what it is expected to say. */
function debian(
  program: string,
  ...args: readonly string[]
): { stdout: string; stderr: string; status: number | null } {
  const sysroot = userSysroot();
  return run(USER, '-L', sysroot, join(sysroot, 'usr/bin', program), ...args);
}

test("bash's pipes, subshells, traps and jobs", () => {
  const script = `
    echo "$(echo nested | tr a-z A-Z)" | cat
    (exit 3); echo "subshell $?"
    trap 'echo trapped' USR1; kill -USR1 $$
    seq 5 | while read number; do echo -n "$number "; done; echo
    (sleep 0.1; exit 4) & wait $!; echo "job $?"
    false | true; echo "pipe \${PIPESTATUS[*]}"
    for i in $(seq 20); do /bin/true || echo failed; done
    sleep 100 & kill %1; wait %1; echo "killed $?"
    cat <<< here; cat <(echo substituted)
    nothing-of-this-name 2> /dev/null; echo "missing $?"
    exec /usr/bin/printenv WHO`;
  const { stdout, stderr, status } = debian('bash', '-c', `export WHO=me\n${script}`);
  const lines = 'NESTED|subshell 3|trapped|1 2 3 4 5 |job 4|pipe 1 0|killed 143|here|substituted|missing 127|me|'.split(
    '|',
  );
  assert.equal(stdout, lines.join('\n'));
  assert.match(stderr, /^(.*Terminated.*\n)?$/);
  assert.equal(status, 0);
});

test('a compiler runs its passes, and what it makes runs', () => {
  const [source, program] = [join(folder, 'sum.c'), join(folder, 'sum')];
  writeFileSync(
    source,
    '#include <stdio.h>\nint main(void) { int s = 0; for (int i = 1; i < 9; i++) s += i; return printf("%d\\n", s) - 3; }',
  );
  const compiled = debian('gcc', '-O2', source, '-o', program);
  assert.deepEqual(compiled, { stdout: '', stderr: '', status: 0 });
  assert.deepEqual(run(USER, '-L', userSysroot(), program), { stdout: '36\n', stderr: '', status: 0 });
});

test("python's subprocesses", () => {
  const script = [
    'import subprocess, os',
    'print(subprocess.run(["echo", "a  b"], capture_output=True, text=True))',
    'p = subprocess.Popen(["tr", "a-z", "A-Z"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)',
    'print(p.communicate(b"letters")[0], p.returncode)',
    'try: subprocess.run(["/no/such/program"])',
    'except FileNotFoundError as error: print(error)',
    'print(os.spawnlp(os.P_WAIT, "false", "false"))',
  ];
  const { stdout, status } = debian('python3', '-c', script.join('\n'));
  const expected = [
    "CompletedProcess(args=['echo', 'a  b'], returncode=0, stdout='a  b\\n', stderr='')",
    "b'LETTERS' 0",
    "[Errno 2] No such file or directory: '/no/such/program'",
    '1',
    '',
  ];
  assert.deepEqual([stdout, status], [expected.join('\n'), 0]);
});

test('variables of the environment: those that there were, in the order that native QEMU gives them', () => {
  const prefix = userSysroot();
  const env = {
    PATH: process.env['PATH']!,
    HOME: folder,
    name: 'a',
    flags: 'b',
    Z: '1',
    A: '2',
    root: 'c',
    text: 'd\ne=f',
  };
  const args = ['-E', 'Q=1,R=2,A=3', '-U', 'Z', '-L', prefix, join(prefix, 'usr/bin/env')];
  const [ours, native] = [USER, 'qemu-riscv64'].map(
    (program) => spawnSync(program, args, { encoding: 'utf8', env }).stdout,
  );
  assert.equal(ours, native);
});
