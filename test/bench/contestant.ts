/** A program that runs kernels: native QEMU, or this one with some options. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { UserError } from '../../src/base/errors.ts';
import { SYSTEM, USER } from '../program.ts';
import type { Mode } from './suite.ts';

export interface Contestant {
  readonly name: string;
  /** For whole machines; for programs. */
  readonly program: string;
  readonly userProgram: string;
  /** On its command line, beside those that both have. */
  readonly options: readonly string[];
}

export const NATIVE: Contestant = {
  name: 'native',
  program: 'qemu-system-riscv64',
  userProgram: 'qemu-riscv64',
  options: [],
};

export const tinamou = (name: string, options: readonly string[]): Contestant => ({
  name,
  program: SYSTEM,
  userProgram: USER,
  options,
});

export interface Measurement {
  /** Everything the kernel says but how long it took. */
  readonly result: string;
  /** By the guest's clock, from the kernel's start to its end. */
  readonly seconds: number;
}

const MACHINE = '-M virt -m 256M -bios none -display none -monitor none -serial stdio'.split(' ');
const TICKS_PER_SECOND = 10_000_000;
const LIMIT_SECONDS = 300;

/** Runs a kernel to its end. */
export async function measure(contestant: Contestant, kernel: string, mode: Mode): Promise<Measurement> {
  const { name, options } = contestant;
  const isUser = mode === 'u';
  const line = isUser ? [...options, kernel] : [...MACHINE, ...options, '-kernel', kernel];
  const machine = spawn(isUser ? contestant.userProgram : contestant.program, line, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_SECONDS * 1000,
    killSignal: 'SIGKILL',
  });
  const kill = (): boolean => machine.kill('SIGKILL');
  process.once('exit', kill);
  const [output, errors, [status]] = await Promise.all([
    text(machine.stdout),
    text(machine.stderr),
    once(machine, 'close'),
  ]);
  process.off('exit', kill);
  const said = /^TICKS ([0-9a-f]+)$/m.exec(output);
  if (status !== 0 || !said) {
    throw new UserError(`${name} failed (status ${status}) in ${kernel}: ${(errors + output).trim().slice(-500)}`);
  }
  return { result: output.replace(said[0], '').trim(), seconds: parseInt(said[1]!, 16) / TICKS_PER_SECOND };
}
