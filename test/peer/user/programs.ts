/**
 * Programs for user mode, and two who run them: this package and native qemu-riscv64. Compiled ones need the cross
 * compiler, whose libraries are the prefix (-L); Debian's come from the sysroot that get-sysroot.sh makes in the
 * directory that GUESTS names (by default ../shared/guests), by way of the cache ASSETS_CACHE.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { USER } from '../../program.ts';

export const NATIVE = 'qemu-riscv64';
export const COMPILER = 'riscv64-linux-gnu-gcc';
/** -L for what the cross compiler makes. */
export const PREFIX = '/usr/riscv64-linux-gnu';

const SCRIPT = join(
  resolve(process.env['GUESTS'] ?? join(import.meta.dirname, '../../../../shared/guests')),
  'get-sysroot.sh',
);
const CACHE = process.env['ASSETS_CACHE'] ?? join(tmpdir(), 'guests');
const SYSROOT = join(CACHE, 'sysroot', 'user-mode-riscv64');
const PACKAGES = 'bash coreutils python3 perl openssl 7zip gcc libc6-dev'.split(' ');
/** Written last. */
const DONE = join(SYSROOT, '.done');

/** Debian's programs for riscv64: the prefix (-L) that they are below. The first time fetches about 100 MB. */
export function sysroot(): string {
  if (!existsSync(DONE)) {
    execFileSync(SCRIPT, ['riscv64', '--out', SYSROOT, ...PACKAGES], {
      env: { ...process.env, ASSETS_CACHE: CACHE },
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: 1_200_000,
    });
    writeFileSync(DONE, '');
  }
  return SYSROOT;
}

/** A directory that goes with the process. */
export function temporary(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), `tinamou-${name}-`));
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Compiles a C file; `flags` after it. Gives the path of what is made. */
export function compile(source: string, output: string, ...flags: readonly string[]): string {
  execFileSync(COMPILER, ['-Wall', '-Werror', source, '-o', output, ...flags]);
  return output;
}

export interface End {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
  readonly signal: string | null;
}

export interface RunOptions {
  readonly input?: string;
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly seconds?: number;
}

/** Runs a program to its end. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): End {
  const { input = '', cwd, environment = {}, seconds = 120 } = options;
  const { stdout, stderr, status, signal, error } = spawnSync(program, args, {
    encoding: 'utf8',
    input,
    cwd,
    env: { ...process.env, ...environment },
    timeout: seconds * 1000,
    killSignal: 'SIGKILL',
  });
  if (error !== undefined) throw error;
  return { stdout, stderr, status, signal };
}

/** The same under this package and under native QEMU: options and program. */
export const runBoth = (args: readonly string[], options: RunOptions = {}): { ours: End; native: End } => ({
  ours: run(USER, args, options),
  native: run(NATIVE, args, options),
});
