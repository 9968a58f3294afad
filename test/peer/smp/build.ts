import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const FLAGS =
  '-O2 -march=rv64gc -mabi=lp64d -mcmodel=medany -ffreestanding -nostdlib -static -fno-pie -no-pie -fno-stack-protector ' +
  '-msmall-data-limit=0 -Wall -Wextra -Werror -Wl,--build-id=none -Wl,--no-warn-rwx-segments';

/** Builds a program of this folder for so many rounds; gives its path. */
export function buildSmpProgram(name: string, rounds: number, directory: string): string {
  const path = join(directory, `${name}-${rounds}`);
  const source = (file: string): string => join(import.meta.dirname, file);
  const inputs = ['start.S', 'smp.c', `${name}.c`].map(source);
  const options = [...FLAGS.split(' '), `-DROUNDS=${rounds}`, '-T', source('smp.ld')];
  execFileSync('riscv64-linux-gnu-gcc', [...options, ...inputs, '-o', path]);
  return path;
}
