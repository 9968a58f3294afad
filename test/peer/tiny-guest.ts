/**
 * The `tiny` guest: Debian 13's riscv64 kernel with BusyBox. It comes from get-guest.sh of the
 * directory that GUESTS names (by default ../shared/guests), by way of the cache ASSETS_CACHE.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface TinyGuest {
  readonly kernel: string;
  readonly initrd: string;
}

const SCRIPT = join(
  resolve(process.env['GUESTS'] ?? join(import.meta.dirname, '../../../shared/guests')),
  'get-guest.sh',
);
const CACHE = process.env['ASSETS_CACHE'] ?? join(tmpdir(), 'guests');
const DIRECTORY = join(CACHE, 'guest', 'tiny-trixie-riscv64');
/** Written last. */
const isCached = (): boolean => existsSync(join(DIRECTORY, 'SHA256SUMS'));

/** Why there is no guest, or false. */
export const noTinyGuest: string | false =
  isCached() || existsSync(SCRIPT) ? false : `no guest: ${SCRIPT} is not there`;

export function tinyGuest(): TinyGuest {
  if (!isCached()) {
    const { status, stderr } = spawnSync(SCRIPT, ['riscv64', '--kind', 'tiny', '--out', DIRECTORY], {
      env: { ...process.env, ASSETS_CACHE: CACHE },
      encoding: 'utf8',
      timeout: 120_000,
    });
    if (status !== 0) throw new Error(`no guest: ${stderr}`);
  }
  return { kernel: join(DIRECTORY, 'kernel'), initrd: join(DIRECTORY, 'initrd') };
}
