/** Programs for several harts, built by the cross compiler, and Linux on several CPUs. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { system, SYSTEM } from '../program.ts';
import { Terminal } from '../terminal.ts';
import { archive, padded } from './archive.ts';
import { openSbi } from './opensbi.ts';
import { buildSmpProgram } from './smp/build.ts';
import { noTinyGuest, tinyGuest } from './tiny-guest.ts';

const directory = mkdtempSync(join(tmpdir(), 'tinamou-smp-'));
after(() => rmSync(directory, { recursive: true }));

const build = (name: string, rounds: number): string => buildSmpProgram(name, rounds, directory);

/** Of how many harts, how it is run, and what it says at last. */
function check(program: string, cpus: number, accel: string, extra: readonly string[] = []): string {
  const args = ['-M', 'virt', '-smp', `${cpus}`, '-accel', `tcg,${accel}`, '-display', 'none', '-serial', 'stdio'];
  const { stdout, stderr, status } = system([...args, '-monitor', 'none', '-kernel', program, ...extra], 300);
  assert.equal(stderr, '');
  assert.match(stdout, /^RIGHT$/m, stdout);
  assert.equal(status, 0, stdout);
  return stdout;
}

for (const accel of ['tier=auto', 'tier=0', 'tier=1', 'tier=2', 'thread=single']) {
  test(`counters and locks, ${accel}`, () => {
    check(build('counters', 5000), 2, accel);
    check(build('counters', 200), 4, accel);
  });
  test(`code that other harts rewrite, ${accel}`, () => {
    check(build('code', 600), 3, accel);
  });
  test(`pages that move, ${accel}`, () => {
    check(build('shootdown', 100), 3, accel);
  });
}

test('litmus tests of the memory model', () => {
  const said = check(build('litmus', 20_000), 4, 'tier=auto');
  assert.equal([...said.matchAll(/rounds, seen \(and forbidden\) 0$/gm)].length, 16, said);
});

test('eight harts, started by OpenSBI', async () => {
  check(build('counters', 50), 8, 'tier=auto', ['-bios', (await openSbi()).dynamic]);
});

/** The prompt of BusyBox, which may ask where the cursor is. */
const PROMPT = /# (.\[6n)?$/;

test('Linux on four CPUs: futexes, spinlocks, shootdowns, code', { skip: noTinyGuest }, async () => {
  const { kernel, initrd } = tinyGuest();
  const program = join(directory, 'stress');
  const source = join(import.meta.dirname, 'smp', 'linux-stress.c');
  const flags = ['-O2', '-static', '-pthread', '-Wall', '-Wextra', '-Werror', '-DROUNDS=4000'];
  execFileSync('riscv64-linux-gnu-gcc', [...flags, source, '-o', program]);
  const both = join(directory, 'initrd');
  writeFileSync(both, Buffer.concat([padded(readFileSync(initrd)), archive({ stress: readFileSync(program) })]));
  const terminal = new Terminal(
    `'${SYSTEM}' -M virt -m 256M -smp 4 -kernel '${kernel}' -initrd '${both}' -append console=ttyS0 -nographic`,
  );
  try {
    await terminal.expect(PROMPT, 300);
    terminal.type('nproc; /stress\n');
    await terminal.expect(/\n4\r/, 60);
    await terminal.expect(/STRESS RIGHT/, 300);
    terminal.type('echo 0 > /sys/devices/system/cpu/cpu2/online; nproc; poweroff -f\n');
    await terminal.expect(/\n3\r/, 60);
    assert.equal(await terminal.status(60), 0);
  } finally {
    terminal.kill();
  }
});
