/** gdb-multiarch on programs in user mode: a dynamic program with symbols, libraries, threads and signals. */
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { USER } from '../program.ts';
import { freePort, GDB } from './gdb/sessions.ts';
import { COMPILER, compile, PREFIX, temporary } from './user/programs.ts';

const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0;
const missing = [GDB, COMPILER].filter((program) => !has(program));
const skip = missing.length > 0 && process.env['CI'] === undefined && `${missing.join(' and ')}: not installed`;

const folder = temporary('user-gdb');
const sources = join(import.meta.dirname, 'user-gdb');
let program = '';
function build(): string {
  if (program !== '') return program;
  const library = join(folder, 'libsum.so');
  compile(join(sources, 'library.c'), library, '-g', '-O0', '-shared', '-fPIC');
  const flags = ['-g', '-O0', `-L${folder}`, '-lsum', '-lpthread', `-Wl,-rpath,${folder}`];
  program = compile(join(sources, 'program.c'), join(folder, 'program'), ...flags);
  return program;
}

interface Session {
  readonly gdb: string;
  readonly output: string;
  readonly status: number | null;
}

/** Runs the program under gdb's commands; it is given `argument` and comes to its own end, or the one gdb makes. */
async function debug(commands: string, where: string, remote: string, argument = 'wait'): Promise<Session> {
  const child: ChildProcess = spawn(USER, ['-L', PREFIX, '-g', where, build(), argument]);
  let output = '';
  child.stdout!.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr!.on('data', (text: Buffer) => (output += text.toString()));
  const ended = once(child, 'close');
  try {
    const script = `set pagination off\nset confirm off\nset tcp connect-timeout 60\n${commands}`;
    const lines = script.trim().replaceAll('CONNECT', `target remote ${remote}`).split('\n');
    const path = where.startsWith('unix:') ? where.slice('unix:'.length) : undefined;
    while (path !== undefined && !existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 20));
    const args = ['-nx', '-batch', ...lines.flatMap((line) => ['-ex', line])];
    const gdb = spawn(GDB, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, DEBUGINFOD_URLS: '' } });
    let said = '';
    gdb.stdout.on('data', (text: Buffer) => (said += text.toString()));
    gdb.stderr.on('data', (text: Buffer) => (said += text.toString()));
    const timer = setTimeout(() => gdb.kill('SIGKILL'), 180_000);
    await once(gdb, 'close');
    clearTimeout(timer);
    const [status] = (await ended) as [number | null];
    return { gdb: said, output, status };
  } finally {
    child.kill('SIGKILL');
  }
}

test(
  'breaks in a library, reads locals, watches a variable, lists threads, steps over a signal',
  { skip },
  async () => {
    const path = join(folder, 'socket');
    const { gdb, output, status } = await debug(
      `
set sysroot ${PREFIX}
set solib-search-path ${folder}
file ${build()}
CONNECT
break library_sum
continue
next
info locals
finish
watch watched
continue
delete
handle SIGUSR1 stop print pass
continue
print $_siginfo.si_signo
info threads
stepi
print $pc == 0
break library_sum
continue
backtrace
info sharedlibrary
info registers fcsr
delete
continue`,
      `unix:${path}`,
      path,
    );
    assert.match(gdb, /Breakpoint 1, library_sum \(a=3, b=4\) at .*library\.c:4/);
    assert.match(gdb, /sum = 7/);
    assert.match(gdb, /Value returned is \$\d = 7/);
    assert.match(gdb, /Hardware watchpoint 2: watched\n\nOld value = 0\nNew value = 14\n/);
    assert.match(gdb, /received signal SIGUSR1/);
    assert.match(gdb, /\$\d = 10\n/);
    assert.equal(gdb.match(/^[* ] \d +Thread \d+\.\d+ /gm)?.length, 3);
    assert.match(gdb, /hit Breakpoint 3, library_sum \(a=7, b=1\)/);
    assert.match(gdb, /#1 +0x\w+ in main \(argc=2, .*program\.c:\d+/);
    assert.match(gdb, /Yes +.*libsum\.so/);
    assert.match(gdb, /fcsr +0x0/);
    assert.match(gdb, /exited with code 05/);
    assert.doesNotMatch(gdb, /warning: while parsing/);
    assert.deepEqual([output, status], ['after signal\ndone 8 14 1\n', 5]);
  },
);

test('reads the program and its libraries over the connection; detaches leaving it running', { skip }, async () => {
  const port = await freePort();
  const { gdb, output, status } = await debug(
    `
set sysroot target:
CONNECT
info auxv
break library_sum
continue
print a
delete
handle SIGUSR1 nostop noprint pass
break puts
continue
set var watched = 99
detach`,
    String(port),
    `:${port}`,
  );
  assert.match(gdb, /AT_ENTRY +Entry point of program +0x/);
  assert.match(gdb, /Breakpoint 1, library_sum \(a=3, b=4\)/);
  assert.match(gdb, /\[Inferior 1 \(process \d+\) detached\]/);
  assert.deepEqual([output, status], ['after signal\ndone 8 99 1\n', 5]);
});

test('interrupts a program that waits, and ends it', { skip }, async () => {
  const port = await freePort();
  const { gdb, status } = await debug(
    `
set sysroot ${PREFIX}
file ${build()}
CONNECT
handle SIGUSR1 nostop noprint pass
python import threading, os, signal; threading.Timer(1.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
continue
info threads
kill`,
    String(port),
    `:${port}`,
    'for ever',
  );
  assert.match(gdb, /received signal SIGINT/);
  assert.match(gdb, /\[Inferior 1 \(process \d+\) killed\]/);
  assert.equal(status, null);
});
