/**
 * OpenSBI 1.6, the firmware that the built-in SBI is compared with: Debian 13's, fetched with apt into
 * .cache unless OPENSBI names a directory with fw_dynamic.bin and fw_jump.bin.
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fetchWithApt } from '../../src/cli/guest/apt.ts';
import type { Guest } from '../../src/cli/guest/catalog.ts';

export interface OpenSbi {
  readonly dynamic: string;
  readonly jump: string;
}

const CACHE = join(import.meta.dirname, '../../.cache');
const file = (name: string) => ({ inPackage: `usr/lib/riscv64-linux-gnu/opensbi/generic/${name}`, onMirror: '' });

/** The package in the form of a guest, whose two files these are. */
const PACKAGE: Guest = {
  name: 'opensbi',
  title: 'OpenSBI 1.6',
  suite: 'trixie',
  package: 'opensbi',
  images: '',
  megabytes: 1,
  kernel: file('fw_dynamic.bin'),
  initrd: file('fw_jump.bin'),
  program: '',
  options: [],
};

export async function openSbi(): Promise<OpenSbi> {
  const directory = process.env['OPENSBI'] ?? join(CACHE, 'opensbi-1.6');
  if (!existsSync(directory)) await fetchInto(directory);
  return { dynamic: join(directory, 'fw_dynamic.bin'), jump: join(directory, 'fw_jump.bin') };
}

async function fetchInto(directory: string): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  const staging = mkdtempSync(join(CACHE, 'opensbi-'));
  try {
    const signal = AbortSignal.timeout(120_000);
    await fetchWithApt({ guest: PACKAGE, staging, mirror: process.env['TINAMOU_MIRROR'], signal, report: () => {} });
    renameSync(join(staging, 'kernel'), join(staging, 'fw_dynamic.bin'));
    renameSync(join(staging, 'initrd'), join(staging, 'fw_jump.bin'));
    // Two tests at once: the first one wins.
    if (!existsSync(directory)) renameSync(staging, directory);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}
