/** What measurements depend on beside the program. */
import { spawnSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { UserError } from '../../src/base/errors.ts';

export function describeMachine(): object {
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  return { cpu: cpus()[0]?.model, cores: cpus().length, gibibytes, node: process.version };
}

/** The first line a program says about its version; it may come from a package that has to be installed. */
export function versionOf(program: string, fromPackage?: string): string {
  const { stdout, error } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  if (error) throw new UserError(`no ${program}${fromPackage ? `: install the package ${fromPackage}` : ''}`);
  return stdout.split('\n')[0]!;
}

/** Of this checkout, if it is one. */
export function commit(): string | undefined {
  const { status, stdout } = spawnSync('git', ['rev-parse', '--short', 'HEAD'], {
    encoding: 'utf8',
    cwd: import.meta.dirname,
  });
  return status === 0 ? stdout.trim() : undefined;
}
