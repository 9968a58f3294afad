/** The program under test as a process. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const SYSTEM = join(import.meta.dirname, '..', 'bin', 'tinamou-system-riscv64');

export const USER = join(import.meta.dirname, '..', 'bin', 'tinamou-riscv64');

export interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `tinamou-system-riscv64` to its end. */
export function system(args: readonly string[], seconds = 60): Result {
  return spawnSync(SYSTEM, args, { encoding: 'utf8', input: '', timeout: seconds * 1000, killSignal: 'SIGKILL' });
}
