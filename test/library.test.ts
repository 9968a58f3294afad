/** The library as a program uses it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '..');

test('the example builds a machine, reads its console and statistics, and stops it', () => {
  const { status, stdout, stderr } = spawnSync(join(ROOT, 'tools/node'), ['examples/watch-a-machine.ts'], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(stderr, '');
  // Six instructions of the reset vector, six of the program; then it waits.
  assert.equal(stdout, 'the console says: id\ninstructions: 12\nhalts: 1\nended: host-qmp-quit\n');
  assert.equal(status, 0);
});
