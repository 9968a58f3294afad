/** Builds the guest programs of the suite with the cross compiler, and runs them under native QEMU. */

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const SOURCES = join(import.meta.dirname, '../guest');
const out = mkdtempSync(join(tmpdir(), 'tinamou-guest-'));
process.on('exit', () => rmSync(out, { recursive: true, force: true }));

const FLAGS =
  '-march=rv64gc -mabi=lp64d -mcmodel=medany -ffreestanding -nostdlib -static -fno-pie -no-pie -fno-stack-protector ' +
  '-msmall-data-limit=0 -O2 -Wall -Werror -Wl,--build-id=none -Wl,--no-warn-rwx-segments';

/** Path of the program made from NAME.c (and start.S). */
export function build(name: string, ...flags: string[]): string {
  const path = join(out, name + flags.join(''));
  const inputs = ['start.S', `${name}.c`].map((file) => join(SOURCES, file));
  const gcc = spawnSync(
    'riscv64-linux-gnu-gcc',
    [...FLAGS.split(' '), ...flags, '-I', SOURCES, '-T', join(SOURCES, 'guest.ld'), ...inputs, '-o', path],
    { encoding: 'utf8' },
  );
  assert.equal(gcc.status, 0, gcc.stderr || String(gcc.error));
  return path;
}

let disks = 0;

/** Arguments for a small disk of zeros, of its own for each machine. */
export function emptyDisk(): string[] {
  const path = join(out, `disk${disks++}`);
  writeFileSync(path, Buffer.alloc(1 << 16));
  const drive = `file=${path},format=raw,if=none,id=disk`;
  return ['-drive', drive, '-device', 'virtio-blk-device,drive=disk,bus=virtio-mmio-bus.0'];
}

const OPTIONS = '-M virt -m 128 -display none -monitor none -serial stdio';

let transcripts = 0;

/** What a program prints on a machine that is started with QEMU's command line. */
export async function runMachine(
  command: string,
  program: string,
  { cpu = 'rv64,h=off', bios = 'none', seconds = 60, extra = [] }: MachineOptions = {},
): Promise<string> {
  // Into a pipe that is full native QEMU, about to end, writes nothing more, and ends.
  const transcript = join(out, `transcript${transcripts++}`);
  const stdout = openSync(transcript, 'wx');
  const machine = spawn(
    command,
    [...OPTIONS.split(' '), '-cpu', cpu, '-bios', bios, '-kernel', program, ...extra],
    // Told to end, a machine may do so with status 0: the killed one cannot.
    { timeout: seconds * 1000, killSignal: 'SIGKILL', stdio: ['ignore', stdout, 'pipe'] },
  );
  closeSync(stdout);
  const [errors, [status, signal]] = await Promise.all([text(machine.stderr!), once(machine, 'close')]);
  const output = readFileSync(transcript, 'utf8');
  const failed = signal === null ? `status ${status}` : `killed after ${seconds} s`;
  assert.equal(status, 0, `${command}: ${failed}: ${errors}\n${output.slice(-2000)}`);
  return output;
}

interface MachineOptions {
  readonly cpu?: string;
  readonly bios?: string;
  readonly seconds?: number;
  readonly extra?: readonly string[];
}

export const NATIVE = 'qemu-system-riscv64';
