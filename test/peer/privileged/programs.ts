/** Builds the guest programs of the suite with the cross compiler, and runs them under native QEMU. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SOURCES = join(import.meta.dirname, '../guest');
const out = mkdtempSync(join(tmpdir(), 'tinamou-guest-'));

const FLAGS = [
  ...['-march=rv64gc', '-mabi=lp64d', '-mcmodel=medany', '-ffreestanding', '-nostdlib', '-static', '-fno-pie'],
  ...['-no-pie', '-fno-stack-protector', '-msmall-data-limit=0', '-O2', '-Wall', '-Werror', '-Wl,--build-id=none'],
  ...['-Wl,--no-warn-rwx-segments'],
];

/** Path of the program made from NAME.c (and start.S). */
export function build(name: string, ...flags: string[]): string {
  const path = join(out, name + flags.join(''));
  const inputs = ['start.S', `${name}.c`].map((file) => join(SOURCES, file));
  const gcc = spawnSync(
    'riscv64-linux-gnu-gcc',
    [...FLAGS, ...flags, '-I', SOURCES, '-T', join(SOURCES, 'guest.ld'), ...inputs, '-o', path],
    { encoding: 'utf8' },
  );
  assert.equal(gcc.status, 0, gcc.stderr || String(gcc.error));
  return path;
}

export const readProgram = (path: string): Uint8Array => new Uint8Array(readFileSync(path));

/** What a program prints on a machine that is started with QEMU's command line. */
export function runMachine(
  command: string,
  program: string,
  { cpu = 'rv64,h=off', bios = 'none', seconds = 60, extra = [] }: MachineOptions = {},
): string {
  const machine = spawnSync(
    command,
    [
      ...['-M', 'virt', '-cpu', cpu, '-m', '128', '-bios', bios, '-display', 'none', '-monitor', 'none'],
      ...['-serial', 'stdio', '-kernel', program, ...extra],
    ],
    { encoding: 'utf8', timeout: seconds * 1000, input: '' },
  );
  // Told to end, the native machine ends with status 0: a program that hangs shows in `error`.
  assert.equal(machine.error, undefined, `${command}: ${machine.error}\n${machine.stdout}`);
  assert.equal(machine.status, 0, `${command}: ${machine.stderr}\n${machine.stdout}`);
  return machine.stdout;
}

interface MachineOptions {
  readonly cpu?: string;
  readonly bios?: string;
  readonly seconds?: number;
  readonly extra?: readonly string[];
}

export const NATIVE = 'qemu-system-riscv64';
