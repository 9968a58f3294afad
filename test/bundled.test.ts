/** Programs of a checkout: from a bundle that is always that of its sources. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';

const ROOT = join(import.meta.dirname, '..');

function checkout(t: TestContext) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'tinamou-bundled % ')));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const file of ['tools/bundled.ts', 'tools/program-bundle.ts']) cpSync(join(ROOT, file), join(root, file));
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  write('package.json', '{ "type": "module" }');
  write('bin/tinamou-say', '');
  write('src/cli/say.ts', SAY);
  write('src/said.ts', "export const said: string = 'one';");
  write(
    'src/host-node/thread.ts',
    "import { parentPort } from 'node:worker_threads'; import { said } from '../said.ts'; parentPort!.postMessage(said);",
  );
  const source = join(root, 'src/cli/say.ts');
  return {
    root,
    write,
    run: (...args: string[]): string[] => {
      const { stdout, stderr } = spawnSync(process.execPath, [join(root, 'tools/bundled.ts'), source, ...args], {
        encoding: 'utf8',
      });
      assert.equal(stderr, '');
      const [from, ...said] = stdout.trimEnd().split('\n');
      return [from === source ? 'source' : 'bundle', ...said];
    },
  };
}

const SAY = `import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { said } from '../said.ts';
console.log(fileURLToPath(import.meta.url));
console.log(said, ...process.argv.slice(2));
const worker = new Worker(new URL('../host-node/thread.ts', import.meta.url));
worker.on('message', (text: string) => console.log('thread', text));
`;

test('a program and its threads run from a bundle, arguments untouched', (t) => {
  const { root, run } = checkout(t);
  assert.deepEqual(run('a  b', ''), ['bundle', 'one a  b ', 'thread one']);
  const made = readdirSync(join(root, '.cache/programs'));
  assert.deepEqual(run(), ['bundle', 'one', 'thread one']);
  assert.deepEqual(readdirSync(join(root, '.cache/programs')), made);
});

test('no bundle of other sources runs, even if they are as long and as old', (t) => {
  const { root, write, run } = checkout(t);
  run();
  const { atime, mtime } = statSync(join(root, 'src/said.ts'));
  for (const word of ['two', 'six', 'ten', 'one', 'two', 'six']) {
    write('src/said.ts', `export const said: string = '${word}';`);
    utimesSync(join(root, 'src/said.ts'), atime, mtime);
    assert.deepEqual(run(), ['bundle', word, `thread ${word}`]);
  }
  assert.equal(readdirSync(join(root, '.cache/programs')).length, 4, 'old ones are removed');
});

test('where no bundle can be made the sources run', (t) => {
  const { root, run } = checkout(t);
  unlinkSync(join(root, 'node_modules'));
  assert.deepEqual(run('x'), ['source', 'one x', 'thread one']);
});
