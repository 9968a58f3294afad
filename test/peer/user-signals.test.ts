/**
 * Signals of programs in user mode: C programs (user-signals/) under this program and under native qemu-riscv64. Where
 * that is known to be wrong, what Linux itself does with the same source is recorded beside it (.expected): QEMU 7.2
 * reads sa_mask from the wrong place on riscv64, and does not know SS_AUTODISARM.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { USER } from '../program.ts';

const COMPILER = 'riscv64-linux-gnu-gcc';
const PREFIX = '/usr/riscv64-linux-gnu';
const SOURCES = join(import.meta.dirname, 'user-signals');
const folder = mkdtempSync(join(tmpdir(), 'tinamou-signals-'));
after(() => rmSync(folder, { recursive: true }));

const FLAGS = ['-O1', '-fasynchronous-unwind-tables', '-Wall', '-Werror', '-Wno-unused-result', '-Wno-clobbered'];

/** Path of the program. */
function build(name: string, ...flags: readonly string[]): string {
  const path = join(folder, name);
  execFileSync(COMPILER, [...FLAGS, ...flags, join(SOURCES, `${name}.c`), '-o', path]);
  return path;
}

interface End {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
  readonly signal: string | null;
}

function run(program: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): End {
  const { stdout, stderr, status, signal, error } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
    timeout: 120_000,
    killSignal: 'SIGKILL',
  });
  if (error !== undefined) throw error;
  return { stdout, stderr, status, signal };
}

for (const name of ['faults', 'context', 'restart', 'storm', 'unwind', 'timers']) {
  test(`${name}.c says what it says under native QEMU`, () => {
    const path = build(name, '-static', '-pthread');
    const native = run('qemu-riscv64', [path]);
    assert.equal(native.status, 0);
    assert.deepEqual(run(USER, [path]), native);
  });
}

for (const name of ['stacks', 'masks', 'realtime', 'waits', 'threads', 'children']) {
  test(`${name}.c says what it says on Linux`, () => {
    const expected = readFileSync(join(SOURCES, `${name}.expected`), 'utf8');
    assert.equal(run(USER, [build(name, '-static', '-pthread')]).stdout, expected);
  });
}

test('the C library finds our vDSO', () => {
  const { stdout } = run(USER, [build('vdso')], { QEMU_LD_PREFIX: PREFIX });
  const functions = ['rt_sigreturn', 'clock_gettime', 'clock_getres', 'gettimeofday', 'getcpu', 'flush_icache'];
  const found = functions.map((name) => `__vdso_${name} 1\n`).join('');
  assert.equal(stdout, `elf 1\nloaded 1\n${found}time 0 1\nflush 0\n`);
});

test('a program finds signals ignored and masked as its parent left them', () => {
  const path = build('inherited', '-static');
  // A mask, which no shell can set.
  const script =
    'use POSIX; sigprocmask(SIG_BLOCK, POSIX::SigSet->new(10, 13, 17)); $SIG{HUP} = $SIG{INT} = "IGNORE"; exec @ARGV';
  const ends = ['qemu-riscv64', USER].map((program) => run('perl', ['-e', script, program, path]));
  assert.deepEqual(ends[1], ends[0]);
  assert.equal(ends[1]!.stdout, 'ignored 1\nignored 2\nmasked 10\nmasked 13\nmasked 17\n');
});

test('our parent sees which signal ended a program', () => {
  const path = build('die', '-static');
  for (const number of [0, -1, -2, -3, -4, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 24, 25, 31, 34, 60]) {
    const environment = { SIGNAL: String(number) };
    assert.deepEqual(run(USER, [path], environment), run('qemu-riscv64', [path], environment), `SIGNAL=${number}`);
  }
});

/** Whether Linux lets no terminal stop our process group, since nobody could make it go on (setpgid(2)). */
async function isOrphaned(): Promise<boolean> {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  try {
    await once(child, 'spawn');
    child.kill('SIGTSTP');
    for (let i = 0; i < 400; i++) {
      if (/^State:\s+T/m.test(readFileSync(`/proc/${child.pid}/status`, 'utf8'))) return false;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return true;
  } finally {
    child.kill('SIGKILL');
  }
}

test('signals from outside come one by one, stop the program, and end it', async () => {
  const child = spawn(USER, [build('wait', '-static')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const end = once(child, 'exit');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const expect = async (line: string): Promise<void> => assert.equal((await lines.next()).value, line);
  const state = (): string => /^State:\s+(\S)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]!;
  try {
    await expect('ready');
    for (const name of [
      'SIGHUP',
      'SIGINT',
      'SIGUSR1',
      'SIGUSR2',
      'SIGPIPE',
      'SIGALRM',
      'SIGCHLD',
      'SIGWINCH',
      'SIGIO',
    ] as const) {
      for (let round = 0; round < 3; round++) {
        child.kill(name);
        await expect(`signal ${constants.signals[name]} code 0 from parent 1`);
      }
    }
    for (const name of (await isOrphaned()) ? (['SIGSTOP'] as const) : (['SIGSTOP', 'SIGTSTP'] as const)) {
      child.kill(name);
      while (state() !== 'T') await new Promise((resolve) => setTimeout(resolve, 5));
      child.kill('SIGCONT');
      await expect(`signal ${constants.signals.SIGCONT} code 0 from parent 1`);
      assert.notEqual(state(), 'T');
    }
    child.kill('SIGQUIT');
    await expect(`signal ${constants.signals.SIGQUIT} code 0 from parent 1`);
    child.kill('SIGTERM');
    assert.deepEqual(await end, [null, 'SIGTERM']);
  } finally {
    child.kill('SIGKILL');
  }
});
