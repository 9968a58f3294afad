/** Linux boots twice to the same instruction and the same RAM; so it does on tier 0, and saved on its way. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CountedRun, type Outcome } from '../counted-run.ts';
import { assertSameEnd } from '../saved-instants.ts';
import { noTinyGuest, tinyGuest } from './tiny-guest.ts';

const directory = mkdtempSync(join(tmpdir(), 'tinamou-boots-'));
after(() => rmSync(directory, { recursive: true }));

const MIB = 2 ** 20;
const disk = join(directory, 'disk');
writeFileSync(
  disk,
  Uint8Array.from({ length: 4 * MIB }, (_, i) => (i * 7) >>> 3),
);

function machine(memory: string): readonly string[] {
  const { kernel, initrd } = tinyGuest();
  const files = ['-kernel', kernel, '-initrd', initrd, '-append', 'console=ttyS0 guest.poweroff'];
  const time = ['-icount', 'shift=0,sleep=off', '-rtc', 'base=2026-01-01T00:00:00,clock=vm', '-seed', '1'];
  const drive = ['-snapshot', '-drive', `file=${disk},format=raw,if=virtio`, '-device', 'virtio-rng-device'];
  return ['-m', memory, ...files, ...time, ...drive];
}

async function boot(...args: readonly string[]): Promise<Outcome> {
  await using run = await CountedRun.start(directory, [...machine('256M'), ...args]);
  await run.switchedOff();
  const outcome = await run.outcome(256 * MIB);
  await run.quit();
  return outcome;
}

test('two boots, and one on tier 0', { skip: noTinyGuest, timeout: 600_000 }, async (t) => {
  const first = await boot();
  assert.match(first.console, /GUEST-READY/);
  t.diagnostic(`${first.instructions} instructions`);
  assert.deepEqual(await boot(), first);
  assert.deepEqual(await boot('-accel', 'tcg,tier=0'), first);
});

test('a boot saved at 20 instants comes to the same end from each', { skip: noTinyGuest, timeout: 1_200_000 }, () =>
  assertSameEnd({ directory, args: machine('128M'), ramBytes: 128 * MIB, instants: 20 }),
);

test('and so does one of two CPUs, saved at two', { skip: noTinyGuest, timeout: 600_000 }, () =>
  assertSameEnd({ directory, args: [...machine('128M'), '-smp', '2'], ramBytes: 128 * MIB, instants: 2 }),
);

test('a session at the shell', { skip: noTinyGuest, timeout: 600_000 }, async (t) => {
  const { kernel, initrd } = tinyGuest();
  const files = ['-kernel', kernel, '-initrd', initrd, '-append', 'console=ttyS0'];
  const drive = ['-snapshot', '-drive', `file=${disk},format=raw,if=virtio`, '-device', 'virtio-rng-device'];
  const recording = join(directory, 'session.rr');
  const machine = (rr: string): string[] => {
    return ['-m', '256M', ...files, ...drive, '-icount', `shift=3,sleep=off,rr=${rr},rrfile=${recording}`];
  };
  const session = async (rr: string, act: (run: CountedRun) => Promise<void>): Promise<Outcome> => {
    await using run = await CountedRun.start(directory, machine(rr));
    await act(run);
    await run.switchedOff();
    const outcome = await run.outcome(256 * MIB);
    await run.quit();
    return { ...outcome, console: run.console };
  };
  const first = await session('record', async (run) => {
    await run.expect(/GUEST-READY[^]*# /);
    for (const [i, line] of [
      'echo changed > /dev/vda',
      'md5sum < /dev/vda',
      'head -c 8 /dev/hwrng | md5sum',
    ].entries()) {
      run.type(`${line}; echo done-$((${i} + 1))\n`);
      await run.expect(new RegExp(`done-${i + 1}\r\n[^]*# `));
    }
    run.type('date; sleep 2; dmesg | tail -1; poweroff -f\n');
  });
  t.diagnostic(`${first.instructions} instructions, ${statSync(recording).size} bytes`);
  assert.match(first.console, /[0-9a-f]{32} {2}-\r\ndone-2/);
  // Neither a seed nor a calendar was given: they are those of the recording.
  assert.deepEqual(await session('replay', async () => {}), first);
});
