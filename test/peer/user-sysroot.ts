/**
 * Debian's riscv64 programs in a directory, for -L: from get-sysroot.sh of the directory that GUESTS names (by default
 * ../shared/guests), by way of the cache ASSETS_CACHE.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const PACKAGES = ['bash', 'coreutils', 'python3', 'perl', 'openssl', '7zip', 'gcc', 'libc6-dev'];
const SCRIPTS = resolve(process.env['GUESTS'] ?? join(import.meta.dirname, '../../../shared/guests'));
const CACHE = process.env['ASSETS_CACHE'] ?? join(tmpdir(), 'guests');
const DIRECTORY = join(CACHE, 'sysroot', 'user-trixie-riscv64');
/** Written last. */
const DONE = join(DIRECTORY, '.complete');

/** The directory, made if it is not there. */
export function userSysroot(): string {
  if (existsSync(DONE)) return DIRECTORY;
  execFileSync(join(SCRIPTS, 'get-sysroot.sh'), ['riscv64', '--out', DIRECTORY, ...PACKAGES], {
    env: { ...process.env, ASSETS_CACHE: CACHE },
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 600_000,
  });
  writeFileSync(DONE, '');
  return DIRECTORY;
}
