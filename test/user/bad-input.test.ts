/** What cannot be run: the shell's words in one line, and its exit status. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { USER } from '../program.ts';
import { makeProgram } from './make-program.ts';

const directory = mkdtempSync(join(tmpdir(), 'tinamou-user-bad-'));
after(() => rmSync(directory, { recursive: true }));
const path = (name: string): string => join(directory, name);
function put(name: string, content: string | Uint8Array, mode = 0o755): void {
  writeFileSync(path(name), content);
  chmodSync(path(name), mode);
}

/** Ends with status 7. */
const good = makeProgram((asm) => asm.op('addi', { rd: 10, imm: 7 }).op('addi', { rd: 17, imm: 93 }).op('ecall'));
const foreign = good.slice();
new DataView(foreign.buffer).setUint16(18, 62, true);
put('good', good);
put('foreign', foreign);
put('cut', good.subarray(0, 100));
put('short', good.subarray(0, 20));
put('text', 'hello\n');
put('empty', '');
put('private', good, 0o644);
put(
  'linked',
  makeProgram((asm) => asm.op('ecall'), { interpreter: '/none/ld.so' }),
);
put('script', `#!${path('good')} -x\n`);
put('orphan', '#!/none/shell\n');
put('loop', `#!${path('loop')}\n`);
mkdirSync(path('directory'));

const NOEXEC = 'cannot execute binary file: Exec format error';
const CASES: Readonly<Record<string, readonly [status: number, says: string]>> = {
  missing: [127, 'No such file or directory'],
  'text/x': [127, 'Not a directory'],
  directory: [126, 'Permission denied|Is a directory'],
  private: [126, 'Permission denied'],
  text: [126, `${NOEXEC} \\(it is not an ELF file\\)`],
  empty: [126, `${NOEXEC} \\(it is empty\\)`],
  short: [126, `${NOEXEC} \\(it is cut short\\)`],
  cut: [126, `${NOEXEC} \\(it is damaged or cut short, or no program\\)`],
  foreign: [126, `${NOEXEC} \\(it is for x86-64, not riscv64\\)`],
  linked: [127, 'cannot execute: required file not found \\(/none/ld.so; -L names the directory .*\\)'],
  orphan: [127, '/none/shell: bad interpreter: No such file or directory'],
  loop: [126, 'Too many levels of symbolic links'],
};

const run = (args: readonly string[], options = {}) =>
  spawnSync(USER, args, { encoding: 'utf8', timeout: 60_000, killSignal: 'SIGKILL', ...options });

for (const [name, [status, says]] of Object.entries(CASES)) {
  test(name, () => {
    const result = run([path(name)]);
    assert.match(result.stderr, new RegExp(`^tinamou-riscv64: [^\\n]*: (${says})\\n$`));
    assert.equal(result.status, status);
    assert.equal(result.stdout, '');
  });
}

test('a program that can be run gives its own status, also through a script', () => {
  for (const name of ['good', 'script']) {
    const { status, stderr } = run([path(name)]);
    assert.deepEqual([status, stderr], [7, '']);
  }
});

test('arguments that do not fit the stack', () => {
  const { status, stderr } = run(['-s', '64K', path('good'), 'x'.repeat(60_000)]);
  assert.equal(stderr, `tinamou-riscv64: ${path('good')}: Argument list too long\n`);
  assert.equal(status, 126);
});

test('a mistake in the options has status 1', () => {
  const { status, stderr } = run(['-frob', path('good')]);
  assert.match(stderr, /^tinamou-riscv64: unknown option '-frob'; -help lists them\n$/);
  assert.equal(status, 1);
});
