/**
 * Real guests with the arguments QEMU takes. They come from the scripts of the directory that GUESTS
 * names (by default ../shared/guests), by way of the cache ASSETS_CACHE.
 */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { SYSTEM, system } from '../program.ts';
import { Terminal } from '../terminal.ts';
import { openSbi } from './opensbi.ts';

const SCRIPTS = resolve(process.env['GUESTS'] ?? join(import.meta.dirname, '../../../shared/guests'));
const CACHE = process.env['ASSETS_CACHE'] ?? join(tmpdir(), 'guests');
/** Where Debian's qemu-system-data has the firmware of QEMU 7.2: OpenSBI 1.1. */
const OPENSBI_1_1 = '/usr/share/qemu/opensbi-riscv64-generic-fw_dynamic.bin';

const directory = mkdtempSync(join(tmpdir(), 'tinamou-guests-'));
after(() => rmSync(directory, { recursive: true }));

const skip = existsSync(join(SCRIPTS, 'get-guest.sh')) ? false : `no guests: ${SCRIPTS} is not there`;

/** Directory of a guest's kernel and initrd. */
function guest(kind: 'tiny' | 'netboot'): string {
  const out = join(CACHE, 'guest', `${kind}-trixie-riscv64`);
  if (existsSync(join(out, 'SHA256SUMS'))) return out;
  const { status, stderr } = spawnSync(join(SCRIPTS, 'get-guest.sh'), ['riscv64', '--kind', kind, '--out', out], {
    env: { ...process.env, ASSETS_CACHE: CACHE },
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  return out;
}

const files = (from: string, initrd = join(from, 'initrd')): string[] => [
  '-kernel',
  join(from, 'kernel'),
  '-initrd',
  initrd,
];

/** An initrd of a guest's own and, as a second archive behind it, the files of a directory. */
function initrdWith(from: string, extra: string): string {
  const [archive, initrd] = [join(directory, 'extra.gz'), join(directory, 'initrd')];
  const { status, stderr } = spawnSync(process.execPath, [join(SCRIPTS, 'mkcpio.mjs'), extra, archive], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  writeFileSync(initrd, Buffer.concat([readFileSync(join(from, 'initrd')), readFileSync(archive)]));
  return initrd;
}

/** The prompt of BusyBox, which may ask where the cursor is. */
const PROMPT = /# (.\[6n)?$/;

async function onTerminal(args: readonly string[], act: (terminal: Terminal) => Promise<void>): Promise<number> {
  const terminal = new Terminal([SYSTEM, ...args].map((word) => `'${word}'`).join(' '));
  try {
    await act(terminal);
    return await terminal.status(120);
  } finally {
    terminal.kill();
  }
}

test('the tiny guest: a shell, typed commands, power-off', { skip }, async () => {
  const args = ['-M', 'virt', '-m', '512M', ...files(guest('tiny')), '-append', 'console=ttyS0', '-nographic'];
  const status = await onTerminal(args, async (terminal) => {
    await terminal.expect(/GUEST-READY/, 300);
    await terminal.expect(PROMPT, 60);
    terminal.type('echo $((6 * 7)) on $(uname -m)\n');
    await terminal.expect(/\n42 on riscv64/, 60);
    terminal.type('\x01c');
    await terminal.expect(/\(qemu\) /, 10);
    terminal.type('info status\n');
    await terminal.expect(/VM status: running/, 10);
    terminal.type('\x01c\npoweroff -f\n');
  });
  assert.equal(status, 0);
});

test("the installer's kernel and initrd with rdinit=/bin/sh", { skip }, async () => {
  const args = ['-M', 'virt', '-m', '1024', ...files(guest('netboot')), '-append', 'rdinit=/bin/sh', '-nographic'];
  const status = await onTerminal(args, async (terminal) => {
    await terminal.expect(PROMPT, 400);
    terminal.type('echo $((6 * 7)) on $(uname -m)\n');
    await terminal.expect(/\n42 on riscv64/, 60);
    terminal.type('poweroff -f\n');
  });
  assert.equal(status, 0);
});

test('the installer to its first screen', { skip }, async () => {
  const args = ['-M', 'virt', '-m', '1024', ...files(guest('netboot')), '-nographic'];
  const status = await onTerminal(args, async (terminal) => {
    await terminal.expect(/Select a language/, 600);
    terminal.type('\x01x');
  });
  assert.equal(status, 0);
});

test('the tiny guest through OpenSBI 1.1 and 1.6', { skip }, async (t) => {
  const { dynamic, jump } = await openSbi();
  for (const firmware of [OPENSBI_1_1, dynamic, jump]) {
    await t.test(firmware, { skip: existsSync(firmware) ? false : 'not installed' }, () => {
      const boot = ['-append', 'console=ttyS0 guest.poweroff', '-nographic'];
      const { status, stdout } = system(
        ['-M', 'virt', '-m', '512', '-bios', firmware, ...files(guest('tiny')), ...boot],
        400,
      );
      assert.match(stdout, /OpenSBI v1\.\d/);
      assert.match(stdout, /GUEST-READY/);
      assert.match(stdout, /reboot: Power down/);
      assert.equal(status, 0);
    });
  }
});

test('a job in the guest: a checksum, a disk read and written, power-off', { skip }, () => {
  const extra = join(directory, 'extra');
  mkdirSync(join(extra, 'etc'), { recursive: true });
  writeFileSync(
    join(extra, 'etc/guest-cmd'),
    `dd if=/dev/zero bs=1M count=64 2>/dev/null | sha256sum
md5sum /dev/vda
echo written by the guest > /tmp/x
dd if=/tmp/x of=/dev/vda bs=512 seek=100 conv=notrunc,sync 2>/dev/null
sync
`,
  );
  const disk = join(directory, 'disk.img');
  const content = randomBytes(16 << 20);
  writeFileSync(disk, content);
  const drive = ['-drive', `file=${disk},format=raw,if=none,id=d`, '-device', 'virtio-blk-device,drive=d'];
  const boot = ['-append', 'console=ttyS0', '-nographic'];
  const tiny = guest('tiny');
  const initrd = initrdWith(tiny, extra);
  for (const modern of [false, true]) {
    const transport = modern ? ['-global', 'virtio-mmio.force-legacy=false'] : [];
    writeFileSync(disk, content);
    const { status, stdout } = system(
      ['-M', 'virt', '-m', '512', ...files(tiny, initrd), ...drive, ...transport, ...boot],
      400,
    );
    assert.match(
      stdout,
      new RegExp(
        createHash('sha256')
          .update(Buffer.alloc(64 << 20))
          .digest('hex'),
      ),
    );
    assert.match(stdout, new RegExp(`${createHash('md5').update(content).digest('hex')} {2}/dev/vda`));
    assert.match(stdout, /GUEST-EXIT 0/);
    assert.equal(status, 0);
    assert.match(readFileSync(disk).toString('latin1', 51200, 51712), /^written by the guest\n/);
  }
});
