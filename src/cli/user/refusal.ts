import { machineName } from '../../firmware/elf.ts';
import { E2BIG, EACCES, EISDIR, ENOENT, ENOEXEC, ENOMEM, ENOTDIR } from '../../linux-user/errno.ts';
import { isElf } from '../../linux-user/program/elf.ts';

/** Exit statuses that shells give what they cannot run: POSIX, Shell Command Language, 2.8.2. */
const NOT_FOUND = 127;
const NOT_RUNNABLE = 126;
const EM_RISCV = 243;

/** A program cannot be run. */
export class Refusal extends Error {
  readonly status: number;

  /** `path`: of what cannot be run; `errno`: negative, as system calls give it. */
  constructor(path: string, errno: number, why = WORDS[-errno] ?? `error ${-errno}`) {
    super(`${path}: ${why}`);
    this.status = errno === -ENOENT || errno === -ENOTDIR ? NOT_FOUND : NOT_RUNNABLE;
  }
}

/** What shells say. */
const WORDS: Readonly<Record<number, string>> = {
  [ENOENT]: 'No such file or directory',
  [ENOTDIR]: 'Not a directory',
  [EACCES]: 'Permission denied',
  [EISDIR]: 'Is a directory',
  [E2BIG]: 'Argument list too long',
  [ENOEXEC]: 'cannot execute binary file: Exec format error',
  [ENOMEM]: 'Cannot allocate memory; -R gives it more room',
};

/** What is wrong with a file that is no program, as far as its first bytes tell. */
export function whyNoProgram(start: Uint8Array): string {
  const words = WORDS[ENOEXEC]!;
  if (start.length === 0) return `${words} (it is empty)`;
  if (!isElf(start)) return `${words} (it is not an ELF file)`;
  const view = new DataView(start.buffer, start.byteOffset, start.length);
  if (start.length < 64) return `${words} (it is cut short)`;
  const [bits, isLittle] = [start[4] === 2 ? (64 as const) : (32 as const), start[5] === 1];
  const machine = view.getUint16(18, isLittle);
  if (machine !== EM_RISCV || bits !== 64 || !isLittle) {
    return `${words} (it is for ${machineName(machine, bits)}, not riscv64)`;
  }
  return `${words} (it is damaged or cut short, or no program)`;
}
