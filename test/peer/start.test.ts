/** A newcomer's first minute: nothing fetched yet, `npm start`, a shell, and out again. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Terminal } from '../terminal.ts';

const TINAMOU = join(import.meta.dirname, '..', '..', 'bin', 'tinamou');
const home = mkdtempSync(join(tmpdir(), 'tinamou-home-'));
after(() => rmSync(home, { recursive: true, force: true }));

const env = { ...process.env, HOME: home, XDG_CACHE_HOME: '' };

test("the guest comes from Debian's archive, whole", () => {
  const { status, stdout, stderr } = spawnSync(TINAMOU, ['guest', 'fetch', 'debian-installer-riscv64'], {
    env,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  const [kernel, initrd] = stdout
    .trimEnd()
    .split('\n')
    .map((path) => readFileSync(path));
  assert.equal(kernel!.toString('latin1', 0x38, 0x3c), 'RSC\x05', 'a RISC-V Image');
  assert.equal(initrd!.readUInt16BE(0), 0x1f8b, 'a gzip archive');
  const guests = join(home, '.cache', 'tinamou', 'guests');
  assert.deepEqual(readdirSync(guests), ['debian-installer-riscv64']);
  const manifest = JSON.parse(readFileSync(join(guests, 'debian-installer-riscv64', 'guest.json'), 'utf8')) as {
    kernel: { sha256: string };
  };
  assert.equal(manifest.kernel.sha256, createHash('sha256').update(kernel!).digest('hex'));
});

test('npm start reaches a shell that works, and poweroff ends it with status 0', async () => {
  const terminal = new Terminal('npm start', env);
  try {
    await terminal.expect(/To leave: Ctrl-A x/, 30);
    await terminal.expect(/# (.\[6n)?$/, 240);
    terminal.type('echo $((6 * 7)) on $(uname -m)\n');
    await terminal.expect(/\n42 on riscv64/, 60);
    terminal.type('poweroff -f\n');
    assert.equal(await terminal.status(60), 0);
  } finally {
    terminal.kill();
  }
});

test('Ctrl-A x leaves', async () => {
  const terminal = new Terminal(`${TINAMOU} run`, env);
  try {
    await terminal.expect(/To leave: Ctrl-A x/, 30);
    await terminal.expect(/Linux version/, 120);
    terminal.type('\x01x');
    assert.equal(await terminal.status(30), 0);
  } finally {
    terminal.kill();
  }
});
