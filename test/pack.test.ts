/** The published package: built, installed for everyone and run as its user would. */
import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  version: string;
  bin: Record<string, string>;
};

function run(program: string, args: string[]): SpawnSyncReturns<string> {
  const result = spawnSync(program, args, { cwd: ROOT, encoding: 'utf8' });
  assert.equal(result.status, 0, `${program} ${args.join(' ')}\n${result.stdout}${result.stderr}`);
  return result;
}

test('the package installs globally and its programs run', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'tinamou-pack-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  run('npm', ['pack', '--silent', '--pack-destination', dir]);
  const tarball = join(dir, `tinamou-${manifest.version}.tgz`);
  run('npm', ['install', '--silent', '--prefer-offline', '--global', '--prefix', join(dir, 'prefix'), tarball]);

  const installed = join(dir, 'prefix', 'lib', 'node_modules', 'tinamou');
  assert.ok(!existsSync(join(installed, 'src')), 'the package holds JavaScript alone');
  assert.deepEqual(
    readdirSync(installed, { recursive: true }).filter((name) => /\.test\./.test(String(name))),
    [],
  );
  for (const program of Object.keys(manifest.bin)) {
    const { stdout } = run(join(dir, 'prefix', 'bin', program), ['--version']);
    assert.match(stdout, new RegExp(`\\b${manifest.version.replaceAll('.', '\\.')}\\b`));
  }
});
