/** Builds kernels with the cross compiler. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../src/base/errors.ts';
import { type Kernel, type Mode, roundsOf } from './suite.ts';

export const COMPILER = 'riscv64-linux-gnu-gcc';

/** The loops of a kernel stay loops: without the last flag the compiler makes calls of memcpy from some. */
const FLAGS =
  '-O2 -march=rv64gc -mabi=lp64d -mcmodel=medany -ffreestanding -nostdlib -static -fno-pie -no-pie -fno-stack-protector ' +
  '-msmall-data-limit=0 -Wall -Wextra -Werror -Wl,--build-id=none -Wl,--no-warn-rwx-segments ' +
  '-fno-math-errno -fno-tree-loop-distribute-patterns';

const SOURCES = join(import.meta.dirname, 'kernels');

const SYSTEM = { files: ['start.S', 'runtime.c', 'paging.c'], link: ['-T', join(SOURCES, 'kernel.ld')] };
const USER = { files: ['user.c'], link: [] };

/** A directory for programs that is gone when the process ends. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'tinamou-kernels-'));
  process.on('exit', () => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Path of the program. */
export function build(kernel: Kernel, mode: Mode, directory: string): string {
  const { name } = kernel;
  const path = join(directory, `${name}-${mode}`);
  const { files, link } = mode === 'u' ? USER : SYSTEM;
  const inputs = [...files, 'library.c', `${name}.c`].map((file) => join(SOURCES, file));
  const defined = [`-DROUNDS=${roundsOf(kernel, mode)}`, `-DMODE_${mode.toUpperCase()}`];
  const { status, stderr, error } = spawnSync(
    COMPILER,
    [...FLAGS.split(' '), ...defined, ...link, ...inputs, '-o', path],
    { encoding: 'utf8' },
  );
  if (error) throw new UserError(`no ${COMPILER}: install the package gcc-riscv64-linux-gnu`);
  if (status !== 0) throw new Error(stderr);
  return path;
}
