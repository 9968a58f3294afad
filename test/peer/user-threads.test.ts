/**
 * Threads of programs in user mode: a C program (user-threads/stress.c), also with a handler of SIGSEGV, for which every
 * access is checked, and python3, under this program and under native qemu-riscv64.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { USER } from '../program.ts';
import { userSysroot } from './user-sysroot.ts';

const COMPILER = 'riscv64-linux-gnu-gcc';
const SOURCE = join(import.meta.dirname, 'user-threads/stress.c');
const folder = mkdtempSync(join(tmpdir(), 'tinamou-threads-'));
const program = join(folder, 'stress');
after(() => rmSync(folder, { recursive: true }));
before(() => {
  execFileSync(COMPILER, ['-O2', '-Wall', '-Werror', '-static', '-pthread', SOURCE, '-o', program]);
});

function run(command: string, args: readonly string[]): { stdout: string; status: number | null; stderr: string } {
  const { stdout, stderr, status, error } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: 300_000,
    killSignal: 'SIGKILL',
  });
  if (error !== undefined) throw error;
  return { stdout, status, stderr };
}

/** What is done, and how often: enough for seconds, or as said for a minute. */
const ROUNDS: Readonly<Record<string, number>> = {
  atomics: 20_000,
  locks: 5_000,
  conditions: 2_000,
  storm: 1_000,
  robust: 1,
  code: 300,
  mappings: 500,
  first: 1,
  last: 1,
  group: 1,
};

for (const [name, rounds] of Object.entries(ROUNDS)) {
  for (const mode of [[], ['checked']]) {
    test(`threads: ${[name, ...mode].join(', ')}`, () => {
      const args = [program, name, String(rounds), ...mode];
      const native = run('qemu-riscv64', args);
      assert.deepEqual(run(USER, args), native);
    });
  }
}

test('threads: fork', () => {
  // QEMU 7.2 fails at it.
  for (const mode of [[], ['checked']]) {
    const { stdout, stderr, status } = run(USER, [program, 'fork', '10', ...mode]);
    assert.deepEqual({ stdout, stderr, status }, { stdout: '10 10\n', stderr: '', status: 0 });
  }
});

test('python3 with threads', () => {
  const source = `
import threading, queue
from concurrent.futures import ThreadPoolExecutor
jobs, results = queue.Queue(), []
def work():
    while (job := jobs.get()) is not None:
        results.append(job * job)
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads: thread.start()
for job in range(500): jobs.put(job)
for _ in threads: jobs.put(None)
for thread in threads: thread.join()
print(sum(results))
with ThreadPoolExecutor(4) as pool: print(sum(pool.map(lambda x: x + 1, range(100))))
event = threading.Event()
threading.Timer(0.05, event.set).start()
print(event.wait(60))
`;
  writeFileSync(join(folder, 'threads.py'), source);
  const python = join(userSysroot(), 'usr/bin/python3');
  const { stdout, status, stderr } = run(USER, ['-L', userSysroot(), python, join(folder, 'threads.py')]);
  assert.equal(stderr, '');
  assert.equal(status, 0);
  assert.equal(stdout, '41541750\n5050\nTrue\n');
});
